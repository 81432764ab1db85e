"""Variable-step BDF2: prediction, rate and the estimate of a step's error.

Coefficients and the estimate from the difference of predictor and corrector: Hairer & Wanner,
Solving Ordinary Differential Equations I, section III.5 (variable-step backward differences).
"""

from typing import NamedTuple

import numpy as np

from dem.jit import njit
from electrochem.porous_electrode.newton import keep_inside, split


class Record(NamedTuple):
    """Accepted points: time [s] (k,), state vectors (k, size), current density [A/m²] (k,)."""

    time: np.ndarray
    state: np.ndarray
    current: np.ndarray


@njit
def weights_of(record, last, points, time, weights):
    """Weights with which the latest points, from `last` back, are extrapolated to a time."""
    for a in range(points):
        weight = 1.0
        for b in range(points):
            if b != a:
                weight *= (time - record.time[last - b]) / (
                    record.time[last - a] - record.time[last - b]
                )
        weights[a] = weight


@njit
def predict(record, last, points, time, guess):
    """Extrapolate through the latest points."""
    weights = np.empty(3)
    weights_of(record, last, points, time, weights)
    for i in range(guess.shape[0]):
        value = 0.0
        for a in range(points):
            value += weights[a] * record.state[last - a, i]
        guess[i] = value


@njit
def backward_difference(record, last, time, order, history):
    """d/dt at `time` is the returned lead times the new state, plus `history` (filled here)."""
    h = time - record.time[last]
    if order == 1:
        history[:] = record.state[last] * (-1.0 / h)
        return 1.0 / h
    span = time - record.time[last - 1]
    before = span - h
    history[:] = record.state[last] * (-span / (h * before)) + record.state[last - 1] * (
        h / (before * span)
    )
    return 1.0 / h + 1.0 / span


@njit
def error_share(record, last, time, order):
    """Local error of the step over (new state − prediction), for `order` + 1 points predicted."""
    h = time - record.time[last]
    lead = 1.0 / h if order == 1 else 1.0 / h + 1.0 / (time - record.time[last - 1])
    return (1.0 / lead) / (time - record.time[last - order] + 1.0 / lead)


@njit
def prepare(model, record, last, known, time, state, history):
    """Predict the state at a time and what its rate takes of the past; returns the rate's lead."""
    order = min(2, max(1, known - 1))
    predict(record, last, min(known, 3), time, state)
    keep_inside(model, state, record.state[last])
    return backward_difference(record, last, time, order, history)


@njit
def step_error(model, record, last, known, time, state, spare):
    """Largest local error of a step: of salt and shells as shares, of potentials in volt."""
    order = min(2, known - 1)
    predict(record, last, order + 1, time, spare)
    spare -= state
    c, _, phi_s, _, _, _, x = split(model, spare)
    largest = 0.0
    for p in range(c.shape[0]):
        for z in range(c.shape[1]):
            largest = max(largest, abs(c[p, z]) / model.initial_salt, abs(phi_s[p, z]))
    for k in range(x.shape[0]):
        for s in range(x.shape[1]):
            largest = max(largest, abs(x[k, s]))
    return largest * error_share(record, last, time, order)
