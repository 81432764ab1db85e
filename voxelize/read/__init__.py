"""Segmented electrodes as people have them, read into volumes."""
