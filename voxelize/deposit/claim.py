"""Kernels that find for each cell of the new volume the grain that was carried there.

Each grain looks at the cells around it and carries their centres back to the unloaded picture:
where that lies among its own voxels, it claims the cell. Lengths are in old voxels, (z, y, x).
"""

import numpy as np

from dem.jit import njit, prange
from voxelize.deposit.extent import nearest_image

RIGID = 0.01
"""Grains whose neighbours pull their voxels by no more of a voxel move rigidly: some of their
faces' voxels, one in a hundred, are then claimed twice or left to a neighbour's weak claim."""
_ON_FACE = 1e-6
"""A centre that comes to lie so closely below a voxel's face counts as on it: rounding of the
rotation must not tear what was joined."""
WEAK = 1e4
"""Added to the depth of a claim on behalf of a joined neighbour, so that any other goes before."""


@njit
def windows(carriers, frame):
    """Half-open ranges (g, 6) int32 of cells (z, y, x) that a grain may claim, not wrapped."""
    centre, shift, turn = carriers.centre, carriers.shift, carriers.turn
    low, high = carriers.low, carriers.high
    least, most = carriers.least_pull, carriers.most_pull
    found = np.empty((len(centre), 6), np.int32)
    for g in range(len(centre)):
        for a in range(3):
            middle, half = centre[g, a] + shift[g, a], 0.0
            for c in range(3):
                entry = turn[g, a, c] + (1.0 if a == c else 0.0)
                middle += entry * 0.5 * (low[g, c] + high[g, c])
                half += abs(entry) * 0.5 * (high[g, c] - low[g, c])
            if a == 0:
                middle -= frame.old_foil
            offset = frame.foil if a == 0 else 0
            found[g, 2 * a] = np.floor((middle - half + least[g, a]) / frame.ratio - 1e-6) + offset
            found[g, 2 * a + 1] = (
                np.ceil((middle + half + most[g, a]) / frame.ratio + 1e-6) + offset
            )
    return found


@njit(parallel=True)
def claim(carriers, frame, window, material, layers, owner, depth, lost_cell, lost_grain, lost):
    """Let the grains of a material claim cells: among several the one deepest in its grain.

    window : (g, 6), of `windows`; layers : of a slab; slabs share no cell, hence no order matters
    owner : (nz, ny, nx) int32, −1 where free, changed; depth : (nz, ny, nx) float32, work space
    lost_cell, lost_grain : (slabs, most), flat cells that a grain claimed in vain and the grain, −1
        less the nearest cell for those outside; lost : (slabs,), how many there were, some of them
        twice, also of cells that its body won after all
    """
    for q in prange(len(lost)):
        slab = np.int64(q)
        lost[slab] = _claim_slab(
            carriers, frame, window, material, slab * layers, layers, owner, depth,
            lost_cell[slab], lost_grain[slab],
        )  # fmt: skip


@njit
def _claim_slab(
    carriers, frame, window, material, bottom, layers, owner, depth, lost_cell, lost_grain
):
    nz = frame.labels.shape[0]
    top = min(bottom + layers, nz)
    first = -(2**30) if bottom == 0 else bottom
    last = 2**30 if top == nz else top
    phase = carriers.material
    lost = 0
    for g in range(len(phase)):
        if phase[g] == material and window[g, 0] < last and window[g, 1] > first:
            lost = _claim_grain(
                g, carriers, frame, window[g], max(first, window[g, 0]), min(last, window[g, 1]),
                owner, depth, lost_cell, lost_grain, lost,
            )  # fmt: skip
    return lost


