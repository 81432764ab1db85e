"""The nearest cell that is free or can be spared, found in a tree of counts.

Blocks of 4³ cells, then twice as large ones up to the whole volume, say how many cells they offer:
a search goes down into those alone that hold one nearer than what is known, whatever the distance.
"""

import numpy as np

from dem.jit import njit
from voxelize.deposit.surroundings import FREE, IN_CRACK

_LEAF = 4
_CRACK_SPARED = 4.0
"""Within so many cells a free cell outside cracks is preferred to a nearer one in a crack."""
_CUT_LAYER_SPARED = 64.0
_DEPTH = 24


def take_nearest(owner, room, frame, cell, grain, spare) -> np.ndarray:
    """Give each voxel the nearest cell that is free or whose grain has one to spare.

    owner : (nz, ny, nx) int32, changed; room : (nz, ny, nx) uint8; cell : (n,) flat; grain : (n,)
    spare : (grains,) int64, changed
    Returns the distances (n,) float32 [cells], nan where no cell is left.
    """
    distance = np.full(len(cell), np.nan, np.float32)
    if len(cell) == 0:
        return distance
    shapes = [[-(-n // _LEAF) for n in owner.shape]]
    while max(shapes[-1]) > 1:
        shapes.append([-(-n // 2) for n in shapes[-1]])
    shapes = np.array(shapes)
    first = np.concatenate([[0], np.cumsum(shapes.prod(axis=1))])
    count = np.zeros(first[-1], np.int32)
    _fill(owner, room, spare, shapes, first, count)
    _take(owner, room, frame.periodic, cell, grain, spare, shapes, first, count, distance)
    return distance


@njit
def _offered(flat, offers, spare, c):
    g = flat[c]
    return offers[c] > 0 if g < 0 else spare[g] > 0


@njit
def _fill(owner, room, spare, shapes, first, count):
    nz, ny, nx = owner.shape
    flat, offers = owner.ravel(), room.ravel()
    for k in range(nz):
        for j in range(ny):
            for i in range(nx):
                if _offered(flat, offers, spare, (k * ny + j) * nx + i):
                    block = (k // _LEAF * shapes[0, 1] + j // _LEAF) * shapes[0, 2] + i // _LEAF
                    count[block] += 1
    for level in range(1, len(shapes)):
        below, here = shapes[level - 1], shapes[level]
        for k in range(below[0]):
            for j in range(below[1]):
                for i in range(below[2]):
                    held = count[first[level - 1] + (k * below[1] + j) * below[2] + i]
                    count[first[level] + (k // 2 * here[1] + j // 2) * here[2] + i // 2] += held


@njit
def _take(owner, room, periodic, cell, grain, spare, shapes, first, count, distance):
    _, ny, nx = owner.shape
    flat = owner.ravel()
    for v in range(len(cell)):
        k, rest = divmod(cell[v], ny * nx)
        j, i = divmod(rest, nx)
        c, away = _nearest(owner, room, periodic, k, j, i, grain[v], spare, shapes, first, count)
        if c < 0:
            continue
        distance[v] = away
        if flat[c] >= 0:
            spare[flat[c]] -= 1
        flat[c] = grain[v]
        k, rest = divmod(c, ny * nx)
        j, i = divmod(rest, nx)
        _less(k // _LEAF, j // _LEAF, i // _LEAF, 1, shapes, first, count)


@njit
def _less(k, j, i, by, shapes, first, count):
    """Count fewer cells in a block and those that hold it."""
    for level in range(len(shapes)):
        count[first[level] + (k * shapes[level, 1] + j) * shapes[level, 2] + i] -= by
        k, j, i = k // 2, j // 2, i // 2


@njit
def _gap(at, low, high, period):
    """Distance along an axis from a cell to the nearest of a range low … high (inclusive)."""
    gap = max(low - at, at - high, 0)
    if period > 0:
        gap = min(gap, max(low - at - period, at + period - high, 0))
        gap = min(gap, max(low - at + period, at - period - high, 0))
    return gap


@njit
def _nearest(owner, room, periodic, k0, j0, i0, taker, spare, shapes, first, count):
    """Flat index of the nearest cell offered, −1 for none, and its distance."""
    nz, ny, nx = owner.shape
    flat, offers = owner.ravel(), room.ravel()
    py, px = (ny, nx) if periodic else (0, 0)
    top = len(shapes) - 1
    stack = np.empty((8 * _DEPTH, 4), np.int64)
    bound = np.empty(8 * _DEPTH)
    stack[0, 0], stack[0, 1], stack[0, 2], stack[0, 3], bound[0] = top, 0, 0, 0, 0.0
    filled = 1
    best, found, away = np.inf, np.int64(-1), 0.0
    near = np.empty((8, 4), np.int64)
    gaps = np.empty(8)
    while filled > 0:
        filled -= 1
        level, bk, bj, bi = stack[filled, 0], stack[filled, 1], stack[filled, 2], stack[filled, 3]
        if bound[filled] >= best:
            continue
        if level == 0:
            offered = 0
            for k in range(bk * _LEAF, min((bk + 1) * _LEAF, nz)):
                for j in range(bj * _LEAF, min((bj + 1) * _LEAF, ny)):
                    for i in range(bi * _LEAF, min((bi + 1) * _LEAF, nx)):
                        c = (k * ny + j) * nx + i
                        if not _offered(flat, offers, spare, c):
                            continue
                        offered += 1
                        if flat[c] == taker:
                            continue
                        dk, dj, di = abs(k - k0), _gap(j0, j, j, py), _gap(i0, i, i, px)
                        length = np.sqrt(dk * dk + dj * dj + di * di)
                        cost = length
                        if flat[c] < 0 and offers[c] != FREE:
                            spared = _CRACK_SPARED if offers[c] == IN_CRACK else _CUT_LAYER_SPARED
                            cost += spared
                        if cost < best:
                            best, found, away = cost, c, length
            known = count[(bk * shapes[0, 1] + bj) * shapes[0, 2] + bi]
            if known != offered:
                # Cells of a grain that has none to spare any more.
                _less(bk, bj, bi, known - offered, shapes, first, count)
            continue
        below, width = shapes[level - 1], _LEAF << (level - 1)
        n = 0
        for s in range(8):
            k, j, i = 2 * bk + (s >> 2), 2 * bj + (s >> 1 & 1), 2 * bi + (s & 1)
            if k >= below[0] or j >= below[1] or i >= below[2]:
                continue
            if count[first[level - 1] + (k * below[1] + j) * below[2] + i] == 0:
                continue
            dk = _gap(k0, k * width, (k + 1) * width - 1, 0)
            dj = _gap(j0, j * width, min((j + 1) * width, ny) - 1, py)
            di = _gap(i0, i * width, min((i + 1) * width, nx) - 1, px)
            length = np.sqrt(dk * dk + dj * dj + di * di)
            if length >= best:
                continue
            # Farthest first, so that the nearest is looked into next.
            p = n
            while p > 0 and gaps[p - 1] < length:
                gaps[p] = gaps[p - 1]
                near[p] = near[p - 1]
                p -= 1
            gaps[p] = length
            near[p, 0], near[p, 1], near[p, 2], near[p, 3] = level - 1, k, j, i
            n += 1
        for p in range(n):
            stack[filled] = near[p]
            bound[filled] = gaps[p]
            filled += 1
    return found, away
