"""Resistance to rolling."""
