"""Kernels that gather cells into the first level of aggregates and sum the faces between them.

Serial: compiling them for several threads takes longer than they run.
"""

import numpy as np

from dem.jit import njit


@njit
def _split_plane(net, alike, parent, plane):
    """Number the connected parts of each block of one plane of blocks, from 0; returns how many."""
    classes = net.classes
    layers, rows, columns = parent.shape
    count = 0
    for row in range((rows + 1) // 2):
        for column in range((columns + 1) // 2):
            for seed in range(8):
                k = 2 * plane + (seed >> 2)
                j = 2 * row + ((seed >> 1) & 1)
                i = 2 * column + (seed & 1)
                if k >= layers or j >= rows or i >= columns:
                    continue
                if classes[k + 1, j + 1, i + 1] == 0 or parent[k, j, i] >= 0:
                    continue
                parent[k, j, i] = count
                # A part of a block is at most four steps long: grow it until it stays.
                grown = True
                while grown:
                    grown = False
                    for cell in range(8):
                        kc = 2 * plane + (cell >> 2)
                        jc = 2 * row + ((cell >> 1) & 1)
                        ic = 2 * column + (cell & 1)
                        if kc >= layers or jc >= rows or ic >= columns:
                            continue
                        if parent[kc, jc, ic] != count:
                            continue
                        own = classes[kc + 1, jc + 1, ic + 1]
                        for axis in range(3):
                            beside = cell ^ (1 << axis)
                            kb = 2 * plane + (beside >> 2)
                            jb = 2 * row + ((beside >> 1) & 1)
                            ib = 2 * column + (beside & 1)
                            if kb >= layers or jb >= rows or ib >= columns:
                                continue
                            if parent[kb, jb, ib] >= 0:
                                continue
                            if alike[own, classes[kb + 1, jb + 1, ib + 1]]:
                                parent[kb, jb, ib] = count
                                grown = True
                count += 1
    return count


@njit
def split_blocks(net, alike, parent, counts):
    """Number the aggregates of each plane of blocks: cells of a block joined by alike neighbours.

    alike : (n, n) bool by class, False for INSULATING; parent : (nz, ny, nx) int32, −1 on entry
    counts : (planes,), aggregates in each plane; numbers start from 0 in each
    """
    for plane in range(counts.shape[0]):
        counts[plane] = _split_plane(net, alike, parent, plane)


@njit
def _face(net, k, j, i, side, shape):
    """Neighbour (k, j, i) across one of six sides and the conductance of the face."""
    classes, tables = net.classes, net.tables
    own = classes[k + 1, j + 1, i + 1]
    if side == 0:
        return k - 1, j, i, tables[net.across[k], classes[k, j + 1, i + 1], own]
    if side == 1:
        return k + 1, j, i, tables[net.across[k + 1], own, classes[k + 2, j + 1, i + 1]]
    within = net.within[k]
    if side == 2:
        before = j - 1 if j > 0 else shape[1] - 1
        return k, before, i, tables[within, own, classes[k + 1, j, i + 1]]
    if side == 3:
        after = j + 1 if j < shape[1] - 1 else 0
        return k, after, i, tables[within, own, classes[k + 1, j + 2, i + 1]]
    if side == 4:
        left = i - 1 if i > 0 else shape[2] - 1
        return k, j, left, tables[within, own, classes[k + 1, j + 1, i]]
    right = i + 1 if i < shape[2] - 1 else 0
    return k, j, right, tables[within, own, classes[k + 1, j + 1, i + 2]]


@njit
def _span(halves, axis):
    """Cells of an aggregate in a row along an axis, 1 or 2."""
    return 2.0 if (halves >> (2 * axis)) & 3 == 3 else 1.0


@njit
def _join_plane(net, parent, start, neighbour, conductance, degree, ground, block, halves, plane):
    shape = parent.shape
    layers, rows, columns = shape
    fill = len(neighbour) > 0
    # A block has at most eight aggregates, an aggregate at most 24 faces.
    others = np.empty((8, 24), np.int32)
    sums = np.empty((8, 24))
    for row in range((rows + 1) // 2):
        for column in range((columns + 1) // 2):
            base = -1
            last = -1
            for cell in range(8):
                k = 2 * plane + (cell >> 2)
                j = 2 * row + ((cell >> 1) & 1)
                i = 2 * column + (cell & 1)
                if k >= layers or j >= rows or i >= columns or parent[k, j, i] < 0:
                    continue
                own = parent[k, j, i]
                if base < 0:
                    base = own
                local = own - base
                if own > last:
                    last = own
                    degree[own] = 0
                    ground[own] = 0.0
                    block[own, 0], block[own, 1], block[own, 2] = plane, row, column
                if not fill:
                    halves[own] |= 1 << (cell >> 2)
                    halves[own] |= 4 << ((cell >> 1) & 1)
                    halves[own] |= 16 << (cell & 1)
                for side in range(6):
                    kb, jb, ib, face = _face(net, k, j, i, side, shape)
                    if face == 0.0:
                        continue
                    if kb < 0 or kb >= layers:
                        ground[own] += face / _span(halves[own], 0)
                        continue
                    other = parent[kb, jb, ib]
                    if other == own:
                        continue
                    axis = side // 2
                    face *= 2.0 / (_span(halves[own], axis) + _span(halves[other], axis))
                    slot = 0
                    while slot < degree[own] and others[local, slot] != other:
                        slot += 1
                    if slot == degree[own]:
                        others[local, slot] = other
                        sums[local, slot] = 0.0
                        degree[own] += 1
                    sums[local, slot] += face
            if fill and base >= 0:
                for own in range(base, last + 1):
                    for slot in range(degree[own]):
                        neighbour[start[own] + slot] = others[own - base, slot]
                        conductance[start[own] + slot] = sums[own - base, slot]


@njit
def join_blocks(net, parent, start, neighbour, conductance, degree, ground, block, halves):
    """Sum the faces between aggregates, in a first pass only their number.

    start, neighbour, conductance : as in `Graph`; empty neighbour and conductance: count only
    degree, ground, block : of each aggregate, neighbours, conductance to the electrodes, block
    halves : (n,) uint8, two bits an axis: in which halves of its block an aggregate has cells;
        gathered in the first pass, used in the second
    """
    for plane in range((parent.shape[0] + 1) // 2):
        _join_plane(
            net, parent, start, neighbour, conductance, degree, ground, block, halves, plane
        )
