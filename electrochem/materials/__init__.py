"""Cited parameter sets of electrochemical materials, one a file."""
