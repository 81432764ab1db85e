"""Kernels that gather cells, and aggregates, into coarser ones and sum the faces between them."""

import numpy as np

from dem.jit import leaf, njit, prange

MOST_FACES = 24
"""Faces on which the eight cells of a block can meet the blocks around it."""


@leaf
def _join(root, one, other):
    """Give two of the eight cells of a block the same root."""
    kept, given = min(root[one], root[other]), max(root[one], root[other])
    if kept != given:
        for cell in range(8):
            if root[cell] == given:
                root[cell] = kept


@njit
def _split_plane(net, inverse, strongest, strong, parent, plane):
    """Number the connected parts of each block of one plane of blocks, from 0; returns how many."""
    layers, rows, columns = parent.shape
    root, number = np.empty(8, np.int64), np.empty(8, np.int32)
    count = 0
    for row in range((rows + 1) // 2):
        for column in range((columns + 1) // 2):
            k0, j0, i0 = 2 * plane, 2 * row, 2 * column
            found = 0
            for cell in range(8):
                k, j, i = k0 + (cell >> 2), j0 + ((cell >> 1) & 1), i0 + (cell & 1)
                root[cell] = -1
                if k < layers and j < rows and i < columns and inverse[k, j, i] > 0.0:
                    root[cell] = cell
                    found += 1
            if found == 0:
                continue
            for cell in range(8):
                if root[cell] < 0:
                    continue
                k, j, i = k0 + (cell >> 2), j0 + ((cell >> 1) & 1), i0 + (cell & 1)
                own = strongest[k, j, i]
                # Across each lower face that lies within the block.
                if cell & 1 and root[cell - 1] >= 0:
                    least = strong * max(own, strongest[k, j, i - 1])
                    if 0.0 < least <= net.x[k, j, i]:
                        _join(root, cell - 1, cell)
                if cell & 2 and root[cell - 2] >= 0:
                    least = strong * max(own, strongest[k, j - 1, i])
                    if 0.0 < least <= net.y[k, j, i]:
                        _join(root, cell - 2, cell)
                if cell & 4 and root[cell - 4] >= 0:
                    least = strong * max(own, strongest[k - 1, j, i])
                    if 0.0 < least <= net.z[k, j, i]:
                        _join(root, cell - 4, cell)
            for cell in range(8):
                if root[cell] < 0:
                    continue
                if root[cell] == cell:
                    number[cell] = count
                    count += 1
                k, j, i = k0 + (cell >> 2), j0 + ((cell >> 1) & 1), i0 + (cell & 1)
                parent[k, j, i] = number[root[cell]]
    return count


@njit(parallel=True)
def split_blocks(net, inverse, strongest, strong, parent, counts):
    """Number the aggregates of each plane of blocks: cells of a block that strong faces join.

    strong : share of the largest conductance of either cell from which a face joins
    parent : (nz, ny, nx) int32, −1 on entry; counts : (planes,), aggregates in each; numbers start
    from 0 in each
    """
    for plane in prange(counts.shape[0]):
        counts[plane] = _split_plane(net, inverse, strongest, strong, parent, np.int64(plane))


@njit
def _number_plane(parent, before, block, halves, plane):
    layers, rows, columns = parent.shape
    for k in range(2 * plane, min(2 * plane + 2, layers)):
        for j in range(rows):
            for i in range(columns):
                if parent[k, j, i] < 0:
                    continue
                parent[k, j, i] += before
                own = parent[k, j, i]
                halves[own] |= (1 << (k & 1)) | (4 << (j & 1)) | (16 << (i & 1))
                block[own, 0], block[own, 1], block[own, 2] = plane, j >> 1, i >> 1


@njit(parallel=True)
def number(parent, before, block, halves):
    """Count the aggregates on through all planes, and say where each lies.

    before : (planes,), how many the planes below have; block : (n, 3), each one's block
    halves : (n,) uint8, two bits an axis: in which halves of its block it has cells; 0 on entry
    """
    for plane in prange(before.shape[0]):
        _number_plane(parent, before[plane], block, halves, np.int64(plane))


@leaf
def _span(halves, axis):
    """Cells of an aggregate in a row along an axis, 1 or 2."""
    return 2.0 if (halves >> (2 * axis)) & 3 == 3 else 1.0


@leaf
def _length(one, other, axis):
    """Between the middles of two aggregates, from their halves, in cells."""
    return 0.5 * (_span(one, axis) + _span(other, axis))


@njit
def _gather_plane(net, parent, halves, first, end, neighbour, conductance, ground, plane):
    """Edges of one plane's aggregates, one after the other; end : where each one's edges end.

    One function on flat arrays: handing arrays on to small ones costs more than what they do.
    """
    shape = parent.shape
    strides = shape[1] * shape[2], shape[2], 1
    parents, z, y, x = parent.ravel(), net.z.ravel(), net.y.ravel(), net.x.ravel()
    others, sums = np.empty((8, MOST_FACES), np.int32), np.empty((8, MOST_FACES))
    degree = np.zeros(8, np.int64)
    # Up to 24 faces on the sides of a block, and 12 within, met from both sides.
    faces, owns, aways = np.empty(48), np.empty(48, np.int64), np.empty(48, np.int64)
    filled = MOST_FACES * first
    for row in range((shape[1] + 1) // 2):
        for column in range((shape[2] + 1) // 2):
            corner = 2 * plane, 2 * row, 2 * column
            base, last = np.int64(halves.shape[0]), np.int64(-1)
            for k in range(corner[0], min(corner[0] + 2, shape[0])):
                for j in range(corner[1], min(corner[1] + 2, shape[1])):
                    for i in range(corner[2], min(corner[2] + 2, shape[2])):
                        own = parent[k, j, i]
                        if own >= 0:
                            base, last = min(base, own), max(last, own)
            if last < 0:
                continue

            met = 0
            for side in range(6):
                axis, upper = side >> 1, side & 1
                one, two = (axis + 1) % 3, (axis + 2) % 3
                place = min(corner[axis] + upper, shape[axis] - 1)
                beside = place + 1 if upper else place - 1
                ends = axis == 0 and (beside < 0 or beside >= shape[0])
                # A face has the index of the cell behind it; that on the upper electrode, too.
                if not ends:
                    beside = (beside + shape[axis]) % shape[axis]
                behind = beside if upper else place
                begun, whole = met, 0.0
                most_own, most_other = np.int64(-1), np.int64(-1)
                for u in range(corner[one], min(corner[one] + 2, shape[one])):
                    for v in range(corner[two], min(corner[two] + 2, shape[two])):
                        rest = u * strides[one] + v * strides[two]
                        own = np.int64(parents[rest + place * strides[axis]])
                        index = rest + behind * strides[axis]
                        face = z[index] if axis == 0 else y[index] if axis == 1 else x[index]
                        if face == 0.0:
                            continue
                        if ends:
                            ground[own] += face / _span(halves[own], 0)
                            continue
                        other = np.int64(parents[rest + beside * strides[axis]])
                        if other == own:
                            continue
                        whole += face
                        most_own, most_other = max(most_own, own), max(most_other, other)
                        faces[met], owns[met], aways[met] = face, own, other
                        met += 1
                mixed = False
                for each in range(begun, met):
                    mixed |= (owns[each] != most_own) | (aways[each] != most_other)
                # Mostly all four join one pair: summed at once, without a search for each.
                if not mixed and met > begun:
                    faces[begun], met = whole, begun + 1
                for each in range(begun, met):
                    faces[each] /= _length(halves[owns[each]], halves[aways[each]], axis)
            if last > base:
                for cell in range(8):
                    k, j, i = cell >> 2, (cell >> 1) & 1, cell & 1
                    k, j, i = corner[0] + k, corner[1] + j, corner[2] + i
                    if k >= shape[0] or j >= shape[1] or i >= shape[2]:
                        continue
                    index = k * strides[0] + j * strides[1] + i
                    own = np.int64(parents[index])
                    for axis in range(3):
                        if (cell >> (2 - axis)) & 1 == 0:
                            continue
                        other = np.int64(parents[index - strides[axis]])
                        face = z[index] if axis == 0 else y[index] if axis == 1 else x[index]
                        if face == 0.0 or other == own:
                            continue
                        value = face / _length(halves[own], halves[other], axis)
                        for member, away in ((own, other), (other, own)):
                            faces[met], owns[met], aways[met] = value, member, away
                            met += 1

            for each in range(met):
                local, other = owns[each] - base, aways[each]
                slot = 0
                while slot < degree[local] and others[local, slot] != other:
                    slot += 1
                if slot == degree[local]:
                    others[local, slot] = other
                    sums[local, slot] = 0.0
                    degree[local] += 1
                sums[local, slot] += faces[each]
            for own in range(base, last + 1):
                local = own - base
                for slot in range(degree[local]):
                    neighbour[filled] = others[local, slot]
                    conductance[filled] = sums[local, slot]
                    filled += 1
                degree[local] = 0
                end[own] = filled


@njit(parallel=True)
def gather_faces(net, parent, halves, plane, neighbour, conductance, ground, end):
    """Sum the faces between aggregates; each plane of blocks has room for all it could have.

    plane : (planes+1,), each plane's slice of the aggregates; neighbour, conductance :
    (MOST_FACES n,); end : (n,) int64, where an aggregate's edges end in them; ground : 0 on entry
    """
    for block in prange(plane.shape[0] - 1):
        _gather_plane(
            net, parent, halves, plane[block], end, neighbour, conductance, ground, np.int64(block)
        )


@njit
def close_gaps(plane, end, neighbour, conductance, start, neighbours, conductances):
    """Copy each plane's edges behind those of the plane before; start : (n+1,), 0 on entry."""
    filled = 0
    for block in range(plane.shape[0] - 1):
        source = MOST_FACES * plane[block]
        for own in range(plane[block], plane[block + 1]):
            for edge in range(source, end[own]):
                neighbours[filled] = neighbour[edge]
                conductances[filled] = conductance[edge]
                filled += 1
            source = end[own]
            start[own + 1] = filled


@njit
def _root(joined, a):
    while joined[a] != a:
        joined[a] = joined[joined[a]]
        a = joined[a]
    return a


@njit
def join_aggregates(start, neighbour, conductance, block, strong, joined):
    """Join aggregates of one coarser block along strong edges; joined : (n,), the root of each.

    strong : as in `split_blocks`
    """
    count = joined.shape[0]
    strongest = np.zeros(count, np.float32)
    for a in range(count):
        joined[a] = a
        for edge in range(start[a], start[a + 1]):
            strongest[a] = max(strongest[a], conductance[edge])
    for a in range(count):
        for edge in range(start[a], start[a + 1]):
            b = neighbour[edge]
            if b >= a or conductance[edge] < strong * max(strongest[a], strongest[b]):
                continue
            together = True
            for axis in range(3):
                together &= (block[a, axis] >> 1) == (block[b, axis] >> 1)
            if together:
                one, other = _root(joined, a), _root(joined, b)
                joined[max(one, other)] = min(one, other)
    for a in range(count):
        joined[a] = _root(joined, a)


@njit
def connect(start, neighbour, joined):
    """Join all that hangs together, however weakly; joined : (n,), the first of each cluster."""
    for a in range(joined.shape[0]):
        joined[a] = a
    for a in range(joined.shape[0]):
        for edge in range(start[a], start[a + 1]):
            if neighbour[edge] < a:
                one, other = _root(joined, a), _root(joined, neighbour[edge])
                joined[max(one, other)] = min(one, other)
    for a in range(joined.shape[0]):
        joined[a] = _root(joined, a)


@njit
def number_parts(order, block, joined, parent, coarse_block, halves):
    """Number the joined parts in the order of their blocks; returns how many.

    order : (n,), the aggregates by coarser block; parent : (n,) int32; coarse_block : (n, 3) and
    halves : (n,), as in `number`, filled up to the count
    """
    count = 0
    parent[:] = -1
    for place in range(order.shape[0]):
        a = order[place]
        root = joined[a]
        if parent[root] < 0:
            parent[root] = count
            for axis in range(3):
                coarse_block[count, axis] = block[a, axis] >> 1
            halves[count] = 0
            count += 1
        own = parent[root]
        parent[a] = own
        for axis in range(3):
            halves[own] |= 1 << (2 * axis + (block[a, axis] & 1))
    return count


@njit
def gather_edges(fine, block, ground, parent, halves, children, first, out):
    """Sum the edges between the parts of a coarser level.

    fine : (start, neighbour, conductance); children, first : the members of each part, and where
    they begin; out : (start, neighbour, conductance, ground) of the coarser level, ground 0
    Faces join blocks along one axis only, or parts of one block along none that is known.
    """
    start, neighbour, conductance = fine
    starts, neighbours, conductances, grounds = out
    count = grounds.shape[0]
    slot = np.full(count, -1, np.int64)
    filled = 0
    for own in range(count):
        begun = filled
        for place in range(first[own], first[own + 1]):
            a = children[place]
            grounds[own] += ground[a] / _span(halves[own], 0)
            for edge in range(start[a], start[a + 1]):
                b = neighbour[edge]
                other = parent[b]
                if other == own:
                    continue
                value = conductance[edge]
                for axis in range(3):
                    if block[a, axis] != block[b, axis]:
                        value *= 2.0 / (_span(halves[own], axis) + _span(halves[other], axis))
                        break
                if slot[other] < begun:
                    slot[other] = filled
                    neighbours[filled] = other
                    conductances[filled] = 0.0
                    filled += 1
                conductances[slot[other]] += value
        starts[own + 1] = filled
