"""Kernels of planes in cells: where the surface of a phase cuts a voxel that it fills in part."""

from math import sqrt

import numpy as np

from dem.jit import leaf, njit, prange

FLAT = 2e-3
"""Least component of a normal (their sum is 1): a plane tilted by less counts as tilted so much."""
_HALVINGS = 30
COHERENT, MIXED = 0.8, 0.5
"""Alignment of gradients from which a surface counts as one, and below which as a film's two."""
BURIED = 0.15
"""Share of the surroundings that conducts from which dips begin to be films, fully at twice it."""


@leaf
def _cube(t):
    return t * t * t if t > 0.0 else 0.0


@leaf
def _square(t):
    return t * t if t > 0.0 else 0.0


@njit
def volume_below(a, u, v, w):
    """Part of the unit cube where u z + v y + w x < a; u, v, w > 0.

    Scardovelli and Zaleski, J. Comput. Phys. 164 (2000) 228, their eq. 1 for three dimensions.
    """
    above = _cube(a - u) + _cube(a - v) + _cube(a - w) + _cube(a - u - v - w)
    below = _cube(a) + _cube(a - u - v) + _cube(a - u - w) + _cube(a - v - w)
    return (below - above) / (6.0 * u * v * w)


@njit
def area_below(a, u, v):
    """Part of the unit square where u y + v x < a; u, v > 0."""
    share = _square(a) - _square(a - u) - _square(a - v) + _square(a - u - v)
    return min(max(share / (2.0 * u * v), 0.0), 1.0)


@njit
def plane_of(share, u, v, w):
    """The a for which `volume_below` is a given share."""
    low, high = 0.0, u + v + w
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if volume_below(middle, u, v, w) < share:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@leaf
def _beside(at, size, wraps):
    """Index of a neighbour that may lie beyond a side: across the seam, or the last cell again."""
    if wraps:
        return at % size
    return min(max(at, 0), size - 1)


@njit
def slopes(field, k, j, i, wraps_y, wraps_x):
    """Gradient of a field at a cell, smoothed over 3 × 3 × 3 cells (Youngs 1982)."""
    layers, rows, columns = field.shape
    z = y = x = 0.0
    for c in range(-1, 2):
        kk = _beside(k + c, layers, False)
        for b in range(-1, 2):
            jj = _beside(j + b, rows, wraps_y)
            for a in range(-1, 2):
                value = field[kk, jj, _beside(i + a, columns, wraps_x)]
                wz, wy, wx = 2 - abs(c), 2 - abs(b), 2 - abs(a)
                z += c * wy * wx * value
                y += b * wz * wx * value
                x += a * wz * wy * value
    return z / 32.0, y / 32.0, x / 32.0


@njit
def cut_cell(field, k, j, i, wraps_y, wraps_x, faces, halves):
    """Where a plane of a phase's share and slope cuts a cell.

    faces : (6,) of the cell's faces below, above, before, behind, left, right: share in the phase
    halves : (6,) of the lines from its centre to their middles: length in the phase, 0 … ½
    """
    share = field[k, j, i]
    faces[:] = share
    halves[:] = 0.5 * share
    if share <= 0.0 or share >= 1.0:
        return
    z, y, x = slopes(field, k, j, i, wraps_y, wraps_x)
    total = abs(z) + abs(y) + abs(x)
    if total < 1e-6:
        return
    u, v, w = max(abs(z) / total, FLAT), max(abs(y) / total, FLAT), max(abs(x) / total, FLAT)
    # Along axes that start at the corner in the phase, the phase is where u z + v y + w x < a.
    a = plane_of(share, u, v, w)
    spare = a - 0.5 * (u + v + w)
    near, far = (1 if z > 0.0 else 0), (0 if z > 0.0 else 1)
    faces[near], faces[far] = area_below(a, v, w), area_below(a - u, v, w)
    halves[near], halves[far] = half_line(0.5 + spare / u), half_line(spare / u)
    near, far = (3 if y > 0.0 else 2), (2 if y > 0.0 else 3)
    faces[near], faces[far] = area_below(a, u, w), area_below(a - v, u, w)
    halves[near], halves[far] = half_line(0.5 + spare / v), half_line(spare / v)
    near, far = (5 if x > 0.0 else 4), (4 if x > 0.0 else 5)
    faces[near], faces[far] = area_below(a, u, v), area_below(a - w, u, v)
    halves[near], halves[far] = half_line(0.5 + spare / w), half_line(spare / w)


@leaf
def half_line(length):
    return min(max(length, 0.0), 0.5)


@njit
def _cut_row(field, k, j, wraps_y, wraps_x, shares, lengths):
    faces, halves = np.empty(6), np.empty(6)
    for i in range(field.shape[2]):
        cut_cell(field, k, j, i, wraps_y, wraps_x, faces, halves)
        for side in range(6):
            shares[side, j, i] = faces[side]
            lengths[side, j, i] = halves[side]


@njit(parallel=True)
def cut_layer(field, k, wraps_y, wraps_x, shares, lengths):
    """`cut_cell` of the cells of layer k; shares, lengths : (6, ny, nx) float32."""
    for j in prange(field.shape[1]):
        _cut_row(field, k, np.int64(j), wraps_y, wraps_x, shares, lengths)


@njit
def _tell_row(field, k, j, wraps_y, wraps_x, film):
    layers, rows, columns = field.shape
    for i in range(columns):
        film[j, i] = 0.0
        here = field[k, j, i]
        if here >= 1.0 or here <= 0.0:
            continue
        gz = gy = gx = length = mean = 0.0
        for c in range(-1, 2):
            kk = _beside(k + c, layers, False)
            for b in range(-1, 2):
                jj = _beside(j + b, rows, wraps_y)
                for a in range(-1, 2):
                    ii = _beside(i + a, columns, wraps_x)
                    weight = (2 - abs(c)) * (2 - abs(b)) * (2 - abs(a)) / 64.0
                    mean += weight * field[kk, jj, ii]
                    z = field[_beside(kk + 1, layers, False), jj, ii]
                    z -= field[_beside(kk - 1, layers, False), jj, ii]
                    y = field[kk, _beside(jj + 1, rows, wraps_y), ii]
                    y -= field[kk, _beside(jj - 1, rows, wraps_y), ii]
                    x = field[kk, jj, _beside(ii + 1, columns, wraps_x)]
                    x -= field[kk, jj, _beside(ii - 1, columns, wraps_x)]
                    gz, gy, gx = gz + weight * z, gy + weight * y, gx + weight * x
                    length += weight * sqrt(z * z + y * y + x * x)
        if here >= mean or mean <= BURIED or length < 1e-6:
            continue
        aligned = sqrt(gz * gz + gy * gy + gx * gx) / length
        mixed = min(max((COHERENT - aligned) / (COHERENT - MIXED), 0.0), 1.0)
        film[j, i] = mixed * min((mean - BURIED) / BURIED, 1.0)


@njit(parallel=True)
def tell_films(field, k, wraps_y, wraps_x, film):
    """Cells of layer k in which a conducting field dips as in a film thinner than three cells.

    In a film, slopes of both its sides meet and cancel, and the field is below its surroundings,
    which conduct.
    film : (ny, nx), 0 … 1
    """
    for j in prange(field.shape[1]):
        _tell_row(field, k, np.int64(j), wraps_y, wraps_x, film)
