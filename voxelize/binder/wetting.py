"""Capillary growth: the domain gathers at contacts and necks, its menisci at a contact angle.

Threshold dynamics of three phases (Esedoḡlu & Otto 2015; on solids Xu, Wang & Wang 2017): with
χ the indicators of domain, pore and solid and G a Gaussian, the cells of highest
φ = G ∗ (χ_domain − χ_pore + cos θ χ_solid) become domain. Each such step lowers the surface
energy γ (A_domain,pore − cos θ A_domain,solid) at constant volume, so menisci tend to one
curvature and meet solids at θ (Young). Curvatures sharper than the Gaussian are not resolved.

Between the steps a cell at the meniscus holds the share of domain that a flat meniscus there would
give it: whole cells would pin menisci to the lattice (a cap at θ = 40° stayed at 56°).
"""

from collections.abc import Callable

import numpy as np

from dem.jit import njit, prange, threads_for
from voxelize.binder.amount import DOMAIN, FORMER, WALL, bounds, take_highest, weight_by_score
from voxelize.binder.smooth import CELLS_A_ROW, gaussian, smoothed

WIDTH = 2.0
"""Standard deviation of the Gaussian [voxels]."""
GROWTH_STEPS, RELAXATION_STEPS = 12, 24
"""A step moves a meniscus by σ²/2 × its curvature's difference from the rest's, so 24 of them
settle it within some ten voxels; between them only the necks' shares of the whole still change."""
_LEVELS = 250
"""Shares of domain are kept in steps of 1/250, a byte a cell; higher codes are the other solids."""
_WALL, _FORMER = 254, 255
_BINS = 1 << 12


def condense(
    state: np.ndarray,
    weights: np.ndarray,
    amount: float,
    contact_angle: float,
    seed: int,
    periodic: bool,
    progress: Callable[[float, str], None] = lambda share, note: None,
    growth_steps: int = GROWTH_STEPS,
    relaxation_steps: int = RELAXATION_STEPS,
) -> float:
    """Grow the domain, narrowest places first, then let its menisci come to rest.

    state : as in `amount`, changed; without growth steps the domain in it is the start
    amount : of `weights`; returns what was placed
    """
    steps = growth_steps + relaxation_steps
    share = shares(state)
    for step in range(steps):
        due = amount * min(1.0, (step + 1) / max(growth_steps, 1))
        score = potential(share, contact_angle, periodic)
        if step + 1 < steps:
            relax(score, state, weights, due, share)
        progress((step + 1) / steps, "growing the binder at necks")
    return take_highest(score, state, weights, amount, seed)


def shares(state: np.ndarray) -> np.ndarray:
    """Share of domain in each cell as a byte; solids have codes of their own."""
    of_state = np.zeros(5, np.uint8)
    of_state[[DOMAIN, WALL, FORMER]] = _LEVELS, _WALL, _FORMER
    return of_state[state]


def potential(share: np.ndarray, contact_angle: float, periodic: bool) -> np.ndarray:
    """φ of the cells, (nz, ny, nx) float32."""
    value = np.empty(256, np.float32)
    value[: _LEVELS + 1] = np.linspace(-1.0, 1.0, _LEVELS + 1)
    value[_WALL] = np.cos(contact_angle)
    value[_FORMER] = 1.0
    return smoothed(share, value, gaussian(WIDTH), periodic)


def relax(
    score: np.ndarray, state: np.ndarray, weights: np.ndarray, amount: float, share: np.ndarray
) -> None:
    """Move the menisci to the level of φ that encloses the amount; `share` is changed."""
    low, high = bounds(score, state)
    if not low <= high:
        return
    scale = np.float32(_BINS - 1) / max(high - low, np.float32(1e-30))
    weight = weight_by_score(score, state, weights, low, scale, _BINS)
    middle = low + (np.arange(_BINS) + 0.5) / float(scale)
    # φ changes by 2 / (√(2π) σ) across a cell at a flat meniscus.
    steepness = np.sqrt(0.5 * np.pi) * WIDTH

    def held(level):
        return float(weight @ np.clip(0.5 + steepness * (middle - level), 0.0, 1.0))

    below, above = float(low) - 1.0, float(high) + 1.0
    for _ in range(40):
        level = 0.5 * (below + above)
        below, above = (level, above) if held(level) > amount else (below, level)
    with threads_for(share.size // CELLS_A_ROW):
        _share(score, state, np.float32(level), np.float32(steepness), share)


@njit
def _share_layer(score, state, level, steepness, share, k):
    for j in range(score.shape[1]):
        for i in range(score.shape[2]):
            if state[k, j, i] <= 1:
                part = np.float32(0.5) + steepness * (score[k, j, i] - level)
                part = min(max(part, np.float32(0.0)), np.float32(1.0))
                share[k, j, i] = np.uint8(part * np.float32(250.0) + np.float32(0.5))


@njit(parallel=True)
def _share(score, state, level, steepness, share):
    for k in prange(score.shape[0]):
        _share_layer(score, state, level, steepness, share, np.int64(k))
