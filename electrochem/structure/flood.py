"""At which of falling sizes each place is joined to the space above, found in one flood."""

import numpy as np

from dem.jit import njit

_STEPS = np.array(
    sorted(
        (
            (dz, dy, dx)
            for dz in (-1, 0, 1)
            for dy in (-1, 0, 1)
            for dx in (-1, 0, 1)
            if (dz, dy, dx) != (0, 0, 0)
        ),
        key=lambda step: sum(abs(part) for part in step),
    )
)
"""To the neighbours of a voxel, over faces first."""
_FACES = 6


def levels(depth: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """Number, from 1, of the first of falling radii that a depth comes up to; 0 for none.

    depth : (nz, ny, nx) float32; radius : (m,) falling, at most 255; returns uint8
    """
    falling = -radius.astype(np.float32)
    number = np.empty(depth.shape, np.uint8)
    for layer, out in zip(depth, number, strict=True):
        first = np.searchsorted(falling, -layer) + 1
        out[...] = np.where(first > len(radius), 0, first)
    return number


def entries(level: np.ndarray, over_corners_to: int, periodic: bool) -> np.ndarray:
    """Level at which each voxel is first joined to the last layer by voxels of it or lower ones.

    level : (nz, ny, nx) uint8, 0 for what is never open
    over_corners_to : last level whose voxels join over edges and corners too
    periodic : whether the two in-plane directions are periodic
    Returns uint8, 0 where no way leads. Buckets after Dial, Commun. ACM 12 (1969) 632.
    """
    entry = np.zeros(level.shape, np.uint8)
    # Indices of voxels fit four bytes up to 1290³.
    index = np.int32 if level.size < 2**31 else np.int64
    following = np.empty(level.size, index)
    first = np.full(256, -1, index)
    _flood(level, entry, first, following, _STEPS, over_corners_to, periodic)
    return entry


@njit
def _flood(level, entry, first, following, steps, over_corners_to, periodic):
    nz, ny, nx = level.shape
    for y in range(ny):
        for x in range(nx):
            if level[nz - 1, y, x] > 0:
                at = ((nz - 1) * ny + y) * nx + x
                now = level[nz - 1, y, x]
                entry[nz - 1, y, x] = now
                following[at], first[now] = first[now], at
    for now in range(1, 256):
        while first[now] >= 0:
            at = np.int64(first[now])
            first[now] = following[at]
            row, x = divmod(at, nx)
            z, y = divmod(row, ny)
            for s in range(len(steps) if now <= over_corners_to else _FACES):
                k, j, i = z + steps[s, 0], y + steps[s, 1], x + steps[s, 2]
                if k < 0 or k >= nz:
                    continue
                if periodic:
                    j = j - ny if j == ny else (ny - 1 if j < 0 else j)
                    i = i - nx if i == nx else (nx - 1 if i < 0 else i)
                elif j < 0 or j >= ny or i < 0 or i >= nx:
                    continue
                if level[k, j, i] == 0 or entry[k, j, i] > 0:
                    continue
                # Levels are worked off in their order: the first way to a voxel is the widest.
                then = max(np.int64(level[k, j, i]), now)
                if s >= _FACES and then > over_corners_to:
                    continue
                entry[k, j, i] = then
                to = (k * ny + j) * nx + i
                following[to], first[then] = first[then], to
