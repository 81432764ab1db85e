"""Conjugate gradients preconditioned by a multigrid cycle, stopped on the error of the answer."""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass

import numba
import numpy as np
from scipy.linalg import eigh_tridiagonal
from scipy.sparse import csr_array, diags_array
from scipy.sparse.linalg import splu

from electrochem.transport import fine_kernels as fine
from electrochem.transport import graph_kernels as graphs
from electrochem.transport.aggregates import first_level, next_level
from electrochem.transport.conductance import Network

SMALL = 20_000
"""Graphs of fewer aggregates run on one thread: waking the others takes longer."""

DIRECT = 600
"""A graph of at most so many aggregates is solved directly."""


class Multigrid:
    """The preconditioner: one symmetric V-cycle over the cells and their aggregates."""

    def __init__(self, net: Network, conductivity: np.ndarray):
        self.net = net
        self.levels = [first_level(net, conductivity)]
        while len(self.levels[-1].ground) > DIRECT and max(self.levels[-1].shape) > 1:
            self.levels.append(next_level(self.levels[-1]))
        coarsest = self.levels[-1].graph
        n = len(coarsest.total)
        # A copy: SciPy sorts the arrays it is given in place.
        edges = coarsest.conductance, coarsest.neighbour, coarsest.start
        off = csr_array(edges, shape=(n, n), copy=True)
        self.coarsest = splu((diags_array(coarsest.total) - off).tocsc())

    def apply(self, residual: np.ndarray, out: np.ndarray) -> None:
        """out ≈ A⁻¹ residual, both (nz+2, ny, nx)."""
        net, first = self.net, self.levels[0]
        out[:] = 0.0
        fine.relax(net, out, residual, 0, False)
        fine.relax(net, out, residual, 1, False)
        graph = first.graph
        fine.restrict(net, out, residual, first.parent, graph.plane, graph.b, not net.seam)
        self._cycle(0)
        fine.prolong(graph.x, first.parent, out)
        fine.relax(net, out, residual, 1, True)
        fine.relax(net, out, residual, 0, True)

    def _cycle(self, depth: int) -> None:
        graph = self.levels[depth].graph
        if depth + 1 == len(self.levels):
            graph.x[:] = self.coarsest.solve(graph.b)
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


@dataclass(frozen=True, eq=False)
class Solution:
    """Steady conduction between electrodes at potentials 1 (below) and 0 (above).

    conductance : between the electrodes [conductivity × voxel length]
    error_estimate : of the conductance, relative
    potential : (nz, ny, nx)
    """

    conductance: float
    iterations: int
    error_estimate: float
    potential: np.ndarray


def smallest_ritz_value(steps: list[float], ratios: list[float]) -> float:
    """Smallest eigenvalue of the preconditioned operator that the iterations have seen so far.

    The steps α and ratios β of conjugate gradients are the Lanczos matrix (Saad 2003, eq. 6.82).
    """
    alpha, beta = np.array(steps), np.array(ratios[: len(steps) - 1])
    diagonal = 1.0 / alpha
    diagonal[1:] += beta / alpha[:-1]
    off = np.sqrt(beta) / alpha[:-1]
    return float(
        eigh_tridiagonal(diagonal, off, eigvals_only=True, select="i", select_range=(0, 0))[0]
    )


def conduct(
    net: Network,
    conductivity: np.ndarray,
    heights: np.ndarray,
    tolerance: float,
    progress: Callable[[float, str], None] | None = None,
    most: int = 2000,
) -> Solution:
    """Solve for the potential until the estimated error of the conductance is below tolerance.

    conductivity : (n,) by class; heights : (nz,) of the layers [voxels]; tolerance : relative
    Raises ArithmeticError where `most` iterations do not reach it.
    """
    multigrid = Multigrid(net, conductivity)
    work = np.empty(len(heights))
    middle = np.cumsum(heights) - 0.5 * heights
    conducting = net.classes[1:-1, 1:-1, 1:-1] != 0
    x = fine.zeros_like_cells(net)
    x[1:-1] = (1.0 - middle / heights.sum())[:, None, None] * conducting
    residual, q = np.zeros_like(x), np.zeros_like(x)
    inside = (slice(1, -1), slice(1, -1))
    inlet = net.tables[net.across[0]][net.classes[0][inside], net.classes[1][inside]]
    residual[1] = inlet
    fine.apply(net, x, q, work)
    fine.add(residual, -1.0, q, 1.0)

    def dot(a, b) -> float:
        fine.dot(a, b, work)
        return float(work.sum())

    def dissipation() -> float:
        # Of the trial field: the flow that enters, less what the cells' imbalances take up.
        return float((inlet * (1.0 - x[1])).sum()) - dot(residual, x)

    multigrid.apply(residual, q)
    direction = q.copy()
    alignment = dot(residual, q)
    conductance = dissipation()
    steps: list[float] = []
    ratios: list[float] = []
    error, furthest = np.inf, 0.0
    # Rounding of the dissipation: below it, nothing is left to gain.
    while error > tolerance and alignment > 1e-16 * conductance:
        if len(steps) == most:
            raise ArithmeticError(
                f"conduction has not converged in {most} iterations: error {error:.1e}"
            )
        fine.apply(net, direction, q, work)
        steps.append(alignment / float(work.sum()))
        fine.add(x, steps[-1], direction, 1.0)
        fine.add(residual, -steps[-1], q, 1.0)
        conductance -= steps[-1] * alignment
        multigrid.apply(residual, q)
        ratios.append(dot(residual, q) / alignment)
        alignment *= ratios[-1]
        fine.add(direction, 1.0, q, ratios[-1])
        # The dissipation exceeds the answer by the energy of the error, rᵀA⁻¹r ≤ rᵀBr / λ(BA).
        error = alignment / (smallest_ritz_value(steps, ratios) * conductance)
        if progress is not None:
            furthest = max(furthest, np.log(max(error, tolerance)) / np.log(tolerance))
            progress(float(np.clip(furthest, 0.0, 1.0)), f"iteration {len(steps)}")
    error = 0.0 if not steps else float(max(error, 1e-16))
    return Solution(dissipation(), len(steps), error, x[1:-1])
