"""Volumes written for other tools."""
