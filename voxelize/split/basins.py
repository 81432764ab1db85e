"""Basins of a height: the voxels from which the steepest way up ends at the same summit."""

import numpy as np

from dem.jit import njit
from voxelize.regions import connected_pieces, hosts, renumber

_STEPS = np.array(
    [
        (dz, dy, dx)
        for dz in (-1, 0, 1)
        for dy in (-1, 0, 1)
        for dx in (-1, 0, 1)
        if (dz, dy, dx) != (0, 0, 0)
    ]
)
_PER_LENGTH = (1.0 / np.sqrt((_STEPS**2).sum(axis=1))).astype(np.float32)
_SUMMIT, _OUTSIDE = len(_STEPS), 255


def basins(height: np.ndarray, active: np.ndarray, periodic: bool) -> np.ndarray:
    """Number the basins of the height's summits, each one piece connected by faces.

    height : (nz, ny, nx) float32; active : (nz, ny, nx) bool
    returns (nz, ny, nx) int32, 0 … n−1 in raster order of the summits, −1 outside
    """
    way = np.empty(active.shape, dtype=np.uint8)
    _steepest(height, active, _STEPS, _PER_LENGTH, periodic, way)
    basin = np.full(active.shape, -1, dtype=np.int32)
    summit = _follow(way, _STEPS, periodic, basin)
    del way
    piece = connected_pieces(basin, periodic)
    # A way up may lead over an edge: what it cuts off has no summit and joins its neighbour.
    whole = np.zeros(int(piece.max()) + 1, dtype=bool)
    whole[piece.reshape(-1)[summit]] = True
    if whole.all():
        return piece
    return renumber(piece, hosts(piece, ~whole, np.zeros(len(whole), dtype=int), periodic))


@njit
def _steepest(height, active, steps, per_length, periodic, way):
    nz, ny, nx = height.shape
    for z in range(nz):
        for y in range(ny):
            for x in range(nx):
                if active[z, y, x]:
                    way[z, y, x] = _steepest_of(
                        height, active, steps, per_length, periodic, z, y, x
                    )
                else:
                    way[z, y, x] = _OUTSIDE


@njit
def _steepest_of(height, active, steps, per_length, periodic, z, y, x):
    nz, ny, nx = height.shape
    best, steepest = _SUMMIT, np.float32(0.0)
    for s in range(len(steps)):
        k, j, i = z + steps[s, 0], y + steps[s, 1], x + steps[s, 2]
        if periodic:
            j = j - ny if j == ny else (ny - 1 if j < 0 else j)
            i = i - nx if i == nx else (nx - 1 if i < 0 else i)
        elif j < 0 or j == ny or i < 0 or i == nx:
            continue
        if 0 <= k < nz and active[k, j, i]:
            slope = (height[k, j, i] - height[z, y, x]) * per_length[s]
            if slope > steepest:
                steepest, best = slope, s
    return best


@njit
def _follow(way, steps, periodic, basin):
    """Number the summits in raster order, then every voxel by the summit that its way leads to."""
    nz, ny, nx = way.shape
    flat, to = basin.reshape(-1), way.reshape(-1)
    count = 0
    for at in range(len(to)):
        count += to[at] == _SUMMIT
    summit = np.empty(count, np.int64)
    count = 0
    for at in range(len(to)):
        if to[at] == _SUMMIT:
            summit[count], flat[at] = at, count
            count += 1
    for at in range(len(to)):
        if to[at] == _OUTSIDE or flat[at] >= 0:
            continue
        end = at
        while flat[end] < 0:
            end = _next(end, to[end], steps, periodic, nz, ny, nx)
        number, step = flat[end], at
        while flat[step] < 0:
            flat[step] = number
            step = _next(step, to[step], steps, periodic, nz, ny, nx)
    return summit


@njit
def _next(at, s, steps, periodic, nz, ny, nx):
    row, x = divmod(at, nx)
    z, y = divmod(row, ny)
    y, x = y + steps[s, 1], x + steps[s, 2]
    if periodic:
        y, x = y % ny, x % nx
    return ((z + steps[s, 0]) * ny + y) * nx + x
