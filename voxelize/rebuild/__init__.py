"""Electrodes rebuilt in voxels from the figures of their particles."""
