"""Voxels that were squeezed out are put back beside, onto their own body."""

import numpy as np

from dem.jit import njit
from voxelize.deposit.flood import flood

_REACH = 8
_SWAPS, _PASSES = 32, 3


def put_back(owner, room, frame, body, cell, grain, work) -> np.ndarray:
    """Give each voxel a free cell that shares a face with its own body, near the cell of its body
    that was nearest to it, so that it stays on its own side of what it met.

    All bodies grow at once, outward from there, so that none walls another in.

    owner : (nz, ny, nx) int32, changed; room : (nz, ny, nx) uint8; cell : (n,) flat; grain : (n,)
    work : (nz, ny, nx) int32, work space
    Returns how far each was put (n,) float32 [cells], nan where its body found no more room. Which
    voxel of a body went to which cell is paired near to near, not for the least sum.
    """
    # One body's places next to each other, as pairing them needs.
    order = np.lexsort((_along_curve(cell, owner.shape), body[grain]))
    cell, grain = cell[order], grain[order]
    start = _own_nearest(owner, frame, body, cell, grain, search_order(_REACH))
    taken, place = flood(owner, room, frame, body, grain, start, work)
    distance = np.full(len(cell), np.nan, np.float32)
    found = np.empty(len(cell), np.float32)
    _pair(owner.shape, frame.periodic, body[grain], cell, taken, place, distance)
    found[order] = distance
    return found


def search_order(radius: int) -> np.ndarray:
    """Offsets (m, 3) int32 within a radius, nearest first, none of equal ones preferred."""
    line = np.arange(-radius, radius + 1)
    offsets = np.stack(np.meshgrid(line, line, line, indexing="ij"), axis=-1).reshape(-1, 3)
    squared = (offsets**2).sum(axis=1)
    offsets, squared = offsets[squared <= radius**2], squared[squared <= radius**2]
    order = np.lexsort((scattered(np.arange(len(offsets))), squared))
    return np.ascontiguousarray(offsets[order], dtype=np.int32)


def scattered(index: np.ndarray) -> np.ndarray:
    """A fixed disorder of indices (multiplicative hashing), so that no direction is preferred."""
    return (index.astype(np.uint64) * np.uint64(2654435761)) % np.uint64(2**32)


@njit
def _own_nearest(owner, frame, body, cell, grain, offset):
    """Flat cell (n,) of its own body nearest to each place, −1 where none is near."""
    nz, ny, nx = owner.shape
    found = np.full(len(cell), -1, np.int64)
    for v in range(len(cell)):
        k0, rest = divmod(cell[v], ny * nx)
        j0, i0 = divmod(rest, nx)
        own = body[grain[v]]
        for o in range(len(offset)):
            k, j, i = k0 + offset[o, 0], j0 + offset[o, 1], i0 + offset[o, 2]
            if frame.periodic:
                j, i = j % ny, i % nx
            if k < 0 or k >= nz or j < 0 or j >= ny or i < 0 or i >= nx:
                continue
            if owner[k, j, i] >= 0 and body[owner[k, j, i]] == own:
                found[v] = (k * ny + j) * nx + i
                break
    return found


def _along_curve(cell, shape):
    """Position on Morton's curve, along which what is near stays near, of flat cells (n,)."""
    key = np.zeros(len(cell), np.int64)
    for axis, index in enumerate(np.unravel_index(cell, shape)):
        for bit in range(20):
            key |= ((index >> bit) & 1) << (3 * bit + axis)
    return key


@njit
def _pair(shape, periodic, of, cell, taken, place, distance):
    """Distance of each place from a taken cell: of the places unused, next on the curve to the one
    that the cell was reached from, the nearer. Then neighbours swap where that is shorter.

    of : (n,) bodies, ascending; taken, place : (m,), cells and the places they were reached from
    """
    n = len(cell)
    # following[v] : the first unused place from v on; preceding[v + 1] : the last one up to v.
    following, preceding = np.arange(n + 1), np.arange(n + 1)
    goal = np.full(n, -1, np.int64)
    for t in range(len(taken)):
        best, at = np.inf, np.int64(-1)
        for v in (_root(following, place[t]), _root(preceding, place[t] + 1) - 1):
            if 0 <= v < n and of[v] == of[place[t]]:
                length = _apart(cell[v], taken[t], shape, periodic)
                if length < best:
                    best, at = length, v
        following[at] = at + 1
        preceding[at + 1] = at
        distance[at] = best
        goal[at] = taken[t]
    for _ in range(_PASSES):
        for v in range(n):
            for u in range(v + 1, min(v + 1 + _SWAPS, n)):
                if of[u] != of[v] or goal[v] < 0 or goal[u] < 0:
                    continue
                one = _apart(cell[v], goal[u], shape, periodic)
                other = _apart(cell[u], goal[v], shape, periodic)
                if one * one + other * other < distance[v] ** 2 + distance[u] ** 2:
                    goal[v], goal[u] = goal[u], goal[v]
                    distance[v], distance[u] = one, other


@njit
def _apart(one, other, shape, periodic):
    _, ny, nx = shape
    dk = one // (ny * nx) - other // (ny * nx)
    dj = abs(one // nx % ny - other // nx % ny)
    di = abs(one % nx - other % nx)
    if periodic:
        dj, di = min(dj, ny - dj), min(di, nx - di)
    return np.sqrt(dk * dk + dj * dj + di * di)


@njit
def _root(link, v):
    while link[v] != v:
        link[v] = link[link[v]]
        v = link[v]
    return v
