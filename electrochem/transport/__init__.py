"""Effective conductivities of a labelled volume."""
