"""Cohesion: attraction beside a normal law."""
