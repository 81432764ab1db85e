"""Voxels that were squeezed out are put back beside, onto their own body."""

import numpy as np

from dem.jit import njit, prange
from voxelize.deposit.balance import volumes
from voxelize.deposit.flood import flood
from voxelize.deposit.pairing import pair

_REACH = 8
_CHUNKS = 64


def put_back(owner, room, frame, body, cell, grain, work) -> np.ndarray:
    """Give each voxel a free cell that shares a face with its own body, near the cell of its body
    that was nearest to it, so that it stays on its own side of what it met.

    All bodies grow at once, outward from there, so that none walls another in.

    owner : (nz, ny, nx) int32, changed; room : (nz, ny, nx) uint8; cell : (n,) flat; grain : (n,)
    work : (nz, ny, nx) int32, work space
    Returns the cells taken (m,) int64, fewer than n where bodies found no more room.
    """
    start = np.full(len(cell), -1, np.int64)
    of = body[grain]
    # Not looked for where nothing of a body is left.
    left = np.bincount(body, volumes(owner, frame.weight, len(body))) > 0.0
    _own_nearest(owner, frame, body, cell, of, left, search_order(_REACH), start)
    return flood(owner, room, frame, body, of, start, work)


def distances(owner, frame, body, cell, grain, taken) -> np.ndarray:
    """How far each voxel was put (n,) float32 [cells], nan where its body found no more room.

    Which voxel of a body went to which cell is paired for nearly the least sum.

    cell, grain : (n,); taken : (m,), of `put_back`, which `owner` shows
    """
    order = np.lexsort((cell, body[grain]))
    host = body[owner.ravel()[taken]]
    by_body = np.lexsort((taken, host))
    found = np.empty(len(cell), np.float32)
    found[order] = pair(
        owner.shape, frame.periodic, cell[order], body[grain[order]], taken[by_body],
        host[by_body],
    )  # fmt: skip
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


@njit(parallel=True)
def _own_nearest(owner, frame, body, cell, of, left, offset, found):
    """Flat cell (n,) of its own body nearest to each place; left where none is near."""
    for chunk in prange(_CHUNKS):
        _own_nearest_of(np.int64(chunk), owner, frame.periodic, body, cell, of, left, offset, found)


@njit
def _own_nearest_of(chunk, owner, periodic, body, cell, of, left, offset, found):
    nz, ny, nx = owner.shape
    for v in range(chunk * len(cell) // _CHUNKS, (chunk + 1) * len(cell) // _CHUNKS):
        if not left[of[v]]:
            continue
        k0, rest = divmod(cell[v], ny * nx)
        j0, i0 = divmod(rest, nx)
        for o in range(len(offset)):
            k, j, i = k0 + offset[o, 0], j0 + offset[o, 1], i0 + offset[o, 2]
            if periodic:
                j, i = j % ny, i % nx
            if k < 0 or k >= nz or j < 0 or j >= ny or i < 0 or i >= nx:
                continue
            if owner[k, j, i] >= 0 and body[owner[k, j, i]] == of[v]:
                found[v] = (k * ny + j) * nx + i
                break
