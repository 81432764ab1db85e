"""Strengths of bonds: Weibull scatter of every bond and of every particle, with size effects."""

from math import gamma
from typing import NamedTuple

import numpy as np


class BondStrength(NamedTuple):
    """Strength of a kind of bond; each bond's is scattered about the mean.

    tensile, cohesion : [Pa], mean strengths in tension and in shear without normal stress
    weibull_modulus : shape m of the scatter from bond to bond; infinite for none
    reference_area : [m²], face whose bonds have the mean strengths; None for the same of all faces
    particle_modulus : shape of the scatter from particle to particle; infinite for none
    reference_volume : [m³], particle whose factor has the mean 1; None for the same of all sizes
    """

    tensile: float
    cohesion: float
    weibull_modulus: float
    reference_area: float | None = None
    particle_modulus: float = np.inf
    reference_volume: float | None = None


def bond_factors(strength: BondStrength, area: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """Strength over mean strength of bonds, (m,): w (A₀/A)^(1/m), w a variate of mean 1.

    area : (m,) [m²], their faces; uniform : (m,), draws from 0 … 1
    """
    factor = weibull(uniform, strength.weibull_modulus)
    return factor * size_effect(area, strength.reference_area, strength.weibull_modulus)


def particle_factors(strength: BondStrength, volume: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """Factor to all bond strengths of a particle, (p,): w (V₀/V)^(1/m), w a variate of mean 1.

    A factor so drawn exceeds x with P = exp(−(V/V₀) (x Γ(1 + 1/m))^m): the weakest link of a volume
    (Weibull 1951).

    volume : (p,) [m³]; uniform : (p,), draws from 0 … 1
    """
    factor = weibull(uniform, strength.particle_modulus)
    return factor * size_effect(volume, strength.reference_volume, strength.particle_modulus)


def weibull(uniform: np.ndarray, modulus: float) -> np.ndarray:
    """Weibull variates of mean 1: scale 1/Γ(1 + 1/m), so that the given strength is the mean."""
    return (-np.log1p(-uniform)) ** (1.0 / modulus) / gamma(1.0 + 1.0 / modulus)


def size_effect(size: np.ndarray, reference: float | None, modulus: float) -> np.ndarray:
    """Strength of what is of a size over that of the reference size; 1 without a reference."""
    if reference is None:
        return np.ones(len(size))
    return (reference / size) ** (1.0 / modulus)
