"""How the triangles of a mesh hang together: corners at one point, edges, pieces, volume."""

from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from dem.jit import njit


class EdgeFaults(NamedTuple):
    """Edges of a mesh that keep it from bounding a solid, by their number.

    open : of one triangle only; crowded : of more than two; turned : of two that face opposite ways
    """

    open: int
    crowded: int
    turned: int


def edge_faults(faces: np.ndarray) -> EdgeFaults:
    """Count the edges where a mesh is not closed, not simple, or not oriented one way."""
    start, end = faces.ravel(), np.roll(faces, -1, axis=1).ravel()
    corners = np.int64(faces.max(initial=0)) + 1
    ways = np.sort(start * corners + end)
    back = np.sort(end * corners + start)
    if np.array_equal(ways, back) and (ways[1:] != ways[:-1]).all():
        return EdgeFaults(0, 0, 0)
    edges = np.minimum(start, end) * corners + np.maximum(start, end)
    edge, count = np.unique(edges, return_counts=True)
    forward = np.bincount(np.searchsorted(edge, edges), start < end, len(edge))
    turned = (count == 2) & (forward != 1)
    return EdgeFaults(int((count == 1).sum()), int((count > 2).sum()), int(turned.sum()))


def signed_volume(points: np.ndarray, faces: np.ndarray) -> float:
    """Volume that the triangles enclose, positive where they face outwards."""
    first, second, third = (points[faces[:, i]] for i in range(3))
    return float(np.einsum("ij,ij->", first, np.cross(second, third)) / 6.0)


def area(points: np.ndarray, faces: np.ndarray) -> float:
    """Area of all triangles."""
    first, second, third = (points[faces[:, i]] for i in range(3))
    return float(0.5 * np.linalg.norm(np.cross(second - first, third - first), axis=1).sum())


def winding_at(point: np.ndarray, corners: np.ndarray) -> float:
    """How often triangles (s, 3, 3) wind around a point: 1 inside a closed surface, 0 outside.

    Source: van Oosterom & Strackee, IEEE Trans. Biomed. Eng. 30 (1983) 125, eq. 8.
    """
    a, b, c = (corners[:, i] - point for i in range(3))
    la, lb, lc = (np.linalg.norm(side, axis=1) for side in (a, b, c))
    triple = np.einsum("ij,ij->i", a, np.cross(b, c))
    dots = [np.einsum("ij,ij->i", u, v) for u, v in ((a, b), (b, c), (c, a))]
    below = la * lb * lc + dots[0] * lc + dots[1] * la + dots[2] * lb
    return float(np.arctan2(triple, below).sum() / (2.0 * np.pi))


def joined(points: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Corners that lie at exactly one point made one; triangles without three corners dropped."""
    # Adding zero makes −0.0 the 0.0 that it equals.
    points = np.ascontiguousarray(points, dtype=np.float64) + 0.0
    number, first = _numbered(points)
    faces = number[faces]
    a, b, c = faces.T
    return points[first], faces[(a != b) & (b != c) & (c != a)]


@njit
def _numbered(points):
    """Number of each point among the different ones, and the first point of each number."""
    bits = points.view(np.int64)
    size = 1
    while size < 2 * len(points):
        size *= 2
    table = np.full(size, -1, dtype=np.int64)
    number = np.empty(len(points), dtype=np.int64)
    first = np.empty(len(points), dtype=np.int64)
    found = 0
    for p in range(len(points)):
        mixed = np.uint64(1469598103934665603)
        for axis in range(3):
            mixed = (mixed ^ np.uint64(bits[p, axis])) * np.uint64(0x9E3779B97F4A7C15)
            mixed ^= mixed >> np.uint64(29)
        slot = np.int64(mixed & np.uint64(size - 1))
        while True:
            held = table[slot]
            if held < 0:
                table[slot] = found
                first[found] = p
                number[p] = found
                found += 1
                break
            q = first[held]
            if bits[q, 0] == bits[p, 0] and bits[q, 1] == bits[p, 1] and bits[q, 2] == bits[p, 2]:
                number[p] = held
                break
            slot = (slot + 1) & (size - 1)
    return number, first[:found]


def pieces(faces: np.ndarray) -> np.ndarray:
    """Number, 0 … n−1 in the order of the triangles, of the connected piece each triangle is of.

    Pieces hang together by edges: what only touches at a corner is apart.
    """
    start, end = faces.ravel(), np.roll(faces, -1, axis=1).ravel()
    corners = np.int64(faces.max(initial=0)) + 1
    edges = np.minimum(start, end) * corners + np.maximum(start, end)
    order = np.argsort(edges, kind="stable")
    same = np.flatnonzero(edges[order[1:]] == edges[order[:-1]])
    pairs = order[same] // 3, order[same + 1] // 3
    graph = coo_array((np.ones(len(same), dtype=np.int8), pairs), shape=(len(faces),) * 2)
    _, piece = connected_components(graph, directed=False)
    return piece.astype(np.int64)
