"""Generated electrodes beside those of two papers."""
