"""A strip of web made of copies of one piece, bonded to each other as the piece is to itself."""

import numpy as np

from dem.bonds import Bonds
from dem.breaks import Breaks
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
    ends = np.array([_ends(grains, bonds, period, k) for k in range(copies)]).reshape(-1, 2, m)
    first, second = ends[:, 0].ravel(), ends[:, 1].ravel()
    low, high = np.minimum(first, second), np.maximum(first, second)
    rest = np.tile(bonds.rest, (copies, 1))
    rest[first > second] *= -1.0
    inside = np.flatnonzero((low >= 0) & (high < n * copies))
    rows = inside[np.lexsort((high[inside], low[inside]))]
    return strip, Bonds(
        low[rows].astype(np.int32), high[rows].astype(np.int32), np.tile(bonds.area, copies)[rows],
        rest[rows], np.tile(bonds.state, copies)[rows],
        np.tile(bonds.tensile_strength, copies)[rows], np.tile(bonds.cohesion, copies)[rows],
    )  # fmt: skip


def _ends(grains: Grains, bonds: Bonds, period: float, copy: int) -> tuple[np.ndarray, np.ndarray]:
    """Numbers in the strip of the grains that a copy's bonds join; those of the second may lie in
    the copy before or behind."""
    n, x = len(grains.radius), grains.position[:, 0]
    # Where the beam ends, not where the piece lists the grain: that may be one period away.
    end = x[bonds.first] + bonds.rest[:, 0]
    across = np.round((end - x[bonds.second]) / period).astype(np.int64)
    return n * copy + bonds.first.astype(np.int64), n * (copy + across) + bonds.second


def piece_of(
    strip: Grains, strip_bonds: Bonds, breaks: Breaks, piece: Grains, bonds: Bonds, period: float,
    copy: int,
) -> tuple[Grains, Bonds, Breaks]:  # fmt: skip
    """A copy with its neighbours on both sides, taken out of a strip and moved back to the piece.

    strip, strip_bonds, breaks : of the strip at present; piece, bonds : what it was made of
    Returns grains, bonds and breaks in the order and with the ids of the piece.
    """
    n = len(piece.radius)
    mine = slice(n * copy, n * (copy + 1))
    grains = Grains(*(array[mine].copy() for array in strip))
    grains.position[:, 0] -= period * copy
    first, second = _ends(piece, bonds, period, copy)
    total = len(strip.radius)
    keys = np.minimum(first, second) * total + np.maximum(first, second)
    row = np.searchsorted(strip_bonds.first.astype(np.int64) * total + strip_bonds.second, keys)
    found = np.full(len(strip_bonds.first), -1)
    found[row] = np.arange(len(row))
    at = found[breaks.bond]
    kept = Breaks(*(array[at >= 0] for array in breaks))
    at = at[at >= 0]
    return (
        grains._replace(particle=piece.particle.copy()),
        bonds._replace(state=strip_bonds.state[row]),
        kept._replace(
            bond=at, first=bonds.first[at], second=bonds.second[at],
            place=kept.place - np.array([period * copy, 0.0, 0.0]),
        ),
    )  # fmt: skip
