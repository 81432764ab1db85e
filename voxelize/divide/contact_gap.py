"""How far two particles of grains still stand apart when their contact spheres touch."""

import numpy as np
from scipy.spatial.transform import Rotation

from dem.jit import njit
from voxelize.divide.surface import ParticleShape

_CELL = 1.0
"""Width of the columns in which two surfaces are compared [voxels]: each holds some two points."""


def contact_gaps(shapes: list[ParticleShape], trials: int, seed: int) -> np.ndarray:
    """Gap (trials,) [grain widths] between the true surfaces of pairs when their spheres touch.

    Two particles, drawn and turned at random, close in along a line through their centroids; below
    0 they overlap. A grain width is the edge of the cube of the pair's mean grain volume.
    """
    rng = np.random.default_rng([seed, 4])
    gap = np.empty(trials)
    for trial in range(trials):
        one, other = (shapes[n] for n in rng.integers(len(shapes), size=2))
        turn, other_turn = Rotation.random(2, rng=rng)
        spheres = first_contact_of_spheres(
            turn.apply(one.grain), one.radius, other_turn.apply(other.grain), other.radius
        )
        surfaces = first_contact_of_surfaces(
            turn.apply(one.surface), other_turn.apply(other.surface)
        )
        gap[trial] = (spheres - surfaces) / np.cbrt(np.concatenate((one.size, other.size)).mean())
    return gap


def first_contact_of_spheres(one, one_radius, other, other_radius) -> float:
    """Distance of the origins along the first axis at which spheres of two bodies first touch."""
    reach = float(one_radius.max() + other_radius.max())
    order, start, low, count = _columns(other, reach)
    return _spheres(one, one_radius, other[order], other_radius[order], start, low, count, reach)


def first_contact_of_surfaces(one: np.ndarray, other: np.ndarray) -> float:
    """The same of two surfaces given by points, compared in columns a voxel wide."""
    low = np.floor(np.minimum(one.min(axis=0), other.min(axis=0))[1:] / _CELL).astype(np.int64)
    high = np.floor(np.maximum(one.max(axis=0), other.max(axis=0))[1:] / _CELL).astype(np.int64)
    return _surfaces(one, other, low, high - low + 1)


def _columns(place, width):
    index = np.floor(place[:, 1:] / width).astype(np.int64)
    low = index.min(axis=0)
    count = index.max(axis=0) - low + 1
    number = (index[:, 0] - low[0]) * count[1] + index[:, 1] - low[1]
    order = np.argsort(number, kind="stable")
    start = np.searchsorted(number[order], np.arange(count[0] * count[1] + 1))
    return order, start, low, count


@njit
def _spheres(one, one_radius, other, other_radius, start, low, count, width):
    furthest = -np.inf
    for at in range(len(one)):
        row = int(np.floor(one[at, 1] / width)) - low[0]
        column = int(np.floor(one[at, 2] / width)) - low[1]
        for j in range(max(0, row - 1), min(count[0], row + 2)):
            for i in range(max(0, column - 1), min(count[1], column + 2)):
                place = j * count[1] + i
                for k in range(start[place], start[place + 1]):
                    reach = one_radius[at] + other_radius[k]
                    aside = (one[at, 1] - other[k, 1]) ** 2 + (one[at, 2] - other[k, 2]) ** 2
                    if aside < reach * reach:
                        meet = np.sqrt(reach * reach - aside) + one[at, 0] - other[k, 0]
                        furthest = max(furthest, meet)
    return furthest


@njit
def _surfaces(one, other, low, count):
    top = np.full(count[0] * count[1], -np.inf)
    bottom = np.full(count[0] * count[1], np.inf)
    for at in range(len(one)):
        place = _column(one[at, 1], one[at, 2], low, count)
        top[place] = max(top[place], one[at, 0])
    for at in range(len(other)):
        place = _column(other[at, 1], other[at, 2], low, count)
        bottom[place] = min(bottom[place], other[at, 0])
    furthest = -np.inf
    for place in range(len(top)):
        furthest = max(furthest, top[place] - bottom[place])
    return furthest


@njit
def _column(y, x, low, count):
    row = int(np.floor(y / _CELL)) - low[0]
    return row * count[1] + int(np.floor(x / _CELL)) - low[1]
