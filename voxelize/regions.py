"""Regions of a label volume: connected pieces, shared faces, hosts for small ones."""

from collections.abc import Iterator

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from skimage.measure import label as label_pieces

IN_PLANE = (1, 2)
"""Axes of a volume that a periodic box wraps."""


def connected_pieces(region: np.ndarray, periodic: bool, connectivity: int = 1) -> np.ndarray:
    """Number the connected pieces of equal label, in the order of the labels.

    region : (nz, ny, nx) int, −1 outside; periodic : whether pieces continue across the sides
    connectivity : 1 across faces, 2 also across edges, 3 also across corners
    returns (nz, ny, nx) int32, pieces 0 … n−1 sorted by (label, first voxel), −1 outside
    """
    if periodic:
        # A rim of images: where it lies upon its original, two numbers name one piece.
        wrapped = np.pad(region, ((0, 0), (1, 1), (1, 1)), mode="wrap")
        number = label_pieces(wrapped, background=-1, connectivity=connectivity)
        piece = number[:, 1:-1, 1:-1]
        image = np.pad(piece, ((0, 0), (1, 1), (1, 1)), mode="wrap")
        differs = image != number
        count = int(number.max()) + 1
        graph = coo_array((differs[differs], (image[differs], number[differs])), (count, count))
        piece = connected_components(graph, directed=False)[1][piece]
    else:
        piece = label_pieces(region, background=-1, connectivity=connectivity)
    inside = region >= 0
    # `unique` gives each piece's first voxel, hence its label and its place in raster order.
    _, first, index = np.unique(piece[inside], return_index=True, return_inverse=True)
    order = np.lexsort((first, region[inside][first]))
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    result = np.full(region.shape, -1, dtype=np.int32)
    result[inside] = rank[index]
    return result


def adjacent(periodic: bool) -> Iterator[tuple[int, tuple, tuple]]:
    """Axis of the normal and the two index tuples that select voxels on either side of a face."""
    for axis in range(3):
        before = (slice(None),) * axis
        yield axis, (*before, slice(0, -1)), (*before, slice(1, None))
        if periodic and axis in IN_PLANE:
            yield axis, (*before, slice(-1, None)), (*before, slice(0, 1))


def shared_faces(
    region: np.ndarray, periodic: bool, layer_weights: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Count the voxel faces that each pair of regions shares, by the direction of their normal.

    region : (nz, ny, nx) int, −1 outside
    layer_weights : (nz,) share of each layer that counts, for faces that stand upright in it
    returns first, second : (m,) int32, sorted, first < second; faces : (m, 3), normals z, y, x
    """
    count = np.int64(region.max()) + 1
    keys, directions, weights = [], [], []
    for axis, one, other in adjacent(periodic):
        a, b = region[one], region[other]
        at = np.nonzero((a != b) & (a >= 0) & (b >= 0))
        low, high = np.minimum(a[at], b[at]), np.maximum(a[at], b[at])
        keys.append(low * count + high)
        directions.append(np.full(len(low), axis, dtype=np.int8))
        upright = layer_weights is not None and axis in IN_PLANE
        weights.append(layer_weights[at[0]] if upright else np.ones(len(low)))
    pair, index = np.unique(np.concatenate(keys), return_inverse=True)
    faces = np.bincount(
        3 * index + np.concatenate(directions), np.concatenate(weights), 3 * len(pair)
    )
    first, second = np.divmod(pair, max(count, 1))
    return first.astype(np.int32), second.astype(np.int32), faces.reshape(-1, 3)


def face_area(faces: np.ndarray, voxel_size: float) -> np.ndarray:
    """Area of the smooth face behind a staircase of voxel faces, exact for a plane.

    A plane of area A and unit normal n shows A·|n_z|, A·|n_y|, A·|n_x| in voxel faces, so
    A = √(A_z² + A_y² + A_x²), where the sum of them is 1.5 A on average over orientations.
    Of a curved face this gives less than its area, at worst (a closed sphere) 1.5/√3 of it.

    faces : (m, 3), counts by direction; returns (m,) [m²]
    """
    return np.sqrt((faces**2).sum(axis=1)) * voxel_size**2


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
    shared = np.tile(faces[allowed].sum(axis=1), 2)
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
    return np.append(rank, -1).astype(np.int32)[region]
