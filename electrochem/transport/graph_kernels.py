"""Kernels of the coarse levels: graphs of aggregates, smoothed plane by plane."""

from typing import NamedTuple

import numpy as np

from dem.jit import njit, prange


class Graph(NamedTuple):
    """n aggregates of cells and the conductances between them, sorted by plane of blocks.

    start : (n+1,) int64, each aggregate's slice of `neighbour` and `conductance`
    neighbour : int32, the aggregate at the other end; conductance : (edges,) float32
    total : (n,) float32, sum of the conductances, those to the electrodes included
    plane : (planes+1,) int64, each plane's slice of the aggregates
    x, b : (n,) float32, correction and right-hand side
    """

    start: np.ndarray
    neighbour: np.ndarray
    conductance: np.ndarray
    total: np.ndarray
    plane: np.ndarray
    x: np.ndarray
    b: np.ndarray


def graph_of(start, neighbour, conductance, ground, plane) -> Graph:
    """The graph with these edges; ground : (n,) float32, conductance to the electrodes."""
    total = np.empty(len(ground), np.float32)
    _totals(start, conductance, ground, total)
    x, b = np.zeros_like(total), np.zeros_like(total)
    return Graph(start, neighbour, conductance, total, plane, x, b)


@njit
def _totals(start, conductance, ground, total):
    for a in range(total.shape[0]):
        of_one = np.float64(ground[a])
        for edge in range(start[a], start[a + 1]):
            of_one += conductance[edge]
        total[a] = of_one


@njit
def _relax_one(graph, a):
    inflow = graph.b[a]
    for edge in range(graph.start[a], graph.start[a + 1]):
        inflow += graph.conductance[edge] * graph.x[graph.neighbour[edge]]
    graph.x[a] = inflow / graph.total[a]


@njit(parallel=True)
def relax(graph, colour, backward):
    """Gauss–Seidel on every second plane, in order or in reverse; those planes never touch."""
    for half in prange((graph.plane.shape[0] - colour) // 2):
        first, end = graph.plane[2 * half + colour], graph.plane[2 * half + colour + 1]
        if backward:
            for a in range(end - 1, first - 1, -1):
                _relax_one(graph, a)
        else:
            for a in range(first, end):
                _relax_one(graph, a)


@njit(parallel=True)
def restrict(graph, parent, coarse_plane, coarse_b):
    """coarse_b = sum of the residuals over each parent."""
    planes = graph.plane.shape[0] - 1
    for block in prange(coarse_plane.shape[0] - 1):
        coarse_b[coarse_plane[block] : coarse_plane[block + 1]] = 0.0
        for a in range(graph.plane[2 * block], graph.plane[min(2 * block + 2, planes)]):
            residual = graph.b[a] - graph.total[a] * graph.x[a]
            for edge in range(graph.start[a], graph.start[a + 1]):
                residual += graph.conductance[edge] * graph.x[graph.neighbour[edge]]
            coarse_b[parent[a]] += residual
