"""Kernels that share voxels out among overlapping ellipsoids."""

import numpy as np

from dem.jit import njit

ROOM = 1.2
"""How far beyond its present level a particle is looked for voxels."""


@njit
def box_neighbours(centre, half):
    """Pairs of boxes that overlap, by box: those of i are at start[i] … start[i + 1]."""
    n = len(centre)
    order = np.argsort(centre[:, 0] - half[:, 0])
    start = np.zeros(n + 1, np.int64)
    for a in range(n):
        for b in _reached(centre, half, order, a):
            start[order[a] + 1] += 1
            start[b + 1] += 1
    for i in range(n):
        start[i + 1] += start[i]
    fill = start[:n].copy()
    neighbour = np.empty(start[n], np.int64)
    for a in range(n):
        i = order[a]
        for j in _reached(centre, half, order, a):
            neighbour[fill[i]] = j
            neighbour[fill[j]] = i
            fill[i] += 1
            fill[j] += 1
    return start, neighbour


@njit
def _reached(centre, half, order, a):
    """Boxes that begin after that of `order[a]` along the first axis and overlap it."""
    i = order[a]
    top = centre[i, 0] + half[i, 0]
    found = np.empty(len(order) - a - 1, np.int64)
    count = 0
    for b in range(a + 1, len(order)):
        j = order[b]
        if centre[j, 0] - half[j, 0] >= top:
            break
        near = True
        for axis in range(1, 3):
            near &= abs(centre[i, axis] - centre[j, axis]) < half[i, axis] + half[j, axis]
        if near:
            found[count] = j
            count += 1
    return found[:count]


@njit
def sweep(centre, inverse, level, voxels, start, neighbour, error):
    """Set each particle's level so that it has its number of voxels, the others' levels fixed.

    inverse : (n, 3) 1 / semi-axis²; level : (n,), changed; error : (n,) int64, voxels that it had
    too many before
    """
    for i in range(len(centre)):
        room = ROOM * level[i]
        error[i] = 0
        while True:
            excess = _excess(i, room, centre, inverse, level, start, neighbour)
            if error[i] == 0:
                error[i] = (excess < level[i]).sum() - voxels[i]
            if len(excess) > voxels[i]:
                split = np.partition(excess, voxels[i])
                wanted = 0.5 * (split[: voxels[i]].max() + split[voxels[i]])
                # No voxel beyond the room is below it: there the excess is the distance itself.
                if split[voxels[i]] < room:
                    level[i] = wanted
                    break
            room *= 1.5


@njit
def _excess(i, room, centre, inverse, level, start, neighbour):
    """The level that particle i needs to have each voxel within its room, in raster order."""
    z0, z1 = _range(centre[i, 0], inverse[i, 0], room)
    y0, y1 = _range(centre[i, 1], inverse[i, 1], room)
    x0, x1 = _range(centre[i, 2], inverse[i, 2], room)
    found = np.empty((z1 - z0) * (y1 - y0) * (x1 - x0))
    rivals = neighbour[start[i] : start[i + 1]]
    rival = np.empty(len(rivals), np.int64)
    base = np.empty(len(rivals))
    count = 0
    for z in range(z0, z1):
        of_layer = inverse[i, 0] * (z + 0.5 - centre[i, 0]) ** 2
        for y in range(y0, y1):
            of_row = of_layer + inverse[i, 1] * (y + 0.5 - centre[i, 1]) ** 2
            if of_row >= room:
                continue
            rows = 0
            for j in rivals:
                part = inverse[j, 0] * (z + 0.5 - centre[j, 0]) ** 2
                part += inverse[j, 1] * (y + 0.5 - centre[j, 1]) ** 2
                if part < level[j]:
                    rival[rows] = j
                    base[rows] = part - level[j]
                    rows += 1
            for x in range(x0, x1):
                own = of_row + inverse[i, 2] * (x + 0.5 - centre[i, 2]) ** 2
                if own >= room:
                    continue
                lowest = 0.0
                for k in range(rows):
                    j = rival[k]
                    other = base[k] + inverse[j, 2] * (x + 0.5 - centre[j, 2]) ** 2
                    lowest = min(lowest, other)
                found[count] = own - lowest
                count += 1
    return found[:count]


@njit
def _range(centre, inverse, room):
    """First voxel whose centre may lie within the room, and one beyond the last."""
    reach = np.sqrt(room / inverse)
    return int(np.ceil(centre - reach - 0.5)), int(np.floor(centre + reach - 0.5)) + 1


@njit
def draw(centre, inverse, level, particle):
    """Number the voxels of a window by the particle that has them, −1 where none has."""
    best = np.zeros(particle.shape)
    particle[:] = -1
    for i in range(len(centre)):
        z0, z1 = _range(centre[i, 0], inverse[i, 0], level[i])
        y0, y1 = _range(centre[i, 1], inverse[i, 1], level[i])
        x0, x1 = _range(centre[i, 2], inverse[i, 2], level[i])
        for z in range(max(z0, 0), min(z1, particle.shape[0])):
            of_layer = inverse[i, 0] * (z + 0.5 - centre[i, 0]) ** 2
            for y in range(max(y0, 0), min(y1, particle.shape[1])):
                of_row = of_layer + inverse[i, 1] * (y + 0.5 - centre[i, 1]) ** 2
                for x in range(max(x0, 0), min(x1, particle.shape[2])):
                    depth = of_row + inverse[i, 2] * (x + 0.5 - centre[i, 2]) ** 2 - level[i]
                    if depth < best[z, y, x]:
                        best[z, y, x] = depth
                        particle[z, y, x] = i


@njit
def moments(particle, count):
    """Voxels of each particle, and the sums of their centres (n, 3)."""
    voxels = np.zeros(count, np.int64)
    total = np.zeros((count, 3))
    for z in range(particle.shape[0]):
        for y in range(particle.shape[1]):
            for x in range(particle.shape[2]):
                i = particle[z, y, x]
                if i >= 0:
                    voxels[i] += 1
                    total[i, 0] += z + 0.5
                    total[i, 1] += y + 0.5
                    total[i, 2] += x + 0.5
    return voxels, total


@njit
def alone(centre, inverse, shape):
    """Voxels of each ellipsoid by itself, those of it inside a window, and those of their union."""
    n = len(centre)
    whole, inside = np.zeros(n, np.int64), np.zeros(n, np.int64)
    claimed = np.zeros(shape, np.bool_)
    for i in range(n):
        z0, z1 = _range(centre[i, 0], inverse[i, 0], 1.0)
        y0, y1 = _range(centre[i, 1], inverse[i, 1], 1.0)
        x0, x1 = _range(centre[i, 2], inverse[i, 2], 1.0)
        for z in range(z0, z1):
            of_layer = inverse[i, 0] * (z + 0.5 - centre[i, 0]) ** 2
            for y in range(y0, y1):
                of_row = of_layer + inverse[i, 1] * (y + 0.5 - centre[i, 1]) ** 2
                within = 0 <= z < shape[0] and 0 <= y < shape[1]
                for x in range(x0, x1):
                    if of_row + inverse[i, 2] * (x + 0.5 - centre[i, 2]) ** 2 < 1.0:
                        whole[i] += 1
                        if within and 0 <= x < shape[2]:
                            inside[i] += 1
                            claimed[z, y, x] = True
    return whole, inside, claimed.sum()
