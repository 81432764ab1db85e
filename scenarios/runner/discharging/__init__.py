"""What a discharge leaves in a folder: curves, profiles, their plots, and cells from BPX files."""
