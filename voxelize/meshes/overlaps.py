"""Voxels that several bodies claim, and which of them gets each."""

import numpy as np

from dem.jit import njit


@njit
def paint(owner, counts, low, body, periodic):
    """Give the voxels of a window that a body holds to it; those that another has are returned.

    owner : (nz, ny, nx) int32, −1 free; counts : winding numbers of the window from voxel `low`
    returns (m,) int64, places in the flat volume, and how many voxels the body holds in the box
    """
    nz, ny, nx = owner.shape
    contested = np.empty(64, dtype=np.int64)
    found = held = 0
    for k in range(counts.shape[0]):
        z = low[0] + k
        if z < 0 or z >= nz:
            continue
        for j in range(counts.shape[1]):
            y = low[1] + j
            if periodic:
                y %= ny
            elif y < 0 or y >= ny:
                continue
            for i in range(counts.shape[2]):
                if counts[k, j, i] == 0:
                    continue
                x = low[2] + i
                if periodic:
                    x %= nx
                elif x < 0 or x >= nx:
                    continue
                held += 1
                other = owner[z, y, x]
                if other < 0:
                    owner[z, y, x] = body
                elif other != body:
                    if found == len(contested):
                        longer = np.empty(2 * found, dtype=np.int64)
                        longer[:found] = contested
                        contested = longer
                    contested[found] = (z * ny + y) * nx + x
                    found += 1
    return contested[:found], held


@njit
def settle(owner, place, claim, start, periodic):
    """Give each contested voxel to one of its claimants, layer by layer from the overlap's rim.

    place : (m,) flat places, their claimants claim[start[p]:start[p + 1]], ascending
    A voxel goes to the claimant that most of its six neighbours belong to, the first of equals;
    what no layer reaches, to the first.
    """
    nz, ny, nx = owner.shape
    flat = owner.reshape(-1)
    for p in range(len(place)):
        flat[place[p]] = -2
    given = np.empty(len(place), dtype=np.int32)
    left = len(place)
    while left > 0:
        before = left
        for p in range(len(place)):
            given[p] = -1
            if flat[place[p]] != -2:
                continue
            z, rest = divmod(place[p], ny * nx)
            y, x = divmod(rest, nx)
            most = 0
            for q in range(start[p], start[p + 1]):
                around = 0
                for axis in range(3):
                    for way in (-1, 1):
                        a = z + way if axis == 0 else z
                        b = y + way if axis == 1 else y
                        c = x + way if axis == 2 else x
                        if periodic:
                            b %= ny
                            c %= nx
                        inside = 0 <= a < nz and 0 <= b < ny and 0 <= c < nx
                        if inside and owner[a, b, c] == claim[q]:
                            around += 1
                if around > most:
                    most = around
                    given[p] = claim[q]
        for p in range(len(place)):
            if given[p] >= 0:
                flat[place[p]] = given[p]
                left -= 1
        if left == before:
            for p in range(len(place)):
                if flat[place[p]] == -2:
                    flat[place[p]] = claim[start[p]]
            left = 0
