"""Particles divided into bonded grains."""
