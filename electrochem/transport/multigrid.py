"""A multigrid cycle over the cells and their aggregates, to precondition conjugate gradients."""

from contextlib import contextmanager

import numba
import numpy as np
from scipy.sparse import csr_array, diags_array
from scipy.sparse.linalg import splu

from electrochem.transport import fine_kernels as fine
from electrochem.transport import graph_kernels as graphs
from electrochem.transport.aggregates import (
    SPANS,
    STRONG,
    clusters_between,
    first_level,
    next_level,
)
from electrochem.transport.conductance import Network

SMALL = 20_000
"""Graphs of fewer aggregates run on one thread: waking the others takes longer."""

DIRECT = 600
"""A graph of at most so many aggregates is solved directly."""
_STALLED = 0.6
"""Share of the aggregates from which a level counts as no coarser: then weaker faces join, too."""


class Multigrid:
    """One symmetric V-cycle: Jacobi on the cells, Gauss–Seidel on the graphs, LU on the coarsest.

    inverse : (nz, ny, nx) float32, damped inverse of each cell's total conductance
    hangs : by aggregate of the cells, as `clusters_between` has it
    """

    def __init__(self, net: Network):
        self.net = net
        self.inverse = np.empty(net.y.shape, np.float32)
        strongest = np.empty(net.y.shape, np.float32)
        fine.weigh(net, self.inverse, strongest)
        self.levels = [first_level(net, self.inverse, strongest)]
        self.hangs = clusters_between(net, self.levels[0])
        self.coarsest = None
        if not self.percolates:
            return
        del strongest
        self._coarsen()

    @property
    def percolates(self) -> bool:
        """Whether any cluster joins the electrodes."""
        return bool((self.hangs == SPANS).any())

    def _coarsen(self) -> None:
        """Build the levels up to one that is solved directly."""
        strong = STRONG
        while len(self.levels[-1].ground) > DIRECT and max(self.levels[-1].shape) > 1:
            members = len(self.levels[-1].ground)
            level = next_level(self.levels[-1], strong)
            if len(level.ground) > _STALLED * members:
                strong *= STRONG
            self.levels.append(level)
        coarsest = self.levels[-1].graph
        n = len(coarsest.total)
        # A copy: SciPy sorts the arrays it is given in place.
        edges = coarsest.conductance.astype(float), coarsest.neighbour, coarsest.start
        off = csr_array(edges, shape=(n, n), copy=True)
        ground = self.levels[-1].ground.astype(float)
        self.coarsest = splu((diags_array(ground + off.sum(axis=1)) - off).tocsc())

    def finish(self, residual: np.ndarray, begun: np.ndarray, out: np.ndarray, work) -> None:
        """out ≈ A⁻¹ residual, all (nz+2, ny, nx); begun : `inverse` · residual, changed.

        work : (nz,), gets each layer's share of outᵀ residual
        """
        net, first = self.net, self.levels[0]
        graph = first.graph
        fine.restrict(net, begun, residual, first.parent, graph.plane, graph.b)
        self._cycle(0)
        fine.prolong(graph.x, first.parent, begun)
        fine.smooth(net, self.inverse, begun, residual, out, work)

    def _cycle(self, depth: int) -> None:
        graph = self.levels[depth].graph
        if depth + 1 == len(self.levels):
            graph.x[:] = self.coarsest.solve(graph.b.astype(float))
            return
        coarse, parent = self.levels[depth + 1].graph, self.levels[depth + 1].parent
        with _threads_for(len(graph.x)):
            graph.x[:] = 0.0
            graphs.relax(graph, 0, False)
            graphs.relax(graph, 1, False)
            graphs.restrict(graph, parent, coarse.plane, coarse.b)
            self._cycle(depth + 1)
            graph.x[:] += coarse.x[parent]
            graphs.relax(graph, 1, True)
            graphs.relax(graph, 0, True)


@contextmanager
def _threads_for(members: int):
    """One thread while small graphs are worked on."""
    threads = numba.get_num_threads()
    if members <= SMALL:
        numba.set_num_threads(1)
    try:
        yield
    finally:
        numba.set_num_threads(threads)
