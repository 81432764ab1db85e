"""Bodies too large that hang by threads give up the cells farthest from their middle."""

import numpy as np

from dem.jit import njit
from voxelize.deposit.surroundings import beside


@njit
def trim(owner, body, surplus, periodic):
    """Free the surplus cells of each body that come last in a breadth-first walk through it.

    Each cell is reached from one that came before, so that what is left hangs together across
    faces, whatever its shape; `owner` (nz, ny, nx) int32 is changed.

    surplus : (bodies,) int64; one cell of a body is left in any case
    """
    _, ny, nx = owner.shape
    flat = owner.ravel()
    size = np.zeros(len(surplus), np.int64)
    for c in range(len(flat)):
        if flat[c] >= 0 and surplus[body[flat[c]]] > 0:
            size[body[flat[c]]] += 1
    # The cell half-way in the order of the volume begins.
    passed, seed = np.zeros(len(surplus), np.int64), np.full(len(surplus), -1, np.int64)
    for c in range(len(flat)):
        if flat[c] >= 0 and size[body[flat[c]]] > 0:
            own = body[flat[c]]
            if passed[own] == size[own] // 2:
                seed[own] = c
            passed[own] += 1
    for own in range(len(surplus)):
        if seed[own] < 0:
            continue
        order, n = np.empty(size[own], np.int64), 1
        host = np.empty(size[own], np.int32)
        order[0], host[0] = seed[own], flat[seed[own]]
        # What was reached is taken out, and put in again below.
        flat[seed[own]] = -1
        at = 0
        while at < n:
            k, rest = divmod(order[at], ny * nx)
            j, i = divmod(rest, nx)
            for f in range(6):
                c = beside(f, k, j, i, owner.shape, periodic)
                if c >= 0 and flat[c] >= 0 and body[flat[c]] == own:
                    order[n], host[n] = c, flat[c]
                    flat[c] = -1
                    n += 1
            at += 1
        for v in range(max(n - surplus[own], 1)):
            flat[order[v]] = host[v]
