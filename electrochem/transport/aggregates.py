"""Coarse levels: cells joined to aggregates that never bridge what barely conducts.

Blocks of 2 × 2 × 2 alone would join two strands that pass through one block without touching, or
binder and active material a thousand times less conductive: on thin networks the coarse grid then
answers another question. So a block holds one aggregate for each of its strongly connected parts.
"""

from dataclasses import dataclass

import numpy as np

from electrochem.transport import assembly_kernels as kernels
from electrochem.transport.conductance import Network
from electrochem.transport.graph_kernels import Graph, graph_of

STRONG = 0.1
"""A face joins two aggregates from this share of the largest conductance of either."""

HANGS = ELSEWHERE, SPANS, BELOW = 0, 1, 2
"""A cluster on both electrodes, on the lower one alone, on the upper one or none."""


@dataclass(frozen=True, eq=False)
class Level:
    """A graph and where it comes from.

    parent : of the finer level, which aggregate each member went to; (nz, ny, nx) int32 on the
        finest grid, −1 where nothing conducts, else (n,) int32
    ground : (n,) float32, conductance to the electrodes
    block : (n, 3) int32, the block each aggregate lies in; shape : blocks along each axis
    """

    graph: Graph
    parent: np.ndarray
    ground: np.ndarray
    block: np.ndarray
    shape: tuple[int, int, int]


def first_level(net: Network, inverse: np.ndarray, strongest: np.ndarray) -> Level:
    """Aggregates of the cells themselves.

    inverse, strongest : (nz, ny, nx), as `fine_kernels.weigh` leaves them
    """
    cells = inverse.shape
    shape = tuple((n + 1) // 2 for n in cells)
    parent = np.full(cells, -1, np.int32)
    counts = np.zeros(shape[0], np.int64)
    kernels.split_blocks(net, inverse, strongest, np.float32(STRONG), parent, counts)
    plane = np.append(0, np.cumsum(counts))

    count = int(plane[-1])
    block, halves = np.zeros((count, 3), np.int32), np.zeros(count, np.uint8)
    kernels.number(parent, plane[:-1], block, halves)
    # Never filled, and so never real memory, but for what a plane's edges need.
    neighbour = np.empty(kernels.MOST_FACES * count, np.int32)
    conductance = np.empty(kernels.MOST_FACES * count, np.float32)
    ground, end = np.zeros(count, np.float32), np.empty(count, np.int64)
    kernels.gather_faces(net, parent, halves, plane, neighbour, conductance, ground, end)
    held = counts > 0
    edges = int((end[plane[1:][held] - 1] - kernels.MOST_FACES * plane[:-1][held]).sum())
    start = np.zeros(count + 1, np.int64)
    neighbours, conductances = np.empty(edges, np.int32), np.empty(edges, np.float32)
    kernels.close_gaps(plane, end, neighbour, conductance, start, neighbours, conductances)
    graph = graph_of(start, neighbours, conductances, ground, plane)
    return Level(graph, parent, ground, block, shape)


def clusters_between(net: Network, level: Level) -> np.ndarray:
    """Where the cluster of each aggregate of the cells hangs: (n,) uint8, one of HANGS.

    What hangs on no electrode gets a conductance to them: its equations, whose right-hand side is
    zero, would have no single solution.
    """
    graph, parent = level.graph, level.parent
    cluster = np.empty(len(level.ground), np.int64)
    kernels.connect(graph.start, graph.neighbour, cluster)
    below, above = np.zeros((2, len(cluster)), bool)
    below[cluster[parent[0][net.z[0] > 0.0]]] = True
    above[cluster[parent[-1][net.z[-1] > 0.0]]] = True
    hangs = np.where(below & above, SPANS, np.where(below, BELOW, ELSEWHERE)).astype(np.uint8)
    floats = ~(below | above)[cluster]
    alone = np.where(graph.total > 0.0, graph.total, np.float32(1.0))[floats]
    level.ground[floats] += alone
    graph.total[floats] += alone
    return hangs[cluster]


def next_level(level: Level, strong: float) -> Level:
    """Aggregates of aggregates; strong : share of the largest conductance of either that joins."""
    graph, count = level.graph, len(level.ground)
    shape = tuple((n + 1) // 2 for n in level.shape)
    edges = graph.start, graph.neighbour, graph.conductance
    joined, parent = np.empty(count, np.int64), np.empty(count, np.int32)
    kernels.join_aggregates(*edges, level.block, np.float32(strong), joined)
    key = np.ravel_multi_index((level.block // 2).T, shape)
    block, halves = np.empty((count, 3), np.int32), np.empty(count, np.uint8)
    order = np.argsort(key, kind="stable")
    parts = kernels.number_parts(order, level.block, joined, parent, block, halves)
    block, halves = block[:parts].copy(), halves[:parts].copy()

    children = np.argsort(parent, kind="stable")
    first = np.append(0, np.cumsum(np.bincount(parent, minlength=parts)))
    start, ground = np.zeros(parts + 1, np.int64), np.zeros(parts, np.float32)
    neighbour = np.empty(len(graph.neighbour), np.int32)
    conductance = np.empty(len(graph.neighbour), np.float32)
    out = start, neighbour, conductance, ground
    kernels.gather_edges(edges, level.block, level.ground, parent, halves, children, first, out)
    neighbour, conductance = neighbour[: start[-1]].copy(), conductance[: start[-1]].copy()
    plane = np.searchsorted(block[:, 0], np.arange(shape[0] + 1)).astype(np.int64)
    coarse = graph_of(start, neighbour, conductance, ground, plane)
    return Level(coarse, parent, ground, block, shape)
