"""Lloyd's iteration on the voxels of one region: each to its nearest seed, seeds to the middle."""

import numpy as np

from dem.jit import njit, prange
from voxelize.divide.bins import bin_seeds
from voxelize.splitmix import drawn

_CHUNKS = 64


@njit
def centroidal_cells(point, start, count, width, period, cells, iterations, key):
    """Cell of each voxel, (n,) int32 in 0 … cells−1; a cell may be empty.

    point … period : as `bin_voxels` gives them; cells ≤ n; key : uint64, starts the seeds' draw
    Source: Du, Faber, Gunzburger, SIAM Rev. 41 (1999) 637, Lloyd's method.
    """
    cell = np.empty(point.shape[1], np.int32)
    seed = random_voxels(point, cells, key)
    for _ in range(iterations):
        listed, seed_start = bin_seeds(seed, count, width)
        nearest(0, len(start) - 1, point, start, count, width, period, seed, listed, seed_start,
                cell)  # fmt: skip
        to_centroids(point, cell, period, seed)
    listed, seed_start = bin_seeds(seed, count, width)
    nearest(0, len(start) - 1, point, start, count, width, period, seed, listed, seed_start, cell)
    return cell


def centroidal_cells_of_large(point, start, count, width, period, cells, iterations, key):
    """The same to the same bits for a region that is worth all threads."""
    cell = np.empty(point.shape[1], np.int32)
    seed = random_voxels(point, cells, key)
    for step in range(iterations + 1):
        listed, seed_start = bin_seeds(seed, count, width)
        _nearest_in_chunks(point, start, count, width, period, seed, listed, seed_start, cell)
        if step < iterations:
            to_centroids(point, cell, period, seed)
    return cell


@njit(parallel=True)
def _nearest_in_chunks(point, start, count, width, period, seed, listed, seed_start, cell):
    bins = len(start) - 1
    for chunk in prange(_CHUNKS):
        _nearest_of_chunk(np.int64(chunk), bins, point, start, count, width, period, seed, listed,
                          seed_start, cell)  # fmt: skip


@njit
def _nearest_of_chunk(chunk, bins, point, start, count, width, period, seed, listed, seed_start,
                      cell):  # fmt: skip
    nearest(chunk * bins // _CHUNKS, (chunk + 1) * bins // _CHUNKS, point, start, count, width,
            period, seed, listed, seed_start, cell)  # fmt: skip


@njit
def random_voxels(point, cells, key):
    """Centres (cells, 3) of different voxels drawn at random (Fisher–Yates)."""
    n = point.shape[1]
    order = np.arange(n)
    seed = np.empty((cells, 3))
    state = np.uint64(key)
    for number in range(cells):
        state, draw = drawn(state)
        other = number + int(draw * (n - number))
        order[number], order[other] = order[other], order[number]
        for axis in range(3):
            seed[number, axis] = point[axis, order[number]]
    return seed


@njit
def to_centroids(point, cell, period, seed):
    """Move each seed to the centroid of its cell; that of an empty one stays."""
    offset, members = np.zeros(seed.shape), np.zeros(len(seed))
    for at in range(len(cell)):
        mine = cell[at]
        members[mine] += 1.0
        for axis in range(3):
            apart = point[axis, at] - seed[mine, axis]
            if period[axis] > 0.0:
                apart -= period[axis] * np.round(apart / period[axis])
            offset[mine, axis] += apart
    for number in range(len(seed)):
        for axis in range(3):
            if members[number] > 0.0:
                seed[number, axis] += offset[number, axis] / members[number]
            if period[axis] > 0.0:
                seed[number, axis] %= period[axis]


