"""Kernels on a cell's neighbours: across faces, and whether they hang together without it."""

import numpy as np

from dem.jit import leaf, njit

_STEP = np.array([[-1, 0, 0], [1, 0, 0], [0, -1, 0], [0, 1, 0], [0, 0, -1], [0, 0, 1]], np.int64)
FREE, IN_CRACK, IN_CUT_LAYER = 1, 2, 3
"""Values of the room that cells offer; 0 for none."""


@leaf
def beside(face, k, j, i, shape, periodic):
    """Flat index of the cell across a face 0 … 5, −1 beyond the volume."""
    nz, ny, nx = shape
    k += _STEP[face, 0]
    j += _STEP[face, 1]
    i += _STEP[face, 2]
    if periodic:
        j, i = j % ny, i % nx
    if k < 0 or k >= nz or j < 0 or j >= ny or i < 0 or i >= nx:
        return np.int64(-1)
    return (np.int64(k) * ny + j) * nx + i


@njit
def stays_connected(owner, body, k, j, i, periodic):
    """Whether a body still hangs together across faces around a cell that it would give up.

    False too where the cell is all of the body that is there.
    """
    nz, ny, nx = owner.shape
    own = body[owner[k, j, i]]
    near = np.zeros((3, 3, 3), np.bool_)
    for dk in range(-1, 2):
        for dj in range(-1, 2):
            for di in range(-1, 2):
                a, b, c = k + dk, j + dj, i + di
                corner = abs(dk) + abs(dj) + abs(di)
                if corner == 0 or corner == 3:
                    continue
                if periodic:
                    b, c = b % ny, c % nx
                if a < 0 or a >= nz or b < 0 or b >= ny or c < 0 or c >= nx:
                    continue
                g = owner[a, b, c]
                near[dk + 1, dj + 1, di + 1] = g >= 0 and body[g] == own
    stack = np.empty((27, 3), np.int64)
    filled = 0
    for f in range(6):
        a, b, c = 1 + _STEP[f, 0], 1 + _STEP[f, 1], 1 + _STEP[f, 2]
        if not near[a, b, c]:
            continue
        if filled == 1:
            return False
        filled = 1
        near[a, b, c] = False
        stack[0, 0], stack[0, 1], stack[0, 2] = a, b, c
        top = 1
        while top > 0:
            top -= 1
            u, v, w = stack[top, 0], stack[top, 1], stack[top, 2]
            for s in range(6):
                a, b, c = u + _STEP[s, 0], v + _STEP[s, 1], w + _STEP[s, 2]
                if 0 <= a < 3 and 0 <= b < 3 and 0 <= c < 3 and near[a, b, c]:
                    near[a, b, c] = False
                    stack[top, 0], stack[top, 1], stack[top, 2] = a, b, c
                    top += 1
    return filled == 1
