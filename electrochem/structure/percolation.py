"""Connectivity of a phase: which of its clusters reach which planes of the coating."""

import numpy as np
from scipy.ndimage import label as label_clusters
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components


def clusters(
    phase: np.ndarray, periodic: bool | tuple[bool, bool], over_corners: bool = False
) -> np.ndarray:
    """Number the clusters of a phase that hang together over faces of voxels, or corners too.

    phase : (nz, ny, nx) bool; periodic : whether the in-plane directions are, both or (y, x)
    Returns (nz, ny, nx) int32, 0 outside the phase, clusters from 1.
    """
    structure = np.ones((3, 3, 3), bool) if over_corners else None
    number, count = label_clusters(phase, structure)
    along = periodic if isinstance(periodic, tuple) else (periodic, periodic)
    if not any(along) or count < 2:
        return number.astype(np.int32, copy=False)
    joins = []
    for first, last in _across_sides(number, along, over_corners):
        touch = (first > 0) & (last > 0)
        joins.append(np.stack([first[touch], last[touch]]))
    first, last = np.concatenate(joins, axis=1)
    graph = coo_array((np.ones(len(first), bool), (first, last)), shape=(count + 1, count + 1))
    # Cluster 0, outside the phase, joins nothing and keeps the first component number, 0.
    _, component = connected_components(graph, directed=False)
    return component.astype(np.int32)[number]


def _across_sides(number: np.ndarray, periodic: tuple[bool, bool], over_corners: bool):
    """Pairs of sheets of voxels that touch across the sides, over faces or corners too."""
    for axis in (1, 2):
        if not periodic[axis - 1]:
            continue
        first, last = np.take(number, 0, axis), np.take(number, -1, axis)
        if not over_corners:
            yield first.ravel(), last.ravel()
            continue
        for step in (-1, 0, 1):
            # Along the other side the sheets wrap; upwards they end.
            turned = np.roll(last, step, axis=1)
            yield first.ravel(), turned.ravel()
            yield first[1:].ravel(), turned[:-1].ravel()
            yield first[:-1].ravel(), turned[1:].ravel()


def touching(number: np.ndarray, *places: np.ndarray) -> np.ndarray:
    """(clusters + 1,) bool, the clusters that occur in any of the places; never 0, outside.

    number : (nz, ny, nx) int32, as `clusters` gives it; places : parts of it, such as a layer
    """
    found = np.zeros(int(number.max(initial=0)) + 1, bool)
    for place in places:
        found[place.ravel()] = True
    found[0] = False
    return found


def spanning(phase: np.ndarray, periodic: bool | tuple[bool, bool]) -> np.ndarray:
    """(nz, ny, nx) bool, the clusters of a phase that touch both the first and the last layer."""
    number = clusters(phase, periodic)
    return (touching(number, number[0]) & touching(number, number[-1]))[number]


def enclosed(phase: np.ndarray, periodic: bool) -> np.ndarray:
    """(nz, ny, nx) bool, the clusters of a phase that meet no side of the volume.

    In plane a periodic volume has no sides. What is cut by a side may go on beyond it.
    """
    number = clusters(phase, periodic)
    inner = ~touching(number, number[0], number[-1], *cut_sides(number, periodic))
    inner[0] = False
    return inner[number]


def cut_sides(field: np.ndarray, periodic: bool) -> list[np.ndarray]:
    """The four sides at which a volume (nz, ny, nx) is cut; none where they are periodic."""
    if periodic:
        return []
    return [field[:, 0], field[:, -1], field[:, :, 0], field[:, :, -1]]


def share_of(part: np.ndarray, phase: np.ndarray, weights: np.ndarray) -> float:
    """Volume share of a phase that lies in a part of it, layers weighted; 0 for an absent phase."""
    whole = float(weights @ phase.sum(axis=(1, 2)))
    return float(weights @ part.sum(axis=(1, 2))) / whole if whole > 0.0 else 0.0
