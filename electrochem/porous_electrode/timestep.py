"""Implicit time steps of the cell: variable-step BDF2 with an estimate of each step's error.

Coefficients and the estimate from the difference of predictor and corrector: Hairer & Wanner,
Solving Ordinary Differential Equations I, section III.5 (variable-step backward differences).
"""

from dataclasses import dataclass

import numpy as np

from electrochem.porous_electrode.equations import (
    OutsideRangeError,
    PorousElectrodeEquations,
    Rate,
)

NEWTON_LIMIT = 12
# Newton converges quadratically: an update of 1e-5 leaves an error of some 1e-10.
NEWTON_TOLERANCE = 1e-5
# No update may take a concentration or a vacancy closer than this share to zero.
KEEP_SHARE = 0.1


@dataclass(frozen=True)
class Point:
    """A state at a time [s], with the cell voltage [V] there."""

    time: float
    state: np.ndarray
    voltage: float


def converge(equations: PorousElectrodeEquations, guess, rate: Rate | None, current: float):
    """Newton from a guess; returns (state, updates) or (None, updates) where it does not converge.

    Updates that would empty the electrolyte or fill a surface are shortened; the last one never is.
    """
    state = guess.copy()
    c = equations.parts(state)[0]
    c_reference = equations.cell.electrolyte.initial_concentration
    for count in range(1, NEWTON_LIMIT + 1):
        try:
            update, surface, surface_change = equations.newton_update(state, rate, current)
        except (np.linalg.LinAlgError, OutsideRangeError):
            return None, count
        if not np.isfinite(update).all():
            return None, count
        change, phi_e, phi_s, _, x = equations.parts(update)
        share = min(
            _share_left(c, change),
            _share_left(surface, surface_change),
            _share_left(1.0 - surface, -surface_change),
        )
        state += share * update
        size = max(
            np.abs(change / np.maximum(c, 1e-3 * c_reference)).max(),
            np.abs(phi_e).max(),
            np.abs(phi_s).max(),
            np.abs(x).max(),
        )
        if share == 1.0 and size < NEWTON_TOLERANCE:
            return state, count
    return None, NEWTON_LIMIT


def _share_left(value, change) -> float:
    """Largest share of a change, at most 1, that keeps value above KEEP_SHARE of itself."""
    falls = change < -(1.0 - KEEP_SHARE) * value
    if not falls.any():
        return 1.0
    return float(np.min((1.0 - KEEP_SHARE) * value[falls] / -change[falls]))


def uniform_reaction(equations: PorousElectrodeEquations, state, current: float):
    """A copy of a state in which the current reacts evenly over each electrode."""
    state = state.copy()
    j = equations.parts(state)[3]
    _, positive = equations.electrode[-1]
    j[positive] = -current / equations.reacting[positive].sum()
    if not equations.cell.is_half:
        _, negative = equations.electrode[0]
        j[negative] = current / equations.reacting[negative].sum()
    return state


def rest_under_load(equations: PorousElectrodeEquations, state, current: float):
    """Potentials and reaction that carry a current at given concentrations: the consistent start.

    Returns (state, updates) or (None, updates) where no such state is found.
    """
    return converge(equations, uniform_reaction(equations, state, current), None, current)


def predict(history: list[Point], time: float) -> np.ndarray:
    """Extrapolation through up to three points, the latest first."""
    points = history[:3]
    prediction = np.zeros_like(points[0].state)
    for one in points:
        weight = 1.0
        for other in points:
            if other is not one:
                weight *= (time - other.time) / (one.time - other.time)
        prediction += weight * one.state
    return prediction


def backward_difference(history: list[Point], time: float, order: int) -> Rate:
    """d/dt at `time` from the new state and the latest `order` points."""
    h = time - history[0].time
    if order == 1:
        return Rate(1.0 / h, -history[0].state / h)
    span = time - history[1].time  # h + the step before
    before = span - h
    older = h / (before * span)
    latest = -span / (h * before)
    return Rate(1.0 / h + 1.0 / span, latest * history[0].state + older * history[1].state)


def error_share(history: list[Point], time: float, order: int) -> float:
    """Local error of the step over (new state − prediction), for `order` + 1 points predicted."""
    h = time - history[0].time
    leading = 1.0 / h if order == 1 else 1.0 / h + 1.0 / (time - history[1].time)
    return (1.0 / leading) / (time - history[order].time + 1.0 / leading)


def advance(equations: PorousElectrodeEquations, history: list[Point], time: float, current: float):
    """One implicit step to `time`; returns (Point or None, error estimate or None, updates).

    history : the latest points first. The first step is backward Euler and has no estimate.
    The estimate is a state vector of local errors.
    """
    order = min(2, max(1, len(history) - 1))
    rate = backward_difference(history, time, order)
    guess = predict(history, time)
    c = equations.parts(guess)[0]
    latest = equations.parts(history[0].state)[0]
    np.maximum(c, KEEP_SHARE * latest, out=c)
    _keep_surfaces_inside(equations, guess, history[0].state)
    state, updates = converge(equations, guess, rate, current)
    if state is None:
        return None, None, updates
    point = Point(time, state, equations.voltage(state, current))
    if len(history) == 1:
        return point, None, updates
    estimate = error_share(history, time, order) * (state - predict(history[: order + 1], time))
    return point, estimate, updates


def _keep_surfaces_inside(equations, guess, fallback) -> None:
    """Start a particle whose predicted surface left 0 … 1 from its latest state instead."""
    surface = equations.surface_stoichiometry(guess)
    outside = (surface <= 0.0) | (surface >= 1.0)
    if outside.any():
        _, _, _, j, x = equations.parts(guess)
        _, _, _, j_latest, x_latest = equations.parts(fallback)
        j[outside], x[outside] = j_latest[outside], x_latest[outside]
