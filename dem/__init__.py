"""Bonded-grain discrete elements: the mechanics of calendering, in SI units throughout."""
