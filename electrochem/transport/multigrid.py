"""Conjugate gradients preconditioned by a multigrid cycle, stopped on the error of the answer."""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass

import numba
import numpy as np

from electrochem.transport import coarse_kernels as coarse
from electrochem.transport import fine_kernels as fine
from electrochem.transport.conductance import Network

SMALL = 32**3
"""Grids of fewer cells run on one thread: waking the others takes longer."""


def build_levels(net: Network, periodic: bool) -> list[coarse.Level]:
    """Coarse grids of 2 × 2 × 2 blocks, down to one block between the electrodes."""
    levels: list[coarse.Level] = []
    shape = tuple(n - 2 for n in net.classes.shape)
    while max(shape) > 1:
        shares = np.array([0.5 if n > 1 else 1.0 for n in shape])
        shape = tuple((n + 1) // 2 for n in shape)
        odd = any(n > 1 and n % 2 == 1 for n in shape[1:])
        level = coarse.empty_level(*shape, seam=periodic and odd)
        into = (level.across, level.along, level.beside, shares)
        if levels:
            coarse.coarsen(levels[-1], *into)
        else:
            fine.first_coarsening(net, *into)
        # A block that a periodic direction has come down to would be its own neighbour.
        if shape[1] == 1:
            level.along[:] = 0.0
        if shape[2] == 1:
            level.beside[:] = 0.0
        levels.append(level)
    return levels


@contextmanager
def _threads_for(cells: int):
    """One thread while small grids are worked on."""
    threads = numba.get_num_threads()
    if cells <= SMALL:
        numba.set_num_threads(1)
    try:
        yield
    finally:
        numba.set_num_threads(threads)


def _coarse_cycle(levels: list[coarse.Level], depth: int) -> None:
    level = levels[depth]
    with _threads_for(level.x.size):
        level.x[:] = 0.0
        coarse.relax(level, 0, False)
        coarse.relax(level, 1, False)
        if depth + 1 < len(levels):
            coarse.restrict(level, levels[depth + 1].b, not level.seam)
            _coarse_cycle(levels, depth + 1)
            coarse.prolong(levels[depth + 1].x, level.x)
        coarse.relax(level, 1, True)
        coarse.relax(level, 0, True)


def precondition(net: Network, levels: list[coarse.Level], residual, out) -> None:
    """out ≈ A⁻¹ residual: one symmetric V-cycle."""
    out[:] = 0.0
    fine.relax(net, out, residual, 0, False)
    fine.relax(net, out, residual, 1, False)
    if levels:
        fine.restrict(net, out, residual, levels[0].b, not net.seam)
        _coarse_cycle(levels, 0)
        coarse.prolong(levels[0].x, out)
    fine.relax(net, out, residual, 1, True)
    fine.relax(net, out, residual, 0, True)


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


def remaining_error(decreases: list[float], window: int = 3) -> float:
    """Estimate of what the steps of conjugate gradients to come will still take off the energy.

    Each step lowers the dissipation by αrᵀz (Hestenes & Stiefel 1952; Strakoš & Tichý 2002): the
    answer's error is the sum of those to come, extrapolated here as a geometric series whose ratio
    is the slower of the last two windows of steps.
    """
    if len(decreases) < 2 * window:
        return np.inf
    last, previous = sum(decreases[-window:]), sum(decreases[-2 * window : -window])
    if last == 0.0:
        return 0.0
    ratio = last / previous
    return last * ratio / (1.0 - ratio) if ratio < 1.0 else np.inf


def conduct(
    net: Network,
    heights: np.ndarray,
    periodic: bool,
    tolerance: float,
    progress: Callable[[float, str], None] | None = None,
    most: int = 2000,
) -> Solution:
    """Solve for the potential until the estimated error of the conductance is below tolerance.

    heights : (nz,) of the layers [voxels]; tolerance : relative
    Raises ArithmeticError where `most` iterations do not reach it.
    """
    levels = build_levels(net, periodic)
    work = np.empty(len(heights))
    middle = np.cumsum(heights) - 0.5 * heights
    conducting = net.classes[1:-1, 1:-1, 1:-1] != 0
    x = fine.zeros_like_cells(net)
    x[1:-1] = (1.0 - middle / heights.sum())[:, None, None] * conducting
    residual, q = np.zeros_like(x), np.zeros_like(x)
    fine.inlet(net, residual)
    inlet_layer = residual[1].copy()
    fine.apply(net, x, q, work)
    fine.add(residual, -1.0, q, 1.0)

    def dot(a, b) -> float:
        fine.dot(a, b, work)
        return float(work.sum())

    def dissipation() -> float:
        # Of the trial field: the flow that enters, less what the cells' imbalances take up.
        return float((inlet_layer * (1.0 - x[1])).sum()) - dot(residual, x)

    precondition(net, levels, residual, q)
    direction = q.copy()
    alignment = dot(residual, q)
    conductance = dissipation()
    decreases: list[float] = []
    error = 0.0 if alignment <= 0.0 else np.inf
    goal = None
    while error > tolerance:
        if len(decreases) == most:
            raise ArithmeticError(
                f"conduction has not converged in {most} iterations: error {error:.1e}"
            )
        fine.apply(net, direction, q, work)
        step = alignment / float(work.sum())
        fine.add(x, step, direction, 1.0)
        fine.add(residual, -step, q, 1.0)
        decreases.append(step * alignment)
        conductance -= decreases[-1]
        precondition(net, levels, residual, q)
        before, alignment = alignment, dot(residual, q)
        fine.add(direction, 1.0, q, alignment / before)
        error = remaining_error(decreases) / conductance
        if alignment <= 0.0 or decreases[-1] <= 1e-16 * conductance:
            error = min(error, 1e-16)
        if progress is not None:
            if goal is None and np.isfinite(error):
                goal = np.log(max(error, 2 * tolerance))
            done = (
                0.0
                if goal is None
                else 1 - np.log(max(error, tolerance) / tolerance) / (goal - np.log(tolerance))
            )
            progress(float(np.clip(done, 0.0, 1.0)), f"iteration {len(decreases)}")
    return Solution(dissipation(), len(decreases), float(error), x[1:-1])