@njit
def _claim_grain(
    g, carriers, frame, window, bottom, top, owner, depth, lost_cell, lost_grain, lost
):
    nz, ny, nx = frame.labels.shape
    labels, ratio, periodic = frame.labels, frame.ratio, frame.periodic
    source, material, body = carriers.source, carriers.material, carriers.body
    start, neighbour, period = carriers.start, carriers.neighbour, carriers.period
    oz, oy, ox = source.shape
    size = carriers.size[g]
    moved = carriers.centre[g] + carriers.shift[g]
    low, high = carriers.low[g] - 1e-6, carriers.high[g] + 1e-6
    for a in range(3):
        for c in range(3):
            # Pulls turned back with the grain.
            entry = carriers.turn[g, c, a] + (1.0 if a == c else 0.0)
            one, other = entry * carriers.least_pull[g, c], entry * carriers.most_pull[g, c]
            low[a] += min(one, other)
            high[a] += max(one, other)
    first = carriers.centre[g]
    joined = neighbour[start[g] : start[g + 1]]
    rigid = carriers.pull[g] <= RIGID
    # This grain and those its voxels follow: where they are from it, and their motions back.
    n = 1 if rigid else 1 + len(joined)
    place = np.zeros((n, 3))
    back = np.empty((n, 3))
    turn = np.empty((n, 3, 3))
    width = np.empty(n)
    apart = np.empty(n)
    alike = np.zeros(n, np.bool_)
    for m in range(n):
        k = g if m == 0 else joined[m - 1]
        alike[m] = m > 0 and material[k] == material[g]
        width[m] = carriers.size[k]
        for a in range(3):
            slip = nearest_image(carriers.shift[k, a] - carriers.shift[g, a], period[a])
            away = nearest_image(carriers.centre[k, a] - first[a], period[a])
            place[m, a] = away + slip if m > 0 else 0.0
            back[m, a] = -(carriers.shift[g, a] + slip)
            for c in range(3):
                turn[m, a, c] = carriers.turn[k, c, a]
    for k in range(bottom, top):
        z = (k + 0.5 - frame.foil) * ratio + frame.old_foil
        az = z - moved[0]
        for j in range(window[2], window[3]):
            y = (j + 0.5) * ratio
            ay = y - moved[1]
            for i in range(window[4], window[5]):
                x = (i + 0.5) * ratio
                ax = x - moved[2]
                bz = back[0, 0] + turn[0, 0, 0] * az + turn[0, 0, 1] * ay + turn[0, 0, 2] * ax
                by = back[0, 1] + turn[0, 1, 0] * az + turn[0, 1, 1] * ay + turn[0, 1, 2] * ax
                bx = back[0, 2] + turn[0, 2, 0] * az + turn[0, 2, 1] * ay + turn[0, 2, 2] * ax
                pz, py, px = z + bz - first[0], y + by - first[1], x + bx - first[2]
                if pz < low[0] or pz > high[0] or py < low[1] or py > high[1]:
                    continue
                if px < low[2] or px > high[2]:
                    continue
                here = np.sqrt(az * az + ay * ay + ax * ax) - size
                if not rigid:
                    nearest, m = here, 0
                    apart[0] = here
                    for m in range(1, n):
                        dz, dy, dx = az - place[m, 0], ay - place[m, 1], ax - place[m, 2]
                        apart[m] = np.sqrt(dz * dz + dy * dy + dx * dx) - width[m]
                        nearest = min(nearest, apart[m])
                        if apart[m] <= here - size and alike[m]:
                            break
                    if apart[m] <= here - size and alike[m]:
                        # The cell moves with others here, which claim it for this grain.
                        continue
                    total, bz, by, bx = 0.0, 0.0, 0.0, 0.0
                    for m in range(n):
                        # From 1 where a grain is the nearest to 0 a radius farther from its rim.
                        share = 1.0 - (apart[m] - nearest) / width[m]
                        if share <= 0.0:
                            continue
                        share = share * share * (3.0 - 2.0 * share)
                        total += share
                        dz, dy, dx = az - place[m, 0], ay - place[m, 1], ax - place[m, 2]
                        t = turn[m]
                        bz += share * (back[m, 0] + t[0, 0] * dz + t[0, 1] * dy + t[0, 2] * dx)
                        by += share * (back[m, 1] + t[1, 0] * dz + t[1, 1] * dy + t[1, 2] * dx)
                        bx += share * (back[m, 2] + t[2, 0] * dz + t[2, 1] * dy + t[2, 2] * dx)
                    bz, by, bx = bz / total, by / total, bx / total
                sk = np.int64(np.floor(z + bz + _ON_FACE))
                sj = np.int64(np.floor(y + by + _ON_FACE))
                si = np.int64(np.floor(x + bx + _ON_FACE))
                if sk < 0 or sk >= oz:
                    continue
                if periodic:
                    sj, si = sj % oy, si % ox
                elif sj < 0 or sj >= oy or si < 0 or si >= ox:
                    continue
                grain = source[sk, sj, si]
                if grain < 0:
                    continue
                deep = np.float32(here)
                if grain != g:
                    if material[grain] != material[g] or not _among(grain, joined):
                        continue
                    deep += np.float32(WEAK)
                cj, ci = j, i
                if periodic:
                    cj, ci = j % ny, i % nx
                inside = 0 <= k < nz and 0 <= cj < ny and 0 <= ci < nx
                if inside:
                    held = owner[k, cj, ci]
                    if held < 0 and labels[k, cj, ci] == 0:
                        owner[k, cj, ci] = grain
                        depth[k, cj, ci] = deep
                        continue
                    if held >= 0 and material[held] == material[g]:
                        best = depth[k, cj, ci]
                        loser = grain
                        if deep < best or (deep == best and grain < held):
                            owner[k, cj, ci] = grain
                            depth[k, cj, ci] = deep
                            loser = held
                        if body[held] != body[grain]:
                            if lost < len(lost_cell):
                                lost_cell[lost] = (k * ny + cj) * nx + ci
                                lost_grain[lost] = loser
                            lost += 1
                        continue
                if grain == g:
                    if lost < len(lost_cell):
                        ck = min(max(k, 0), nz - 1)
                        cj, ci = min(max(cj, 0), ny - 1), min(max(ci, 0), nx - 1)
                        cell = (ck * ny + cj) * nx + ci
                        lost_cell[lost] = cell if inside else -1 - cell
                        lost_grain[lost] = grain
                    lost += 1
    return lost


@njit
def _among(grain, joined):
    return (joined == grain).any()


@njit
def release(owner, phase, material):
    """Free the cells of the grains of a material; `owner` is changed."""
    flat = owner.ravel()
    for c in range(len(flat)):
        if flat[c] >= 0 and phase[flat[c]] == material:
            flat[c] = -1
