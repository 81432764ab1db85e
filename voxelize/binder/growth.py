"""Random growth of the domain on surfaces, as Lindner et al. (2024) place it."""

import numpy as np

from dem.jit import njit
from voxelize.splitmix import drawn


def grow(
    state: np.ndarray,
    weights: np.ndarray,
    amount: float,
    contact_angle: float,
    seed: int,
    periodic: bool,
) -> float:
    """Add one cell after the other at a random free face of the solid, until the amount is met.

    A face of the domain itself is always taken, a face of another solid with the probability
    (1 + cos θ) / 2: the work of adhesion over that of cohesion (Young–Dupré). So at θ = 0 every
    face is as good as any other and no place is preferred.

    state : as in `amount`, changed; weights : (nz,); returns the amount that was added
    """
    adhesion = 0.5 * (1.0 + np.cos(contact_angle))
    smallest = weights[weights > 0.0].min() if (weights > 0.0).any() else 1.0
    cells = int(min(np.ceil(amount / smallest), np.count_nonzero(state == 0)))
    faces = np.empty(count_faces(state, periodic) + 6 * cells + 6, np.int64)
    return _grow(state, weights, amount, adhesion, np.uint64(seed), periodic, faces)


@njit
def beside(k, j, i, face, shape, periodic):
    """Cell across a face, k = −1 where there is none."""
    if face == 0:
        k -= 1
    elif face == 1:
        k += 1
        if k == shape[0]:
            k = -1
    elif face == 2:
        j -= 1
    elif face == 3:
        j += 1
    elif face == 4:
        i -= 1
    else:
        i += 1
    if j < 0 or j == shape[1]:
        if periodic:
            j %= shape[1]
        else:
            k = -1
    if i < 0 or i == shape[2]:
        if periodic:
            i %= shape[2]
        else:
            k = -1
    return k, j, i


@njit
def count_faces(state, periodic):
    """Number of faces between open cells and solid ones."""
    count = 0
    for k in range(state.shape[0]):
        for j in range(state.shape[1]):
            for i in range(state.shape[2]):
                if state[k, j, i] != 0:
                    continue
                for face in range(6):
                    a, b, c = beside(k, j, i, face, state.shape, periodic)
                    if a >= 0 and 1 <= state[a, b, c] <= 3:
                        count += 1
    return count


@njit
def _grow(state, weights, amount, adhesion, counter, periodic, faces):
    """`faces` lists the open cell behind each free face, ~cell where the solid is a wall."""
    _, ny, nx = state.shape
    count = 0
    for k in range(state.shape[0]):
        for j in range(ny):
            for i in range(nx):
                if state[k, j, i] != 0:
                    continue
                cell = (k * ny + j) * nx + i
                for face in range(6):
                    a, b, c = beside(k, j, i, face, state.shape, periodic)
                    if a >= 0 and 1 <= state[a, b, c] <= 3:
                        faces[count] = ~cell if state[a, b, c] == 2 else cell
                        count += 1
    added = 0.0
    while count > 0:
        counter, draw = drawn(counter)
        at = np.int64(draw * count)
        cell = faces[at]
        if cell < 0:
            counter, draw = drawn(counter)
            if draw >= adhesion:
                continue
            cell = ~cell
        k, j, i = cell // (ny * nx), cell // nx % ny, cell % nx
        count -= 1
        faces[at] = faces[count]
        if state[k, j, i] != 0:
            continue
        # A cell is added while more than half of it is still due.
        if added + 0.5 * weights[k] > amount:
            break
        state[k, j, i] = 1
        added += weights[k]
        for face in range(6):
            a, b, c = beside(k, j, i, face, state.shape, periodic)
            if a >= 0 and state[a, b, c] == 0:
                faces[count] = (a * ny + b) * nx + c
                count += 1
    return added
