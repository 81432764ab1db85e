"""Regions of a label volume: connected pieces, shared faces, hosts for small ones."""

import numpy as np

from dem.jit import njit
from voxelize.pairs import grown, slot_of, sorted_pairs
from voxelize.union_find import join


def connected_pieces(region: np.ndarray, periodic: bool, connectivity: int = 1) -> np.ndarray:
    """Number the connected pieces of equal label, in the order of the labels.

    region : (nz, ny, nx) int, −1 outside; periodic : whether pieces continue across the sides
    connectivity : 1 across faces, 2 also across edges, 3 also across corners
    returns (nz, ny, nx) int32, pieces 0 … n−1 sorted by (label, first voxel), −1 outside
    """
    region = np.ascontiguousarray(region)
    steps = [
        (dz, dy, dx)
        for dz in (-1, 0, 1)
        for dy in (-1, 0, 1)
        for dx in (-1, 0, 1)
        if (dz, dy, dx) < (0, 0, 0) and abs(dz) + abs(dy) + abs(dx) <= connectivity
    ]
    # Indices of voxels fit four bytes up to 1290³.
    parent = np.empty(region.size, dtype=np.int32 if region.size < 2**31 else np.int64)
    _join_equal(region, parent, np.array(steps), periodic)
    root = _roots(parent)
    order = np.lexsort((root, region.reshape(-1)[root]))
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return _numbered(parent, root, rank).reshape(region.shape).astype(np.int32, copy=False)


@njit
def _join_equal(region, parent, steps, periodic):
    """Union–find over neighbours of equal label; the root of a piece is its first voxel."""
    nz, ny, nx = region.shape
    for z in range(nz):
        for y in range(ny):
            for x in range(nx):
                at = (z * ny + y) * nx + x
                label = region[z, y, x]
                parent[at] = at if label >= 0 else -1
                if label < 0:
                    continue
                for s in range(len(steps)):
                    k, j, i = z + steps[s, 0], y + steps[s, 1], x + steps[s, 2]
                    if k >= 0 and 0 <= j < ny and 0 <= i < nx and region[k, j, i] == label:
                        join(parent, at, (k * ny + j) * nx + i)
    if periodic:
        for z in range(nz):
            for y in range(ny):
                for x in range(nx):
                    if (0 < y < ny - 1 and 0 < x < nx - 1) or region[z, y, x] < 0:
                        continue
                    for s in range(len(steps)):
                        k = z + steps[s, 0]
                        j, i = (y + steps[s, 1]) % ny, (x + steps[s, 2]) % nx
                        if k >= 0 and region[k, j, i] == region[z, y, x]:
                            join(parent, (z * ny + y) * nx + x, (k * ny + j) * nx + i)
                        # The mirrored step, which crosses the side the other way.
                        k = z - steps[s, 0]
                        j, i = (y - steps[s, 1]) % ny, (x - steps[s, 2]) % nx
                        if k < nz and region[k, j, i] == region[z, y, x]:
                            join(parent, (z * ny + y) * nx + x, (k * ny + j) * nx + i)


@njit
def _roots(parent):
    """First voxels of the pieces, ascending; every parent becomes a root."""
    count = 0
    for at in range(len(parent)):
        if parent[at] >= 0:
            # A parent comes first in raster order and is flat already.
            parent[at] = parent[parent[at]]
            count += parent[at] == at
    root = np.empty(count, np.int64)
    count = 0
    for at in range(len(parent)):
        if parent[at] == at:
            root[count] = at
            count += 1
    return root


@njit
def _numbered(parent, root, rank):
    """Numbers in place of parents; roots, marked by numbers below −1, come before their pieces."""
    for piece in range(len(root)):
        parent[root[piece]] = -2 - rank[piece]
    for at in range(len(parent)):
        up = parent[at]
        if up <= -2:
            parent[at] = -2 - up
        elif up >= 0:
            parent[at] = parent[up]
    return parent


