"""Grains that have lost their bonds."""

import numpy as np

from dem.bonds import INTACT
from dem.jit import njit


@njit
def lost_bonds(first, second, state, grains):
    """Share of its bonds that each grain has lost, (grains,); 0 for one that never had any.

    first, second : (m,), grains of the bonds; state : (m,)
    """
    held, lost = np.zeros(grains, np.int64), np.zeros(grains, np.int64)
    for b in range(len(first)):
        broken = state[b] != INTACT
        for i in (first[b], second[b]):
            held[i] += 1
            lost[i] += broken
    return lost / np.maximum(held, 1)
