"""Reads a scenario file, runs it stage by stage, and keeps the run folder."""
