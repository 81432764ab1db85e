"""Voxels that were squeezed out are put back beside, onto their own body."""

import numpy as np

from dem.jit import njit
from voxelize.deposit.surroundings import FREE, IN_CRACK, beside

_REACHES = (8, 20)
_CRACK_SPARED = 4.0
"""Within so many voxels a free cell outside cracks is preferred to a nearer one in a crack."""
_CUT_LAYER_SPARED = 64.0


def put_back(owner, room, frame, body, cell, grain, attached=True) -> np.ndarray:
    """Give each voxel a free cell that shares a face with its own body: the one nearest to the
    cell of its body that was nearest to it, so that it stays on its own side of what it met.

    owner : (nz, ny, nx) int32, changed; room : (nz, ny, nx) uint8; cell : (n,) flat; grain : (n,)
    attached : False lets a voxel take any free cell
    Returns how far each was put (n,) float32 [cells], nan where no such cell was near.
    """
    distance = np.full(len(cell), np.nan, np.float32)
    present = _present(owner, body)
    for reach in _REACHES:
        if np.isnan(distance).any():
            # A body without a cell has none to lie beside; one shut in once stays so.
            shut = ~present if attached else np.zeros(len(present), bool)
            _put_back(
                owner, room, frame, body, cell, grain, *search_order(reach), distance, attached,
                shut,
            )  # fmt: skip
    return distance


def search_order(radius: int) -> tuple[np.ndarray, np.ndarray]:
    """Offsets (m, 3) int32 within a radius, nearest first, none of equal ones preferred, and their
    lengths (m,)."""
    line = np.arange(-radius, radius + 1)
    offsets = np.stack(np.meshgrid(line, line, line, indexing="ij"), axis=-1).reshape(-1, 3)
    squared = (offsets**2).sum(axis=1)
    offsets, squared = offsets[squared <= radius**2], squared[squared <= radius**2]
    order = np.lexsort((scattered(np.arange(len(offsets))), squared))
    return np.ascontiguousarray(offsets[order], dtype=np.int32), np.sqrt(squared[order])


def scattered(index: np.ndarray) -> np.ndarray:
    """A fixed disorder of indices (multiplicative hashing), so that no direction is preferred."""
    return (index.astype(np.uint64) * np.uint64(2654435761)) % np.uint64(2**32)


@njit
def _present(owner, body):
    """Whether each body has a cell."""
    found = np.zeros(body.max() + 1, np.bool_)
    for g in owner.ravel():
        if g >= 0:
            found[body[g]] = True
    return found


@njit
def _put_back(owner, room, frame, body, cell, grain, offset, length, distance, attached, shut):
    nz, ny, nx = owner.shape
    flat = owner.ravel()
    for v in range(len(cell)):
        if np.isfinite(distance[v]):
            continue
        k0, rest = divmod(cell[v], ny * nx)
        j0, i0 = divmod(rest, nx)
        own = body[grain[v]]
        if shut[own]:
            continue
        dk, dj, di = 0, 0, 0
        for o in range(len(offset)):
            k, j, i = k0 + offset[o, 0], j0 + offset[o, 1], i0 + offset[o, 2]
            if frame.periodic:
                j, i = j % ny, i % nx
            if k < 0 or k >= nz or j < 0 or j >= ny or i < 0 or i >= nx:
                continue
            if owner[k, j, i] >= 0 and body[owner[k, j, i]] == own:
                dk, dj, di = offset[o, 0], offset[o, 1], offset[o, 2]
                break
        best, at, host = np.inf, np.int64(-1), grain[v]
        for o in range(len(offset)):
            if length[o] >= best:
                break
            ok, oj, oi = dk + offset[o, 0], dj + offset[o, 1], di + offset[o, 2]
            k, j, i = k0 + ok, j0 + oj, i0 + oi
            if frame.periodic:
                j, i = j % ny, i % nx
            if k < 0 or k >= nz or j < 0 or j >= ny or i < 0 or i >= nx:
                continue
            offers = room[k, j, i]
            if offers == 0 or owner[k, j, i] >= 0:
                continue
            cost = length[o]
            if offers != FREE:
                cost += _CRACK_SPARED if offers == IN_CRACK else _CUT_LAYER_SPARED
            if cost >= best:
                continue
            near = grain[v]
            touches = not attached
            for f in range(6):
                c = beside(f, k, j, i, owner.shape, frame.periodic)
                if c >= 0 and flat[c] >= 0 and body[flat[c]] == own:
                    # Its own grain, if that is there too.
                    if not touches or flat[c] == grain[v]:
                        near = flat[c]
                    touches = True
            if touches:
                best, at, host = cost, (np.int64(k) * ny + j) * nx + i, near
                distance[v] = np.sqrt(ok * ok + oj * oj + oi * oi)
        if at >= 0:
            flat[at] = host
        else:
            shut[own] = True
