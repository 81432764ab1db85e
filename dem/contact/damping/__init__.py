"""Damping of the normal approach."""
