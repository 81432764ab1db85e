"""Coarse levels: cells joined to aggregates that never bridge what barely conducts.

Blocks of 2 × 2 × 2 alone would join two strands that pass through one block without touching, or
binder and active material a thousand times less conductive: on thin networks the coarse grid then
answers another question. So a block holds one aggregate for each of its strongly connected parts.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from electrochem.transport import assembly_kernels as kernels
from electrochem.transport.conductance import Network
from electrochem.transport.graph_kernels import Graph

STRONG = 0.1
"""A face joins two aggregates from this share of the largest conductance of either."""


@dataclass(frozen=True, eq=False)
class Level:
    """A graph and where it comes from.

    parent : of the finer level, which aggregate each member went to; (nz, ny, nx) int32 on the
        finest grid, −1 where nothing conducts, else (n,) int32
    block : (n, 3) int64, the block each aggregate lies in; shape : blocks along each axis
    """

    graph: Graph
    parent: np.ndarray
    ground: np.ndarray
    block: np.ndarray
    shape: tuple[int, int, int]


def _graph(start, neighbour, conductance, ground, plane_of, planes) -> Graph:
    count = len(ground)
    owner = np.repeat(np.arange(count), np.diff(start))
    return Graph(
        start=start.astype(np.int64),
        neighbour=neighbour.astype(np.int32),
        conductance=conductance,
        total=ground + np.bincount(owner, conductance, count),
        plane=np.searchsorted(plane_of, np.arange(planes + 1)).astype(np.int64),
        x=np.zeros(count),
        b=np.zeros(count),
    )


def first_level(net: Network, conductivity: np.ndarray) -> Level:
    """Aggregates of the cells themselves."""
    cells = tuple(n - 2 for n in net.classes.shape)
    shape = tuple((n + 1) // 2 for n in cells)
    smaller = np.minimum.outer(conductivity, conductivity)
    larger = np.maximum.outer(conductivity, conductivity)
    alike = (smaller > 0.0) & (smaller >= STRONG * larger)
    parent = np.full(cells, -1, np.int32)
    counts = np.zeros(shape[0], np.int64)
    kernels.split_blocks(net, alike, parent, counts)
    before = (np.cumsum(counts) - counts).astype(np.int32)
    parent += np.where(parent >= 0, np.repeat(before, 2)[: cells[0], None, None], np.int32(0))

    count = int(counts.sum())
    start, degree = np.zeros(count + 1, np.int64), np.zeros(count, np.int64)
    ground, block = np.zeros(count), np.zeros((count, 3), np.int32)
    halves = np.zeros(count, np.uint8)
    neighbour, conductance = np.zeros(0, np.int32), np.zeros(0)
    for _ in ("count", "fill"):
        kernels.join_blocks(
            net,
            parent,
            start,
            neighbour,
            conductance,
            degree,
            ground,
            block,
            halves,
        )
        start[1:] = np.cumsum(degree)
        if len(neighbour) == 0:
            neighbour, conductance = np.zeros(start[-1], np.int32), np.zeros(start[-1])
    graph = _graph(start, neighbour, conductance, ground, block[:, 0], shape[0])
    return Level(graph, parent, ground, block, shape)


def next_level(level: Level) -> Level:
    """Aggregates of aggregates."""
    graph, count = level.graph, len(level.ground)
    owner = np.repeat(np.arange(count), np.diff(graph.start))
    other, conductance = graph.neighbour, graph.conductance
    strongest = np.zeros(count)
    np.maximum.at(strongest, owner, conductance)

    shape = tuple((n + 1) // 2 for n in level.shape)
    block = level.block // 2
    apart = block[owner] != block[other]
    together = ~apart.any(axis=1)
    strong = together & (conductance >= STRONG * np.maximum(strongest[owner], strongest[other]))
    links = coo_array((np.ones(strong.sum(), bool), (owner[strong], other[strong])), (count, count))
    parts, part = connected_components(links, directed=False)
    flat = np.ravel_multi_index(block.T, shape)
    key, first, parent = np.unique(flat * parts + part, return_index=True, return_inverse=True)

    half = level.block & 1
    halves = np.zeros((2, len(key), 3), bool)
    for side in (0, 1):
        for axis in range(3):
            halves[side, parent[half[:, axis] == side], axis] = True
    span = 1.0 + halves.all(axis=0)
    # Faces join blocks along one axis only, or parts of one block along none that is known.
    away = level.block[owner] != level.block[other]
    axis = away.argmax(axis=1)
    longer = 0.5 * (span[parent[owner], axis] + span[parent[other], axis])
    share = np.where(away.any(axis=1), 1.0 / longer, 1.0)
    outer = parent[owner] != parent[other]
    joined = coo_array(
        ((conductance * share)[outer], (parent[owner][outer], parent[other][outer])),
        shape=(len(key), len(key)),
    ).tocsr()
    joined.sort_indices()
    ground = np.bincount(parent, level.ground, len(key)) / span[:, 0]
    block = block[first]
    coarse = _graph(joined.indptr, joined.indices, joined.data, ground, block[:, 0], shape[0])
    return Level(coarse, parent.astype(np.int32), ground, block, shape)
