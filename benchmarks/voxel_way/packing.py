"""An electrode of known particles on a cubic grid of any size: spheres that touch, and binder."""

import numpy as np
from scipy.spatial import cKDTree

from dem.jit import njit
from voxelize.volume import CARBON_BINDER, PORE, Volume

VOXEL_SIZE = 0.4e-6
MEDIAN_DIAMETER, SPREAD = 22.1, 0.2
"""Of the lognormal sizes [voxels]: 2000 particles of them fill half of 300³ voxels."""
ACTIVE_SHARE, BINDER_SHARE = 0.5, 0.1
RELAXATIONS = 150


def electrode(side: int, periodic: bool, seed: int = 1) -> Volume:
    """A volume of side³ voxels; the same for the same arguments."""
    rng = np.random.default_rng([seed, side])
    radius = _radii(ACTIVE_SHARE * side**3, rng)
    place = _apart(rng.random((len(radius), 3)) * side, radius, side, periodic)
    particle = np.full((side,) * 3, -1, dtype=np.int32)
    for number in range(len(radius)):
        _paint_particle(particle, place, radius, number, periodic)
    labels = (particle >= 0).astype(np.uint8)
    binder = 0
    for middle, size in _binder_balls(place, radius, side, periodic, rng):
        binder += _paint_binder(labels, middle, size, periodic)
        if binder > BINDER_SHARE * side**3:
            break
    return Volume(labels, VOXEL_SIZE, periodic, side * VOXEL_SIZE, 0.5, particle)


def _radii(volume, rng):
    number = max(1, round(volume / (np.pi / 6 * MEDIAN_DIAMETER**3 * np.exp(4.5 * SPREAD**2))))
    radius = 0.5 * MEDIAN_DIAMETER * np.exp(SPREAD * rng.standard_normal(number))
    return np.sort(radius * np.cbrt(volume / (4 / 3 * np.pi * (radius**3).sum())))[::-1]


def _apart(place, radius, side, periodic):
    """Push overlapping spheres apart; z is held between the planes, the sides wrap or cut."""
    box = [2.0 * side, side, side] if periodic else None
    for _ in range(RELAXATIONS):
        low, high = cKDTree(place, boxsize=box).query_pairs(2 * radius[0], output_type="ndarray").T
        apart = _shortest(place[high] - place[low], side, periodic)
        length = np.linalg.norm(apart, axis=1) + 1e-12
        push = np.maximum(radius[low] + radius[high] - length, 0.0)[:, None]
        push = 0.5 * push * apart / length[:, None]
        for axis in range(3):
            place[:, axis] += np.bincount(high, push[:, axis], len(place))
            place[:, axis] -= np.bincount(low, push[:, axis], len(place))
        place[:, 0] = np.clip(place[:, 0], radius, np.maximum(radius, side - radius))
        place[:, 1:] = place[:, 1:] % side if periodic else np.clip(place[:, 1:], 0.0, side)
        place[:, 1:][place[:, 1:] >= side] = 0.0
    return place


def _shortest(offset, side, periodic):
    if periodic:
        offset[:, 1:] -= side * np.round(offset[:, 1:] / side)
    return offset


def _binder_balls(place, radius, side, periodic, rng):
    """Centre and radius of balls of binder: at the necks first, then anywhere on particles."""
    box = [2.0 * side, side, side] if periodic else None
    pairs = cKDTree(place, boxsize=box).query_pairs(2 * radius[0], output_type="ndarray")
    low, high = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))].T
    apart = _shortest(place[high] - place[low], side, periodic)
    length = np.linalg.norm(apart, axis=1)
    near = length < radius[low] + radius[high] + 1.0
    middle = place[low] + apart * (radius[low] / np.maximum(length, 1e-9))[:, None]
    for at in np.flatnonzero(near):
        yield middle[at], 0.45 * min(radius[low[at]], radius[high[at]])
    for _ in range(60 * len(radius)):
        at = rng.integers(len(radius))
        way = rng.standard_normal(3)
        yield place[at] + radius[at] * way / np.linalg.norm(way), 3.0


@njit
def _paint_particle(particle, place, radius, number, periodic):
    """Voxels of a sphere; where two overlap, the plane between them is the border."""
    nz, ny, nx = particle.shape
    z, y, x, r = place[number, 0], place[number, 1], place[number, 2], radius[number]
    for k in range(max(0, int(z - r)), min(nz, int(z + r) + 1)):
        for j in range(int(np.floor(y - r)), int(y + r) + 1):
            for i in range(int(np.floor(x - r)), int(x + r) + 1):
                power = (k + 0.5 - z) ** 2 + (j + 0.5 - y) ** 2 + (i + 0.5 - x) ** 2 - r * r
                inside = periodic or (0 <= j < ny and 0 <= i < nx)
                if power >= 0.0 or not inside:
                    continue
                other = particle[k, j % ny, i % nx]
                if other >= 0:
                    dy, dx = j + 0.5 - place[other, 1], i + 0.5 - place[other, 2]
                    if periodic:
                        dy -= ny * np.round(dy / ny)
                        dx -= nx * np.round(dx / nx)
                    theirs = (k + 0.5 - place[other, 0]) ** 2 + dy * dy + dx * dx
                    if theirs - radius[other] ** 2 <= power:
                        continue
                particle[k, j % ny, i % nx] = number


@njit
def _paint_binder(labels, middle, size, periodic):
    """Paint pores within a ball; how many voxels are new."""
    painted = 0
    nz, ny, nx = labels.shape
    z, y, x = middle
    for k in range(max(0, int(z - size)), min(nz, int(z + size) + 1)):
        for j in range(int(np.floor(y - size)), int(y + size) + 1):
            for i in range(int(np.floor(x - size)), int(x + size) + 1):
                if not periodic and not (0 <= j < ny and 0 <= i < nx):
                    continue
                near = (k + 0.5 - z) ** 2 + (j + 0.5 - y) ** 2 + (i + 0.5 - x) ** 2
                if near < size * size and labels[k, j % ny, i % nx] == PORE:
                    labels[k, j % ny, i % nx] = CARBON_BINDER
                    painted += 1
    return painted
