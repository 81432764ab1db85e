"""Bodies that lack cells grow into free ones, all at once, outward from where they lost them.

A shortest-path flood with a bucket queue (Dial, Commun. ACM 12, 632, 1969) through a body's own
cells: each cell of a body is passed once, so that the cost is bounded by the cells of the bodies.
"""

import numpy as np

from dem.jit import njit
from voxelize.deposit.surroundings import FREE, IN_CRACK

# Lengths of steps across faces, edges and corners in thirds of a cell (Borgefors, 1986).
_STRAIGHT = 3
_CRACK_SPARED = 4 * _STRAIGHT
"""Within four cells a free cell outside cracks is preferred to a nearer one in a crack."""
_CUT_LAYER_SPARED = 64 * _STRAIGHT
_BUCKETS = 256
_FAR = 2**30


@njit
def flood(owner, room, frame, body, lacking, start, reached):
    """Let each body take as many free cells as it has places, nearest to their starts first.

    owner : (nz, ny, nx) int32, −1 where free, changed; room : (nz, ny, nx) uint8
    lacking : (n,), body of each place; start : (n,) flat cells of the bodies to begin at, −1 for
    none; reached : (nz, ny, nx) int32, work space
    Returns the cells taken (m,) int64.
    """
    nz, ny, nx = owner.shape
    flat, offers, best = owner.ravel(), room.ravel(), reached.ravel()
    best[:] = _FAR
    wanted = np.zeros(body.max() + 1, np.int64)
    for v in range(len(lacking)):
        wanted[lacking[v]] += 1
    taken, m = np.empty(len(lacking), np.int64), 0
    # Entries of the queue, linked by bucket; spent ones are linked to be used again.
    size = max(2 * len(lacking), 4096)
    at = np.empty(size, np.int64)
    host, link = np.empty(size, np.int32), np.empty(size, np.int64)
    head = np.full(_BUCKETS, -1, np.int64)
    unused, spent, waiting = 0, -1, 0
    # Backwards, as the entry that came last is served first.
    for v in range(len(lacking) - 1, -1, -1):
        if start[v] >= 0 and best[start[v]] > 0:
            best[start[v]] = 0
            at[unused], host[unused] = start[v], flat[start[v]]
            link[unused] = head[0]
            head[0] = unused
            unused += 1
            waiting += 1
    now = 0
    while waiting > 0:
        bucket = now % _BUCKETS
        e = head[bucket]
        if e < 0:
            now += 1
            continue
        head[bucket] = link[e]
        waiting -= 1
        c, g = at[e], host[e]
        link[e] = spent
        spent = e
        own = body[g]
        if wanted[own] == 0:
            continue
        if flat[c] < 0:
            flat[c], best[c] = g, now
            wanted[own] -= 1
            taken[m] = c
            m += 1
        elif body[flat[c]] != own or best[c] != now:
            continue
        k, rest = divmod(c, ny * nx)
        j, i = divmod(rest, nx)
        for dk in range(-1, 2):
            for dj in range(-1, 2):
                for di in range(-1, 2):
                    a, b, d = k + dk, j + dj, i + di
                    if frame.periodic:
                        b, d = b % ny, d % nx
                    if a < 0 or a >= nz or b < 0 or b >= ny or d < 0 or d >= nx:
                        continue
                    n = (a * ny + b) * nx + d
                    corner = abs(dk) + abs(dj) + abs(di)
                    cost = now + _STRAIGHT + corner - 1
                    if flat[n] < 0:
                        if corner != 1 or offers[n] == 0:
                            continue
                        if offers[n] != FREE:
                            cost += _CRACK_SPARED if offers[n] == IN_CRACK else _CUT_LAYER_SPARED
                    elif cost >= best[n] or body[flat[n]] != own:
                        continue
                    else:
                        best[n] = cost
                    e = spent
                    if e >= 0:
                        spent = link[e]
                    else:
                        if unused == len(at):
                            at = np.concatenate((at, np.empty(unused, np.int64)))
                            host = np.concatenate((host, np.empty(unused, np.int32)))
                            link = np.concatenate((link, np.empty(unused, np.int64)))
                        e = unused
                        unused += 1
                    at[e] = n
                    host[e] = g if flat[n] < 0 else flat[n]
                    bucket = cost % _BUCKETS
                    link[e] = head[bucket]
                    head[bucket] = e
                    waiting += 1
    return taken[:m]
