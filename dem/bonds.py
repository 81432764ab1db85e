"""Bonds: beams between grains that share a face."""

from typing import NamedTuple

import numpy as np

INTACT, BROKEN_TENSION, BROKEN_SHEAR, BROKEN_STRAIN = 0, 1, 2, 3
"""Values of `Bonds.state`."""


class Bonds(NamedTuple):
    """State of m bonds, sorted by (first, second), first < second.

    first, second : (m,) int32, grain indices
    area : (m,) [m²], area of the shared face
    rest : (m, 3) [m], vector from first to second in the unloaded picture (minimum image)
    state : (m,) uint8, INTACT, BROKEN_TENSION, BROKEN_SHEAR or BROKEN_STRAIN
    tensile_strength : (m,) [Pa], Weibull-scattered
    cohesion : (m,) [Pa], shear strength without normal stress, Weibull-scattered
    """

    first: np.ndarray
    second: np.ndarray
    area: np.ndarray
    rest: np.ndarray
    state: np.ndarray
    tensile_strength: np.ndarray
    cohesion: np.ndarray


def no_bonds() -> Bonds:
    """Bonds of a packing of single spheres."""
    none = np.zeros(0, np.int32)
    return Bonds(
        none, none.copy(), np.zeros(0), np.zeros((0, 3)), np.zeros(0, np.uint8), np.zeros(0),
        np.zeros(0),
    )  # fmt: skip
