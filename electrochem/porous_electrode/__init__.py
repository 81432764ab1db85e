"""Newman's porous electrode on a macro grid with the particle radius beside it."""
