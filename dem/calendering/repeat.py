"""A strip of web made of copies of one piece, bonded to each other as the piece is to itself."""

import numpy as np

from dem.bonds import Bonds
from dem.grains import Grains


def repeated(grains: Grains, bonds: Bonds, period: float, copies: int) -> tuple[Grains, Bonds]:
    """Copies of a piece that repeats along x, one behind the other along x.

    period : [m], of the piece along x. Grains of copy k stand at k·n … (k + 1)·n − 1, moved by k
    periods; bonds across the piece's periodic side join neighbouring copies and are left out at the
    two ends of the strip. Particles of different copies have ids of their own, also where the
    periodic side cuts one.
    """
    n, m = len(grains.radius), len(bonds.first)
    ids = int(grains.particle.max(initial=-1)) + 1
    copy = np.repeat(np.arange(copies), n)
    strip = Grains(*(np.concatenate([array] * copies) for array in grains))
    strip.position[:, 0] += period * copy
    strip.particle[:] += (ids * copy).astype(strip.particle.dtype)
    x = grains.position[:, 0]
    # Where the beam ends, not where the piece lists the grain: that may be one period away.
    end = x[bonds.first] + bonds.rest[:, 0]
    across = np.round((end - x[bonds.second]) / period).astype(np.int64)
    of_copy = np.repeat(np.arange(copies), m)
    in_copy = of_copy + np.tile(across, copies)
    inside = (in_copy >= 0) & (in_copy < copies)
    first = np.tile(bonds.first, copies) + n * of_copy
    second = np.tile(bonds.second, copies) + n * in_copy
    swapped = first > second
    rest = np.tile(bonds.rest, (copies, 1))
    rest[swapped] *= -1.0
    low, high = np.minimum(first, second)[inside], np.maximum(first, second)[inside]
    order = np.lexsort((high, low))
    rows = np.flatnonzero(inside)[order]
    return strip, Bonds(
        low[order].astype(np.int32), high[order].astype(np.int32),
        np.tile(bonds.area, copies)[rows], rest[rows], np.tile(bonds.state, copies)[rows],
        np.tile(bonds.tensile_strength, copies)[rows], np.tile(bonds.cohesion, copies)[rows],
    )  # fmt: skip
