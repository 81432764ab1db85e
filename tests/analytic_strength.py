"""Closed forms of the weakest link; imports nothing of the project."""

import math


def weibull_variation(modulus):
    """Standard deviation over mean, √(Γ(1 + 2/m)/Γ(1 + 1/m)² − 1)."""
    return math.sqrt(math.gamma(1 + 2 / modulus) / math.gamma(1 + 1 / modulus) ** 2 - 1)


def survival(stress, size, modulus):
    """Share that survives a stress, both relative to those of the reference: exp(−V (σ Γ)^m).

    Γ = Γ(1 + 1/m) turns the mean strength of the reference into the scale (Weibull 1951).
    """
    return math.exp(-size * (stress * math.gamma(1 + 1 / modulus)) ** modulus)
