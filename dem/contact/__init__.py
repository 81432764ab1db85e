"""Contact laws, one a file, and the kernel that evaluates them on every touching pair."""
