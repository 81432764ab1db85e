"""Measures of a labelled volume, one a file."""
