"""Steady conduction between electrodes: conjugate gradients, stopped on the error of the answer."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh_tridiagonal

from electrochem.transport import fine_kernels as fine
from electrochem.transport.conductance import Network
from electrochem.transport.multigrid import Multigrid

_DRIFT = 1e-3
"""Once the residual has fallen to this share since it was last computed from the potential, it is
again: what single precision has left in the recurrence stays below the residual itself
(van der Vorst & Ye 2000)."""


_EARLY, _MARGIN = 8, 2.0
"""Until so many iterations the smallest Ritz value may still lie above the smallest eigenvalue:
the estimate is taken so much larger."""
_OUTSIDE, _RESTARTS = 0.05, 10
"""How far a potential may lie outside the electrodes', and how often the iterations are begun anew
from the residual as it is."""
_BEYOND = (
    "conduction was not solved: conductivities, or the heights of layers, differ by more than "
    "single precision tells apart; expected a contrast below 1e9"
)


@dataclass(frozen=True, eq=False)
class Solution:
    """Potentials between electrodes at 1 (below) and 0 (above).

    conductance : between the electrodes [conductivity × voxel length]; 0 where none joins them
    error_estimate : of the conductance, relative
    residual : ‖b − A x‖ over ‖b‖, that of no potential at all
    potential : (nz, ny, nx) float64
    """

    conductance: float
    iterations: int
    error_estimate: float
    residual: float
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


def _estimate(
    alignment: float, conductance: float, steps: list[float], ratios: list[float]
) -> float:
    """Relative error of the conductance, from rᵀBr.

    The dissipation exceeds the answer by the energy of the error, rᵀA⁻¹r ≤ rᵀBr / λ(BA).
    """
    error = alignment / (smallest_ritz_value(steps, ratios) * conductance)
    return error if len(steps) >= _EARLY else _MARGIN * error


def _with_ends(shape: tuple[int, int, int], kind: type) -> np.ndarray:
    """A vector of the finest grid, zero on the electrodes: `np.zeros` would get it in small pages,
    which take longer to touch than the iterations take to compute."""
    vector = np.empty(shape, kind)
    vector[0] = vector[-1] = 0
    return vector


def conduct(
    net: Network,
    heights: np.ndarray,
    tolerance: float,
    progress: Callable[[float, str], None] | None = None,
    most: int = 2000,
) -> Solution:
    """Solve for the potential until the estimated error of the conductance is below tolerance.

    heights : (nz,) of the layers [voxels]; tolerance : relative
    Raises ArithmeticError where `most` iterations do not reach it, or rounding keeps them from it.
    """
    multigrid = Multigrid(net)
    inverse = multigrid.inverse
    layers, rows, columns = inverse.shape
    shape = layers + 2, rows, columns
    x = _with_ends(shape, np.float64)
    # What hangs on one electrode, or on none, has its solution from the start: no flow.
    middle = np.cumsum(heights) - 0.5 * heights
    first = np.stack([np.zeros(layers), 1.0 - middle / heights.sum(), np.ones(layers)])
    fine.begin(multigrid.levels[0].parent, multigrid.hangs, first, x)
    if not multigrid.percolates:
        return Solution(0.0, 0, 0.0, 0.0, x[1:-1])
    residual, begun, correction, direction = (_with_ends(shape, np.float32) for _ in range(4))
    work, norms = np.empty(layers), np.empty(layers)
    inlet = net.z[0].astype(float)
    scale = float(np.linalg.norm(inlet))

    def recompute() -> tuple[float, float]:
        """The residual's square, and the dissipation of the trial field: the flow that enters,
        less what the cells' imbalances take up."""
        fine.imbalance(net, x, inverse, residual, begun, norms, work)
        return float(norms.sum()), float((inlet * (1.0 - x[1])).sum()) - float(work.sum())

    def precondition() -> float:
        multigrid.finish(residual, begun, correction, work)
        return float(work.sum())

    norm, conductance = recompute()
    known = norm
    alignment = precondition()
    direction[:] = correction
    steps: list[float] = []
    ratios: list[float] = []
    error, furthest, restarts = np.inf, 0.0, 0
    while True:
        # Rounding of the dissipation: below it, nothing is left to gain.
        while error > tolerance and alignment > 1e-16 * conductance:
            if len(steps) == most:
                raise ArithmeticError(
                    f"conduction has not converged in {most} iterations: error {error:.1e}"
                )
            fine.multiply(net, direction, begun, work)
            steps.append(alignment / float(work.sum()))
            fine.advance(x, residual, direction, begun, inverse, steps[-1], norms)
            norm = float(norms.sum())
            conductance -= steps[-1] * alignment
            if norm < _DRIFT**2 * known:
                norm, conductance = recompute()
                known = norm
            ratios.append(precondition() / alignment)
            alignment *= ratios[-1]
            if not (alignment >= 0.0 and steps[-1] > 0.0):
                raise ArithmeticError(_BEYOND)
            fine.turn(direction, correction, ratios[-1])
            error = _estimate(alignment, conductance, steps, ratios)
            if progress is not None:
                furthest = max(furthest, np.log(max(error, tolerance)) / np.log(tolerance))
                progress(float(np.clip(furthest, 0.0, 1.0)), f"iteration {len(steps)}")
        # What the recurrence says is held against the potential itself.
        norm, conductance = recompute()
        known = norm
        if not steps:
            break
        alignment = precondition()
        error = _estimate(alignment, conductance, steps, ratios)
        if not (alignment >= 0.0 and x.min() > -_OUTSIDE and x.max() < 1.0 + _OUTSIDE):
            raise ArithmeticError(_BEYOND)
        if error <= max(tolerance, 1e-13):
            break
        restarts += 1
        if restarts > _RESTARTS:
            raise ArithmeticError(_BEYOND)
        direction[:] = correction
    error = 0.0 if not steps else float(max(error, 1e-16))
    return Solution(conductance, len(steps), error, np.sqrt(norm) / scale, x[1:-1])
