"""The voxels of a region in bins as wide as a cell, so that the nearest seed is near at hand."""

import numpy as np

from dem.jit import leaf, njit

_BINS_A_VOXEL = 8
"""Of a region that is thin in its window: wider bins then, with more voxels each."""


@njit
def bin_voxels(voxel, shape, periodic, cells):
    """Sort a region's voxels by bins, in place, and give their points.

    voxel : (n,) places in the flattened volume; cells : wanted, their mean width is a bin's
    returns point : (3, n) float32, z, y, x of the centres [voxels] in the region's window, which
    starts at its first layer, row and column, those before a periodic side first;
    start : (bins + 1,) int64; count : (3,) bins along each axis; width : (3,) [voxels];
    period : (3,) [voxels], 0 where the region does not close upon itself
    """
    n = len(voxel)
    raw = np.empty((3, n), np.float32)
    for at in range(n):
        row = voxel[at] // shape[2]
        layer = row // shape[1]
        raw[0, at] = layer
        raw[1, at] = row - layer * shape[1]
        raw[2, at] = voxel[at] - row * shape[2]
    extent, period = np.empty(3), np.zeros(3)
    for axis in range(3):
        extent[axis], closed = into_window(raw[axis], shape[axis], periodic and axis > 0)
        if closed:
            period[axis] = shape[axis]
    count, width = _bins(extent, period, (n / cells) ** (1.0 / 3.0), n)
    start = np.zeros(count[0] * count[1] * count[2] + 1, np.int64)
    bin_of = np.empty(n, np.int32)
    for at in range(n):
        bin_of[at] = bin_at(raw[0, at], raw[1, at], raw[2, at], count, width)
        start[bin_of[at] + 1] += 1
    for number in range(len(start) - 1):
        start[number + 1] += start[number]
    place = start[:-1].copy()
    point, old = np.empty((3, n), np.float32), voxel.copy()
    for at in range(n):
        to = place[bin_of[at]]
        place[bin_of[at]] += 1
        voxel[to] = old[at]
        for axis in range(3):
            point[axis, to] = raw[axis, at]
    return point, start, count, width, period


@njit
def into_window(coordinate, length, periodic):
    """Move voxel indices along an axis, in place, to centres in the window that holds them.

    returns extent of the window; whether it closes upon itself across the periodic sides
    """
    taken = np.zeros(length, np.bool_)
    for value in coordinate:
        taken[int(value)] = True
    # The window begins behind the widest gap; without wrapping, at the first index taken.
    origin, gap, widest = 0, 0, 0
    for step in range(2 * length if periodic else length):
        if taken[step % length]:
            if gap > widest or not periodic:
                widest, origin = gap, step % length
                if not periodic:
                    break
            gap = 0
        else:
            gap += 1
    last = 0
    for at in range(len(coordinate)):
        moved = int(coordinate[at]) - origin
        if moved < 0:
            moved += length
        last = max(last, moved)
        coordinate[at] = moved + 0.5
    closed = periodic and widest == 0
    return last + 1, closed


@njit
def _bins(extent, period, width, voxels):
    count, widths = np.empty(3, np.int64), np.empty(3)
    while True:
        for axis in range(3):
            if period[axis] > 0.0:
                count[axis] = max(1, int(period[axis] / width))
                widths[axis] = period[axis] / count[axis]
            else:
                count[axis] = max(1, int(np.ceil(extent[axis] / width)))
                widths[axis] = width
        if count[0] * count[1] * count[2] <= _BINS_A_VOXEL * voxels + 64:
            return count, widths
        width *= 2.0


@leaf
def bin_at(z, y, x, count, width):
    """Number of the bin of a point."""
    k = min(int(z / width[0]), count[0] - 1)
    j = min(int(y / width[1]), count[1] - 1)
    i = min(int(x / width[2]), count[2] - 1)
    return (k * count[1] + j) * count[2] + i


@njit
def bin_seeds(seed, count, width):
    """List seeds (cells, 3) by bin: their numbers, and where each bin's begin."""
    start = np.zeros(count[0] * count[1] * count[2] + 1, np.int64)
    bin_of = np.empty(len(seed), np.int32)
    for number in range(len(seed)):
        at = bin_at(seed[number, 0], seed[number, 1], seed[number, 2], count, width)
        bin_of[number] = at
        start[at + 1] += 1
    for at in range(len(start) - 1):
        start[at + 1] += start[at]
    place, listed = start[:-1].copy(), np.empty(len(seed), np.int32)
    for number in range(len(seed)):
        listed[place[bin_of[number]]] = number
        place[bin_of[number]] += 1
    return listed, start