@njit
def nearest(first, last, point, start, count, width, period, seed, listed, seed_start, cell):
    """Write the nearest seed of each voxel of the bins first … last−1 into `cell`."""
    z, y, x = point[0], point[1], point[2]
    most = 0
    for number in range(first, last):
        most = max(most, start[number + 1] - start[number])
    distance, found = np.empty(most, np.float32), np.empty(most, np.int32)
    near = np.empty((3, 64), np.float32)
    near_number = np.empty(64, np.int32)
    sure = min(width[0], width[1], width[2]) ** 2
    for number in range(first, last):
        low, high = start[number], start[number + 1]
        if low == high:
            continue
        while True:
            seeds = _gather(number, count, period, seed, listed, seed_start, near, near_number)
            if seeds <= len(near_number):
                break
            near = np.empty((3, 2 * seeds), np.float32)
            near_number = np.empty(2 * seeds, np.int32)
        _nearest_of(z[low:high], y[low:high], x[low:high], near[0, :seeds], near[1, :seeds],
                    near[2, :seeds], near_number, distance, found)  # fmt: skip
        for at in range(low, high):
            # A seed within a bin's width lies in the bins around; one further out might not.
            if distance[at - low] <= sure:
                cell[at] = found[at - low]
            else:
                cell[at] = _nearest_far(number, z[at], y[at], x[at], count, width, period, seed,
                                        listed, seed_start)  # fmt: skip


@njit
def _nearest_of(z, y, x, seed_z, seed_y, seed_x, number, distance, found):
    """Seed by seed over all voxels: loops of no branch, which become vector code."""
    for at in range(len(z)):
        distance[at] = np.inf
        found[at] = 0
    for one in range(len(seed_z)):
        sz, sy, sx, which = seed_z[one], seed_y[one], seed_x[one], number[one]
        for at in range(len(z)):
            dz, dy, dx = z[at] - sz, y[at] - sy, x[at] - sx
            apart = dz * dz + dy * dy + dx * dx
            closer = apart < distance[at]
            distance[at] = apart if closer else distance[at]
            found[at] = which if closer else found[at]


@njit
def _gather(number, count, period, seed, listed, seed_start, near, near_number):
    """Copy the seeds of a bin and of the 26 around it; how many there are, copied or not."""
    total = 0
    bin_z, rest = divmod(number, count[1] * count[2])
    bin_y, bin_x = divmod(rest, count[2])
    for dz in range(-1, 2):
        k, shift_z, is_in_z = _wrapped(bin_z + dz, count[0], period[0])
        for dy in range(-1, 2):
            j, shift_y, is_in_y = _wrapped(bin_y + dy, count[1], period[1])
            for dx in range(-1, 2):
                i, shift_x, is_in_x = _wrapped(bin_x + dx, count[2], period[2])
                if not (is_in_z and is_in_y and is_in_x):
                    continue
                place = (k * count[1] + j) * count[2] + i
                for at in range(seed_start[place], seed_start[place + 1]):
                    if total < len(near_number):
                        which = listed[at]
                        near_number[total] = which
                        near[0, total] = seed[which, 0] + shift_z
                        near[1, total] = seed[which, 1] + shift_y
                        near[2, total] = seed[which, 2] + shift_x
                    total += 1
    return total


@njit
def _wrapped(place, count, period):
    """Bin along an axis, the shift of what lies in it, and whether there is such a bin."""
    if 0 <= place < count:
        return place, 0.0, True
    if period <= 0.0:
        return 0, 0.0, False
    turns = place // count
    return place - turns * count, turns * period, True


@njit
def _nearest_far(number, z, y, x, count, width, period, seed, listed, seed_start):
    """Nearest seed where none is within a bin's width: bins further and further out."""
    bin_z, rest = divmod(number, count[1] * count[2])
    bin_y, bin_x = divmod(rest, count[2])
    narrowest = min(width[0], width[1], width[2])
    reach, best, found = 1, np.inf, 0
    while True:
        for dz in range(-reach, reach + 1):
            k, shift_z, is_in_z = _wrapped(bin_z + dz, count[0], period[0])
            if not is_in_z:
                continue
            for dy in range(-reach, reach + 1):
                j, shift_y, is_in_y = _wrapped(bin_y + dy, count[1], period[1])
                if not is_in_y:
                    continue
                for dx in range(-reach, reach + 1):
                    i, shift_x, is_in_x = _wrapped(bin_x + dx, count[2], period[2])
                    if not is_in_x:
                        continue
                    place = (k * count[1] + j) * count[2] + i
                    for at in range(seed_start[place], seed_start[place + 1]):
                        which = listed[at]
                        apart = (
                            (z - seed[which, 0] - shift_z) ** 2
                            + (y - seed[which, 1] - shift_y) ** 2
                            + (x - seed[which, 2] - shift_x) ** 2
                        )
                        if apart < best:
                            best, found = apart, which
        if best <= (reach * narrowest) ** 2 or reach >= max(count[0], count[1], count[2]):
            return found
        reach += 1
