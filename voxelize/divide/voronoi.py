"""Centroidal Voronoi partition of voxel regions into compact cells (Lloyd's iteration)."""

from collections.abc import Callable

import numpy as np
from scipy.spatial import cKDTree

_BATCH = 60_000
"""Voxels that share one search tree: enough to hide the cost of a call, few enough to report."""


def centroidal_partition(
    voxel: np.ndarray,
    region: np.ndarray,
    cells: np.ndarray,
    rng: np.random.Generator,
    period: np.ndarray | None,
    iterations: int,
    progress: Callable[[float], None] | None = None,
) -> np.ndarray:
    """Divide each region's voxels into compact cells of nearly equal size.

    voxel : (n, 3), indices z, y, x; region : (n,) int, sorted; cells : (regions,) wanted, ≥ 1
    period : (2,) box in y and x [voxels] where the volume is periodic, else None
    returns (n,) int, cell of each voxel, numbered region by region; a cell may be empty.
    Source: Du, Faber, Gunzburger, SIAM Rev. 41 (1999) 637, Lloyd's method.
    """
    start = np.concatenate(([0], np.cumsum(np.bincount(region, minlength=len(cells)))))
    first_cell = np.concatenate(([0], np.cumsum(cells)))
    cell = first_cell[region]
    divided = np.flatnonzero(cells > 1)
    batch = np.cumsum(start[divided + 1] - start[divided]) // _BATCH
    for members in np.split(divided, np.flatnonzero(np.diff(batch)) + 1):
        if len(members) == 0:
            continue
        inside = np.concatenate([np.arange(start[r], start[r + 1]) for r in members])
        local = np.repeat(np.arange(len(members)), start[members + 1] - start[members])
        found = _lloyd(voxel[inside], local, cells[members], rng, period, iterations)
        # Cells of a batch are numbered region by region too: shift each region's to its place.
        shift = first_cell[members] - np.concatenate(([0], np.cumsum(cells[members])[:-1]))
        cell[inside] = found + shift[local]
        if progress is not None:
            progress(float(start[members[-1] + 1]) / len(voxel))
    return cell


def minimum_image(offset: np.ndarray, period: np.ndarray | None) -> np.ndarray:
    """Shortest periodic image of offsets (…, 3) in z, y, x; the offset itself without period."""
    if period is None:
        return offset
    shortest = offset.copy()
    shortest[..., 1:] -= period * np.round(shortest[..., 1:] / period)
    return shortest


def _lloyd(voxel, region, cells, rng, period, iterations):
    # Regions stand so far apart along z that the nearest seed is always one of their own.
    point = voxel.astype(np.float64)
    stride = 4.0 * (np.ptp(point, axis=0).max() + 1.0)
    point[:, 0] += stride * region
    box = None if period is None else np.concatenate(([0.0], period))
    seed = point[_random_voxels(region, cells, rng)]
    for _ in range(iterations):
        cell = cKDTree(seed, boxsize=box).query(point)[1]
        members = np.maximum(np.bincount(cell, minlength=len(seed)), 1)
        offset = minimum_image(point - seed[cell], period)
        for axis in range(3):
            seed[:, axis] += np.bincount(cell, offset[:, axis], len(seed)) / members
        if period is not None:
            seed[:, 1:] %= period
            seed[:, 1:] = np.where(seed[:, 1:] >= period, 0.0, seed[:, 1:])
    return cKDTree(seed, boxsize=box).query(point)[1]


def _random_voxels(region, cells, rng):
    """Indices of `cells[r]` different voxels of each region r, region by region."""
    order = np.lexsort((rng.random(len(region)), region))
    start = np.searchsorted(region, np.arange(len(cells)))
    rank = np.arange(len(region)) - start[region]
    return order[rank < cells[region]]
