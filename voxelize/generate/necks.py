"""The carbon-binder domain: where it goes, so that every particle hangs on the foil by it."""

from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree

from dem.errors import InputError
from voxelize.generate.attachment import unattached
from voxelize.generate.rank import lowest
from voxelize.generate.surfaces import NONE, Surfaces

_SECOND_SURFACE = 0.5
"""Weight of the second nearest surface: below 1, some of the binder films single particles."""
_NECK_MARGINS = (1.5, 2.5, 4.0, 6.0, 9.0)
"""Detours [voxels] over the shortest way between two surfaces up to which a neck is filled."""
_FIRST = np.float32(-1e4)


class Gaps(NamedTuple):
    """Pairs of particles (or the foil, n) that stand near each other, and the shortest way between.

    first, second : (m,), first < second; gap : (m,) [voxels], measured outside the particles
    """

    first: np.ndarray
    second: np.ndarray
    gap: np.ndarray


def binder_domain(
    found: Surfaces,
    active: np.ndarray,
    particle: np.ndarray,
    particles: int,
    weights: np.ndarray,
    amount: float,
    noise: np.ndarray,
) -> np.ndarray:
    """Voxels of the carbon-binder domain: necks and films, (nz, ny, nx) bool.

    First come the necks of the shortest tree of gaps that joins all particles and the foil, then
    what is nearest to two surfaces or one. Below random loose packing this skeleton is what holds
    the particles up. Pieces that would hang on nothing are put elsewhere.

    active, particle : voxels of the active material and their particle; weights : (nz,) of layers
    amount : [voxels]; noise : smooth field of the irregularity, overwritten
    raises InputError where so little binder cannot reach every particle
    """
    if amount < 0.5 * weights.max():
        return np.zeros(active.shape, bool)
    gaps = near_pairs(found, active, particles)
    tree = _shortest_tree(gaps, particles)
    value = noise
    value += found.nearest
    for layer, second in zip(value, found.second, strict=True):
        layer += np.float32(_SECOND_SURFACE) * second
    value[active] = np.inf
    for margin in _NECK_MARGINS:
        _put_first(value, found, gaps, tree, active, margin, particles)
        for _ in range(len(_NECK_MARGINS)):
            domain = lowest(value, weights, amount)
            lost, loose = unattached(domain, particle, particles)
            if not loose.any():
                break
            value[loose] = np.inf
        if not lost.any() and not loose.any():
            return domain
    raise InputError(
        f"carbon_fraction and binder_fraction: the carbon-binder domain leaves {int(lost.sum())} "
        f"of {particles} particles without a hold on the foil; expected more of it, or a finer "
        "voxel_size"
    )


def near_pairs(found: Surfaces, active: np.ndarray, particles: int) -> Gaps:
    """Gaps between surfaces that are the two nearest of some voxel outside the particles."""
    keys, gaps = [], []
    for nearest, second, first, other, solid in zip(*found, active, strict=True):
        at = (first != NONE) & (other != NONE) & ~solid
        low, high = np.minimum(first[at], other[at]), np.maximum(first[at], other[at])
        key = low.astype(np.int64) * (particles + 1) + high
        pair, gap = _least(key, nearest[at] + second[at])
        keys.append(pair)
        gaps.append(gap)
    pair, gap = _least(np.concatenate(keys), np.concatenate(gaps))
    first, second = np.divmod(pair, particles + 1)
    return Gaps(first, second, gap)


def _least(key: np.ndarray, value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each key once, sorted, and the least of its values."""
    if len(key) == 0:
        return key, value
    order = np.argsort(key, kind="stable")
    key, value = key[order], value[order]
    start = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))
    return key[start], np.minimum.reduceat(value, start)


def _shortest_tree(gaps: Gaps, particles: int) -> np.ndarray:
    """(m,) bool: the pairs of the spanning tree of particles and foil with the least gaps."""
    # A zero would be no edge at all; one constant for all changes no tree.
    weight = gaps.gap.astype(float) - float(gaps.gap.min(initial=0.0)) + 1.0
    graph = coo_array((weight, (gaps.first, gaps.second)), (particles + 1, particles + 1))
    tree = minimum_spanning_tree(graph.tocsr()).tocoo()
    keys = gaps.first * (particles + 1) + gaps.second
    return np.isin(keys, tree.row.astype(np.int64) * (particles + 1) + tree.col)


def _put_first(value, found, gaps, tree, active, margin, particles):
    """Give the voxels of the tree's necks the first places, the shortest ways before all."""
    keys = gaps.first[tree] * (particles + 1) + gaps.second[tree]
    gap = gaps.gap[tree]
    if len(keys) == 0:
        return
    layers = zip(value, *found, active, strict=True)
    for layer, nearest, second, first, other, solid in layers:
        at = np.nonzero((first != NONE) & (other != NONE) & ~solid)
        low, high = np.minimum(first[at], other[at]), np.maximum(first[at], other[at])
        key = low.astype(np.int64) * (particles + 1) + high
        place = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
        detour = nearest[at] + second[at] - gap[place]
        neck = (keys[place] == key) & (detour <= margin)
        layer[tuple(index[neck] for index in at)] = _FIRST + detour[neck]
