"""Kernels of the faces between cells that hold several phases."""

import numpy as np

from dem.jit import leaf, njit, prange


@leaf
def _pair(low, high, low_film, high_film, low_height, high_height):
    """Conductance of a unit face between two cells.

    low, high : (poor, rich, length, film's, holds) of each cell's side at the face: conductivity of
        what conducts worse than the host, share of the host and better, resistance of the half line
        through these, what the cell conducts across the face if it is of a film, and whether the
        cell holds any of the host and better at all
    """
    lower = low[0] + 0.5 * low[1] / low[2]
    upper = high[0] + 0.5 * high[1] / high[2]
    if low[4] and high[4]:
        side = 0.5 * (low[0] + high[0]) / (0.5 * (low_height + high_height))
        side += 0.5 * (low[1] + high[1]) / (low[2] * low_height + high[2] * high_height)
    else:
        side = _series(lower, upper, low_height, high_height)
    film = max(low_film, high_film)
    if film == 0.0:
        return side
    if low_film > 0.0:
        lower = min(lower, low[3])
    if high_film > 0.0:
        upper = min(upper, high[3])
    thin = _series(lower, upper, low_height, high_height)
    return (1.0 - film) * side + film * min(side, thin)


@leaf
def _series(lower, upper, low_height, high_height):
    if lower <= 0.0 or upper <= 0.0:
        return 0.0
    return 1.0 / (0.5 * low_height / lower + 0.5 * high_height / upper)


@leaf
def _end(cell, film, height):
    """Conductance of a unit face between a cell and an electrode."""
    side = cell[0] / (0.5 * height) + cell[1] / (cell[2] * height)
    return (1.0 - film) * side + film * min(side, cell[3] / (0.5 * height))


@leaf
def _at(cells, side, j, i):
    return (
        cells.poor[side, j, i],
        cells.rich[side, j, i],
        cells.length[side, j, i],
        cells.across[j, i],
        cells.holds[j, i],
    )


@njit
def _within_row(cells, height, periodic_y, periodic_x, j, y, x):
    rows, columns = cells.film.shape
    before = j - 1 if j > 0 else rows - 1
    for i in range(columns):
        y[j, i] = x[j, i] = 0.0
        if j > 0 or (periodic_y and rows > 1):
            y[j, i] = height * _pair(
                _at(cells, 3, before, i), _at(cells, 2, j, i),
                cells.film[before, i], cells.film[j, i], 1.0, 1.0,
            )  # fmt: skip
        left = i - 1 if i > 0 else columns - 1
        if i > 0 or (periodic_x and columns > 1):
            x[j, i] = height * _pair(
                _at(cells, 5, j, left), _at(cells, 4, j, i),
                cells.film[j, left], cells.film[j, i], 1.0, 1.0,
            )  # fmt: skip


@njit(parallel=True)
def faces_within(cells, height, periodic_y, periodic_x, y, x):
    """Conductances (ny, nx) of the faces before the rows and columns of a layer."""
    for j in prange(cells.film.shape[0]):
        _within_row(cells, height, periodic_y, periodic_x, np.int64(j), y, x)


@njit
def faces_between(below, above, lower_height, upper_height, z):
    """Conductances (ny, nx) of the faces between two layers."""
    for j in range(z.shape[0]):
        for i in range(z.shape[1]):
            z[j, i] = _pair(
                _at(below, 1, j, i), _at(above, 0, j, i),
                below.film[j, i], above.film[j, i], lower_height, upper_height,
            )  # fmt: skip


@njit
def faces_at_end(cells, side, height, z):
    """Conductances (ny, nx) of the faces between a layer and an electrode below or above it."""
    for j in range(z.shape[0]):
        for i in range(z.shape[1]):
            z[j, i] = _end(_at(cells, side, j, i), cells.film[j, i], height)
