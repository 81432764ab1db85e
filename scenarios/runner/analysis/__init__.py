"""What `calendem analyse` measures of a volume, a group of figures a file."""
