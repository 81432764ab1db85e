"""Tangential springs, cut by Coulomb's law; the history is kept in contact/forces.py."""
