"""Kernels that move voxels with their grains and put displaced ones back.

Everything is in voxels and in index order (z, y, x); a voxel's centre is its index + 0.5.
"""

import numpy as np

from dem.jit import njit


@njit
def _nearest_image(distance, period):
    """Shortest periodic image along one axis; period 0 for none. Exact where nothing wraps."""
    if period > 0.0:
        return distance - period * np.round(distance / period)
    return distance


@njit
def ride(cell, grain, centre, shift, turn, size, start, neighbour, period):
    """Where voxels go when they ride on their grain and those joined to it by intact bonds.

    A grain's share falls from 1 where its surface is the nearest to 0 where it lies its own
    radius farther: two bonded grains agree on their common face, and centres move rigidly.

    cell : (n, 3) int32; grain : (n,) int32
    centre, shift : (g, 3), reference and displacement; turn : (g, 3, 3), rotation − identity
    size : (g,), radius of the sphere of the grain's volume
    start, neighbour : (g + 1,), (b,) int32, grains joined to g: neighbour[start[g]:start[g + 1]]
    period : (3,), 0 along an axis that is not periodic
    Returns target (n, 3), unwrapped, and depth (n,): distance to the grain's centre less its size.
    """
    n = len(grain)
    target = np.empty((n, 3))
    depth = np.empty(n)
    arm = np.empty(3)
    other_arm = np.empty(3)
    moved = np.empty(3)
    for v in range(n):
        g = grain[v]
        squared = 0.0
        for a in range(3):
            arm[a] = _nearest_image(cell[v, a] + 0.5 - centre[g, a], period[a])
            squared += arm[a] * arm[a]
        depth[v] = np.sqrt(squared) - size[g]
        nearest = depth[v]
        for turn_of in range(2):
            # First the nearest surface among grain and neighbours, then the weighted mean.
            total = 0.0
            for a in range(3):
                moved[a] = 0.0
            for b in range(start[g] - 1, start[g + 1]):
                k = g if b < start[g] else neighbour[b]
                squared = 0.0
                for a in range(3):
                    apart = _nearest_image(centre[k, a] - centre[g, a], period[a])
                    other_arm[a] = arm[a] - apart
                    squared += other_arm[a] * other_arm[a]
                surface = np.sqrt(squared) - size[k]
                if turn_of == 0:
                    nearest = min(nearest, surface)
                    continue
                share = 1.0 - (surface - nearest) / size[k]
                if share <= 0.0:
                    continue
                share = share * share * (3.0 - 2.0 * share)
                total += share
                for a in range(3):
                    own = shift[g, a] + _nearest_image(shift[k, a] - shift[g, a], period[a])
                    for c in range(3):
                        own += turn[k, a, c] * other_arm[c]
                    moved[a] += share * own
        for a in range(3):
            target[v, a] = cell[v, a] + 0.5 + moved[a] / total
    return target, depth


@njit
def put_back(room, wanted, start, offsets, periodic):
    """Give each voxel the first cell along `offsets` whose room it wants; taken cells become −1.

    room : (nz, ny, nx) int32; wanted : (n,) int32 ≥ 0; start : (n, 3) int32
    offsets : (m, 3) int32, nearest first; periodic : in plane
    Returns (n,) int64, flat index of the cell or −1.
    """
    nz, ny, nx = room.shape
    found = np.full(len(wanted), -1, np.int64)
    for v in range(len(wanted)):
        for o in range(len(offsets)):
            k = start[v, 0] + offsets[o, 0]
            j = start[v, 1] + offsets[o, 1]
            i = start[v, 2] + offsets[o, 2]
            if k < 0 or k >= nz:
                continue
            if periodic:
                j %= ny
                i %= nx
            elif j < 0 or j >= ny or i < 0 or i >= nx:
                continue
            if room[k, j, i] == wanted[v]:
                room[k, j, i] = -1
                found[v] = (k * ny + j) * nx + i
                break
    return found
