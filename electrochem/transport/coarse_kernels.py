"""Kernels of the coarse grids: face conductances are stored."""

from typing import NamedTuple

import numpy as np

from dem.jit import njit, prange


class Level(NamedTuple):
    """One coarse grid of (nz, ny, nx) blocks.

    across : (nz+1, ny, nx), conductance of the horizontal faces, electrodes' included
    along : (nz, ny, nx), of the face towards the next row, round the seam for the last
    beside : (nz, ny, nx), of the face towards the next column, round the seam for the last
    x, b : (nz+2, ny, nx), correction and right-hand side, zero on the electrodes
    seam : as in `Network`
    """

    across: np.ndarray
    along: np.ndarray
    beside: np.ndarray
    x: np.ndarray
    b: np.ndarray
    seam: bool


@njit
def _relax_plane(level, k, colour, backward):
    across, along, beside, x, b = level.across, level.along, level.beside, level.x, level.b
    rows, columns = x.shape[1], x.shape[2]
    for step in range(rows):
        j = rows - 1 - step if backward else step
        before = j - 1 if j > 0 else rows - 1
        after = j + 1 if j < rows - 1 else 0
        first = (k + j + colour) & 1
        count = (columns - first + 1) // 2
        for pace in range(count):
            i = first + 2 * (count - 1 - pace if backward else pace)
            left = i - 1 if i > 0 else columns - 1
            right = i + 1 if i < columns - 1 else 0
            g0, g1 = across[k, j, i], across[k + 1, j, i]
            g2, g3 = along[k, before, i], along[k, j, i]
            g4, g5 = beside[k, j, left], beside[k, j, i]
            total = g0 + g1 + g2 + g3 + g4 + g5
            if total == 0.0:
                continue
            inflow = (
                g0 * x[k, j, i]
                + g1 * x[k + 2, j, i]
                + g2 * x[k + 1, before, i]
                + g3 * x[k + 1, after, i]
                + g4 * x[k + 1, j, left]
                + g5 * x[k + 1, j, right]
            )
            x[k + 1, j, i] = (b[k + 1, j, i] + inflow) / total


@njit(parallel=True)
def relax(level, colour, backward):
    """Gauss–Seidel on the blocks of one colour."""
    for k in prange(level.x.shape[0] - 2):
        _relax_plane(level, k, colour, backward)


@njit(parallel=True)
def restrict(level, coarse_b, first_only):
    """coarse_b = sum over each block of the residual, of the first colour's cells alone."""
    across, along, beside, x, b = level.across, level.along, level.beside, level.x, level.b
    layers, rows, columns = x.shape[0] - 2, x.shape[1], x.shape[2]
    for block in prange(coarse_b.shape[0] - 2):
        coarse_b[block + 1] = 0.0
        for k in range(2 * block, min(2 * block + 2, layers)):
            for j in range(rows):
                before = j - 1 if j > 0 else rows - 1
                after = j + 1 if j < rows - 1 else 0
                first = (k + j) & 1 if first_only else 0
                for i in range(first, columns, 2 if first_only else 1):
                    left = i - 1 if i > 0 else columns - 1
                    right = i + 1 if i < columns - 1 else 0
                    here = x[k + 1, j, i]
                    coarse_b[block + 1, j // 2, i // 2] += b[k + 1, j, i] - (
                        across[k, j, i] * (here - x[k, j, i])
                        + across[k + 1, j, i] * (here - x[k + 2, j, i])
                        + along[k, before, i] * (here - x[k + 1, before, i])
                        + along[k, j, i] * (here - x[k + 1, after, i])
                        + beside[k, j, left] * (here - x[k + 1, j, left])
                        + beside[k, j, i] * (here - x[k + 1, j, right])
                    )


@njit(parallel=True)
def prolong(coarse_x, x):
    """Add each block's correction to its cells."""
    layers = x.shape[0] - 2
    for block in prange(coarse_x.shape[0] - 2):
        for k in range(2 * block, min(2 * block + 2, layers)):
            for j in range(x.shape[1]):
                for i in range(x.shape[2]):
                    x[k + 1, j, i] += coarse_x[block + 1, j // 2, i // 2]


@njit(parallel=True)
def coarsen(level, across, along, beside, shares):
    """Conductances between blocks: the sum over the faces they share, times `shares`.

    shares : (3,), 1/2 in a direction in which blocks hold two cells: the block centres are twice
    as far apart. (The Galerkin operator of piecewise constant blocks lacks it, hence too stiff.)
    """
    layers, rows, columns = level.x.shape[0] - 2, level.x.shape[1], level.x.shape[2]
    for block in prange(beside.shape[0]):
        across[block] = 0.0
        along[block] = 0.0
        beside[block] = 0.0
        if block + 1 == beside.shape[0]:
            across[block + 1] = 0.0
        for k in range(2 * block, min(2 * block + 2, layers)):
            for j in range(rows):
                row = j // 2
                for i in range(columns):
                    column = i // 2
                    if k == 2 * block:
                        across[block, row, column] += shares[0] * level.across[k, j, i]
                    if k == layers - 1:
                        across[block + 1, row, column] += shares[0] * level.across[k + 1, j, i]
                    if j == rows - 1 or j % 2 == 1:
                        along[block, row, column] += shares[1] * level.along[k, j, i]
                    if i == columns - 1 or i % 2 == 1:
                        beside[block, row, column] += shares[2] * level.beside[k, j, i]


def empty_level(layers: int, rows: int, columns: int, seam: bool) -> Level:
    """A coarse grid without conductances yet."""
    return Level(
        across=np.empty((layers + 1, rows, columns)),
        along=np.empty((layers, rows, columns)),
        beside=np.empty((layers, rows, columns)),
        x=np.zeros((layers + 2, rows, columns)),
        b=np.zeros((layers + 2, rows, columns)),
        seam=seam,
    )
