"""Walls: signed distance and surface velocity; they reuse the contact laws."""
