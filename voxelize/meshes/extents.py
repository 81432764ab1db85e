"""Where each particle of a volume lies: its box of voxels, unwrapped over periodic sides."""

import numpy as np

from dem.jit import njit


def extents(particle: np.ndarray, periodic: bool) -> tuple[np.ndarray, np.ndarray]:
    """First voxel and number of voxels of each particle along z, y, x, each (n, 3) int64.

    particle : (nz, ny, nx) int, −1 outside; an id that no voxel has gets the length 0
    A particle across a periodic side begins in the box and reaches beyond its end: its box is the
    shortest that holds it, around the widest gap.
    """
    count = int(particle.max(initial=-1)) + 1
    seen = [np.zeros((count, length), dtype=np.uint8) for length in particle.shape]
    _mark(particle, *seen)
    first, length = np.zeros((count, 3), dtype=np.int64), np.zeros((count, 3), dtype=np.int64)
    for axis in range(3):
        _span(seen[axis], periodic and axis > 0, first[:, axis], length[:, axis])
    return first, length


@njit
def _mark(particle, seen_z, seen_y, seen_x):
    for k in range(particle.shape[0]):
        for j in range(particle.shape[1]):
            for i in range(particle.shape[2]):
                p = particle[k, j, i]
                if p >= 0:
                    seen_z[p, k] = 1
                    seen_y[p, j] = 1
                    seen_x[p, i] = 1


@njit
def _span(seen, wraps, first, length):
    count, size = seen.shape
    for p in range(count):
        low, high = size, -1
        gap, gap_end, last = 0, 0, -1
        for i in range(size):
            if seen[p, i]:
                low = min(low, i)
                high = i
                if last >= 0 and i - last - 1 > gap:
                    gap, gap_end = i - last - 1, i
                last = i
        if high < 0:
            continue
        first[p], length[p] = low, high - low + 1
        if wraps and gap > size - length[p]:
            first[p], length[p] = gap_end, size - gap
