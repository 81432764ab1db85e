"""Implicit time steps of the cell: variable-step BDF2 with an estimate of each step's error.

Coefficients and the estimate from the difference of predictor and corrector: Hairer & Wanner,
Solving Ordinary Differential Equations I, section III.5 (variable-step backward differences).
"""

from typing import NamedTuple

import numpy as np

from dem.jit import njit
from electrochem.porous_electrode.newton import (
    CURRENT,
    converge,
    current_of,
    keep_inside,
    split,
)

GROWTH, SHRINK, SAFETY = 2.0, 0.25, 0.9
LIMIT_ACCURACY = 1e-7  # [V] to which a limit is met, or as a share of a current's
TRIALS = 60

RUNNING, LOWER_VOLTAGE, UPPER_VOLTAGE, CURRENT_LIMIT, DURATION, STALLED = range(6)


class Load(NamedTuple):
    """What is held, and where that ends.

    mode : CURRENT, VOLTAGE or POWER; times, values : (k,) a table of the held value, straight
        between its times [s] and even beyond
    lower, upper : voltage limits; least_current : [A/m²] magnitude at which it ends; end : [s]
    tolerance : local error of a step; first, longest, shortest : steps [s]
    """

    mode: int
    times: np.ndarray
    values: np.ndarray
    lower: float
    upper: float
    least_current: float
    end: float
    tolerance: float
    first: float
    longest: float
    shortest: float


class Record(NamedTuple):
    """Accepted points: time [s] (k,), state vectors (k, size), current density [A/m²] (k,)."""

    time: np.ndarray
    state: np.ndarray
    current: np.ndarray


@njit
def _held(load, time):
    """The held value at a time."""
    times, values = load.times, load.values
    if time <= times[0]:
        return values[0]
    for k in range(1, times.shape[0]):
        if time <= times[k]:
            share = (time - times[k - 1]) / (times[k] - times[k - 1])
            return values[k - 1] + share * (values[k] - values[k - 1])
    return values[-1]


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
def advance(model, record, last, known, time, mode, value, state, spare):
    """One implicit step from the `known` latest points to `time`, into `state`.

    Returns the updates of Newton's method, negative where in vain.
    """
    order = min(2, max(1, known - 1))
    predict(record, last, min(known, 3), time, state)
    keep_inside(model, state, record.state[last])
    lead = backward_difference(record, last, time, order, spare)
    return converge(model, state, lead, spare, False, mode, value)


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


@njit
def _margin(model, load, state):
    """How far a state is from the nearest of its limits, and which one that is."""
    voltage = split(model, state)[4][0]
    margin, reason = voltage - load.lower, LOWER_VOLTAGE
    if load.upper - voltage < margin:
        margin, reason = load.upper - voltage, UPPER_VOLTAGE
    if load.mode != CURRENT and load.least_current > 0.0:
        beyond = abs(current_of(model, state)) / load.least_current - 1.0
        if beyond < margin:
            margin, reason = beyond, CURRENT_LIMIT
    return margin, reason


@njit
def _meet(model, load, record, last, known, time, state, spare):
    """Bring `state` from beyond a limit at `time` back to it; returns its time and the updates.

    Each trial is a full implicit step; false position, halving the value of an end kept twice
    (Illinois).
    """
    inside, outside, updates = record.time[last], time, 0
    value_inside = _margin(model, load, record.state[last])[0]
    value_outside = _margin(model, load, state)[0]
    met, kept = time, 0
    for _ in range(TRIALS):
        if abs(_margin(model, load, state)[0]) <= LIMIT_ACCURACY:
            break
        trial = inside + value_inside / (value_inside - value_outside) * (outside - inside)
        if not inside < trial < outside:
            break  # the limit is crossed between two neighbouring floating-point times
        used = advance(
            model, record, last, known, trial, load.mode, _held(load, trial), state, spare
        )
        updates += abs(used)
        if used < 0:
            value_outside *= 4.0  # nearer to the last good point
            continue
        met, value = trial, _margin(model, load, state)[0]
        if value > 0.0:
            inside, value_inside = trial, value
            if kept == 1:
                value_outside *= 0.5
            kept = 1
        else:
            outside, value_outside = trial, value
            if kept == -1:
                value_inside *= 0.5
            kept = -1
    return met, updates


@njit
def march(model, load, record, last, known, step, scratch):
    """Steps from the point `last` (with `known` usable before and with it) until the load ends.

    Fills the record. Returns (reason, last point, known points, next step, Newton updates);
    RUNNING means that the record is full.
    """
    state, spare = scratch[0], scratch[1]
    updates = 0
    while last + 1 < record.time.shape[0]:
        now = record.time[last]
        land = load.end
        for k in range(load.times.shape[0]):
            if load.times[k] > now * (1.0 + 1e-14):
                land = min(land, load.times[k])
                break
        time = now + step
        clipped = time >= land - 1e-9 * step
        if clipped:
            time = land
        used = advance(model, record, last, known, time, load.mode, _held(load, time), state, spare)
        updates += abs(used)
        if used < 0:
            step = SHRINK * min(step, time - now)
            if step < load.shortest:
                return STALLED, last, known, step, updates
            continue
        error, factor = 0.0, GROWTH
        if known > 1:
            order = min(2, known - 1)
            error = step_error(model, record, last, known, time, state, spare) / load.tolerance
            factor = SAFETY * max(error, 1e-12) ** (-1.0 / (order + 1))
        if error > 1.0 and time - now > load.shortest:
            step = (time - now) * max(SHRINK, factor)
            continue
        margin, reason = _margin(model, load, state)
        if margin <= 0.0:
            time, more = _meet(model, load, record, last, known, time, state, spare)
            updates += more
            margin, reason = _margin(model, load, state)
        last += 1
        record.time[last] = time
        record.state[last] = state
        record.current[last] = current_of(model, state)
        known = min(known + 1, 3)
        if margin <= LIMIT_ACCURACY:
            return reason, last, known, step, updates
        if clipped:
            if time >= load.end:
                return DURATION, last, known, step, updates
            known = 1  # the slope of a table changes: the past says nothing of what follows
            step = min(step, load.first)
            continue
        step = min(step * min(GROWTH, factor), load.longest)
    return RUNNING, last, known, step, updates
