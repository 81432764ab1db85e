"""Partition a labelled volume into grains: compact cells of particles and of binder regions."""

import numpy as np

from dem.jit import njit, prange
from voxelize.divide.bins import bin_voxels
from voxelize.divide.lloyd import centroidal_cells, centroidal_cells_of_large
from voxelize.divide.members import voxels_by_label
from voxelize.divide.slivers import grains_of_cells

_LARGE = 200_000
"""Voxels from which a region alone is worth all threads."""
_BATCHES = 24
"""Steps in which the smaller regions are divided, each followed by a report of progress."""
_ATTEMPTS = 8


def divide(region, cells, least, periodic, iterations, seed, tell):
    """Number each voxel's grain: compact cells, each in one piece, region by region.

    region : (nz, ny, nx) int32, 0 … n−1, −1 outside
    cells, least : (n,) wanted number of grains, and the least that a region may be left with:
        one that cannot be divided into so many becomes a single grain
    seed : int, of the cells' random start; tell(done) : progress, 0 … 1
    returns grain : (nz, ny, nx) int32, −1 outside; owner : (grains,) int32, region of each grain
    """
    voxel, start = voxels_by_label(region, len(cells))
    grain = np.full(region.shape, -1, dtype=np.int32)
    flat = (region.reshape(-1), grain.reshape(-1))
    key = np.random.default_rng([seed, 1]).integers(2**63, size=len(cells)).astype(np.uint64)
    number = np.zeros(len(cells), dtype=np.int64)
    small = np.flatnonzero(np.diff(start) < _LARGE)
    total = max(1, int(start[-1]))
    done = 0
    share = np.cumsum(np.diff(start)[small]) * _BATCHES // total
    for members in np.split(small, np.flatnonzero(np.diff(share)) + 1):
        _divide_many(members, voxel, start, cells, least, key, iterations, region.shape, periodic,
                     *flat, number)  # fmt: skip
        done += int(np.diff(start)[members].sum())
        tell(done / total)
    for large in np.flatnonzero(np.diff(start) >= _LARGE):
        number[large] = _divide_large(voxel[start[large] : start[large + 1]], large, cells[large],
                                      least[large], key[large], iterations, region.shape,
                                      periodic, *flat)  # fmt: skip
        done += int(start[large + 1] - start[large])
        tell(done / total)
    first = np.concatenate(([0], np.cumsum(number)))
    _shift(voxel, start, first, flat[1])
    return grain, np.repeat(np.arange(len(cells), dtype=np.int32), number)


@njit(parallel=True)
def _divide_many(members, voxel, start, cells, least, key, iterations, shape, periodic, region,
                 grain, number):  # fmt: skip
    for one in prange(len(members)):
        which = members[one]
        number[which] = _divide_one(voxel[start[which] : start[which + 1]], which, cells[which],
                                    least[which], key[which], iterations, shape, periodic, region,
                                    grain)  # fmt: skip


@njit
def _divide_one(voxel, which, cells, least, key, iterations, shape, periodic, region, grain):
    """Divide one region; joined slivers and empty cells are made up for by more cells."""
    wanted = cells
    for attempt in range(_ATTEMPTS):
        if wanted <= 1 or wanted > len(voxel):
            break
        point, first, count, width, period = bin_voxels(voxel, shape, periodic, wanted)
        cell = centroidal_cells(point, first, count, width, period, wanted, iterations,
                                key + np.uint64(attempt))  # fmt: skip
        grains = grains_of_cells(voxel, which, region, cell, wanted, shape, periodic, grain)
        if grains >= least:
            return grains
        wanted += least - grains
    return _whole(voxel, grain)


def _divide_large(voxel, which, cells, least, key, iterations, shape, periodic, region, grain):
    wanted = int(cells)
    for attempt in range(_ATTEMPTS):
        if wanted <= 1 or wanted > len(voxel):
            break
        point, first, count, width, period = bin_voxels(voxel, shape, periodic, wanted)
        cell = centroidal_cells_of_large(point, first, count, width, period, wanted, iterations,
                                         key + np.uint64(attempt))  # fmt: skip
        grains = grains_of_cells(voxel, which, region, cell, wanted, shape, periodic, grain)
        if grains >= least:
            return grains
        wanted += int(least) - grains
    return _whole(voxel, grain)


@njit
def _whole(voxel, grain):
    for at in range(len(voxel)):
        grain[voxel[at]] = -2
    return 1


@njit(parallel=True)
def _shift(voxel, start, first, grain):
    """From numbers within the region, −2 − number, to those of the volume."""
    for which in prange(len(start) - 1):
        _shift_one(voxel[start[which] : start[which + 1]], first[which], grain)


@njit
def _shift_one(voxel, first, grain):
    for at in range(len(voxel)):
        grain[voxel[at]] = first - 2 - grain[voxel[at]]
