"""Touching particles told apart."""