def shared_faces(region: np.ndarray, periodic: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Count the voxel faces that each pair of regions shares.

    region : (nz, ny, nx) int, −1 outside
    returns first, second : (m,) int32, sorted, first < second; faces : (m,) int64
    """
    region = np.ascontiguousarray(region)
    count = int(region.max()) + 1
    keys, faces = _count_faces(region, count, periodic)
    first, second, faces = sorted_pairs(keys, faces, count)
    return first, second, faces[:, 0]


@njit
def _count_faces(region, count, periodic):
    keys, faces = np.full(1024, -1, np.int64), np.zeros((1024, 1), np.int64)
    used = 0
    nz, ny, nx = region.shape
    for z in range(nz):
        for y in range(ny):
            for x in range(nx):
                a = np.int64(region[z, y, x])
                if a < 0:
                    continue
                for axis in range(3):
                    k, j, i = next_voxel(z, y, x, axis, ny, nx, periodic)
                    if k == nz or j == ny or i == nx:
                        continue
                    b = np.int64(region[k, j, i])
                    if a == b or b < 0:
                        continue
                    key = min(a, b) * count + max(a, b)
                    slot = slot_of(keys, key)
                    if keys[slot] < 0:
                        keys[slot] = key
                        used += 1
                    faces[slot, 0] += 1
                    if 2 * used > len(keys):
                        keys, faces = grown(keys, faces)
    return keys, faces


@njit
def next_voxel(z, y, x, axis, ny, nx, periodic):
    """The voxel across the upper face along an axis; wrapped in plane where sides are periodic."""
    if axis == 0:
        return z + 1, y, x
    if axis == 1:
        return z, 0 if periodic and y == ny - 1 else y + 1, x
    return z, y, 0 if periodic and x == nx - 1 else x + 1


def hosts(region: np.ndarray, small: np.ndarray, group: np.ndarray, periodic: bool) -> np.ndarray:
    """Find for each small region the neighbour of its group with which it shares most faces.

    region : (nz, ny, nx) int, 0 … n−1, −1 outside; small : (n,) bool; group : (n,) int
    returns (n,) int, the region that takes it in, which is never small; its own number where it
    is not small or no chain of neighbours leads to one that is not
    """
    first, second, faces = shared_faces(region, periodic)
    allowed = (group[first] == group[second]) & (small[first] | small[second])
    source = np.concatenate((first[allowed], second[allowed]))
    target = np.concatenate((second[allowed], first[allowed]))
    shared = np.tile(faces[allowed], 2)
    order = np.lexsort((target, -shared, source))
    source, target = source[order], target[order]
    host = np.arange(len(small))
    pending = small.copy()
    while True:
        reachable = pending[source] & ~pending[target]
        joining, best = np.unique(source[reachable], return_index=True)
        if len(joining) == 0:
            return host
        host[joining] = host[target[reachable][best]]
        pending[joining] = False


def renumber(region: np.ndarray, number: np.ndarray) -> np.ndarray:
    """Replace each region's label by its `number`, closing the gaps and keeping the order."""
    _, rank = np.unique(number, return_inverse=True)
    # Index −1, outside, reads the appended last entry.
    return relabelled(region, np.append(rank, -1).astype(np.int32))


def relabelled(region: np.ndarray, label: np.ndarray) -> np.ndarray:
    """label[region] as int32, the last entry for −1, without a volume of wide indices between."""
    return _relabelled(np.ascontiguousarray(region).reshape(-1), label).reshape(region.shape)


@njit
def _relabelled(region, label):
    result = np.empty(len(region), np.int32)
    for at in range(len(region)):
        result[at] = label[region[at]]
    return result


def voxels_of(region: np.ndarray, count: int) -> np.ndarray:
    """(count,) int64 voxels of each region 0 … count−1."""
    return _voxels_of(np.ascontiguousarray(region).reshape(-1), count)


@njit
def _voxels_of(region, count):
    voxels = np.zeros(count, np.int64)
    for at in range(len(region)):
        if region[at] >= 0:
            voxels[region[at]] += 1
    return voxels
