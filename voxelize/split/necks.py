"""Basins joined over necks that are hardly narrower than what they join."""

import numpy as np

from dem.jit import njit
from voxelize.pairs import grown, slot_of, sorted_pairs
from voxelize.regions import next_voxel
from voxelize.union_find import root_of


def joined_over_wide_necks(
    basin: np.ndarray, depth: np.ndarray, neck: float, periodic: bool
) -> np.ndarray:
    """Join basins in the order of their necks, deepest first, unless the neck is narrow.

    A neck is narrow where its inscribed radius is less than (1 − neck) of that of the thinner of
    the two bodies that it joins: a rule without scale.

    basin : (nz, ny, nx) int32, −1 outside; depth : (nz, ny, nx) float32, as
        `depth_under_surface` gives it
    returns (n,) int, the basin that each basin is joined to
    """
    count = int(basin.max()) + 1
    peak = _peaks(basin.reshape(-1), depth.reshape(-1), count)
    first, second, saddle = neck_radii(basin, depth, count, periodic)
    order = np.lexsort((second, first, -saddle))
    return _joined(first[order], second[order], saddle[order], peak, 1.0 - neck)


def neck_radii(
    basin: np.ndarray, depth: np.ndarray, count: int, periodic: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Inscribed radius of the neck between each two basins that touch.

    basin : (nz, ny, nx) int32, 0 … count−1, −1 outside; depth : (nz, ny, nx) float32, as
        `depth_under_surface` gives it
    returns (m,) first and (m,) second, first < second, in their order, and (m,) radius [voxels]
    """
    first, second, deepest = sorted_pairs(*_saddles(basin, depth, count, periodic), count)
    return first, second, deepest[:, 0]


@njit
def _peaks(basin, depth, count):
    """Inscribed radius of each basin: the surface lies half a voxel before a centre outside."""
    peak = np.zeros(count, np.float32)
    for at in range(len(basin)):
        if basin[at] >= 0:
            peak[basin[at]] = max(peak[basin[at]], depth[at] - np.float32(0.5))
    return peak


@njit
def _saddles(basin, depth, count, periodic):
    """Inscribed radius of the neck between each two basins that touch, by their key."""
    keys, deepest = np.full(1024, -1, np.int64), np.zeros((1024, 1), np.float32)
    used = 0
    nz, ny, nx = basin.shape
    for z in range(nz):
        for y in range(ny):
            for x in range(nx):
                a = np.int64(basin[z, y, x])
                if a < 0:
                    continue
                for axis in range(3):
                    k, j, i = next_voxel(z, y, x, axis, ny, nx, periodic)
                    if k == nz or j == ny or i == nx:
                        continue
                    b = np.int64(basin[k, j, i])
                    if a == b or b < 0:
                        continue
                    key = min(a, b) * count + max(a, b)
                    slot = slot_of(keys, key)
                    if keys[slot] < 0:
                        keys[slot] = key
                        used += 1
                    height = min(depth[z, y, x], depth[k, j, i]) - np.float32(0.5)
                    deepest[slot, 0] = max(deepest[slot, 0], height)
                    if 2 * used > len(keys):
                        keys, deepest = grown(keys, deepest)
    return keys, deepest


@njit
def _joined(first, second, saddle, peak, least):
    root = np.arange(len(peak))
    for at in range(len(first)):
        a, b = root_of(root, first[at]), root_of(root, second[at])
        low, high = (a, b) if peak[a] < peak[b] else (b, a)
        if a != b and saddle[at] >= least * peak[low]:
            root[low] = high
    for at in range(len(root)):
        root[at] = root_of(root, at)
    return root
