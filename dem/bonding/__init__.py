"""Bonds between grains: the elastic beam, when it breaks, and what remains."""
