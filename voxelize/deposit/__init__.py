"""Moved grains back to voxels."""
