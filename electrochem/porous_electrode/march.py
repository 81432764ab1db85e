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
    lead = prepare(model, record, last, known, time, state, spare)
    return converge(model, state, lead, spare, False, mode, value)


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


class Crossing(NamedTuple):
    """A limit between two times, the one inside and the one beyond it, with the margins there.

    kept : which end the last trial left in its place, 1 or −1; trials : so far
    """

    inside: float
    outside: float
    value_inside: float
    value_outside: float
    kept: int
    trials: int


@njit
def _trial(crossing):
    """Where the limit is looked for next, by false position."""
    share = crossing.value_inside / (crossing.value_inside - crossing.value_outside)
    return crossing.inside + share * (crossing.outside - crossing.inside)


@njit
def _narrowed(crossing, time, value, solved):
    """The crossing after a trial; the value of an end that is kept twice is halved (Illinois)."""
    inside, outside, at_inside, at_outside, kept, trials = crossing
    if not solved:  # nearer to the last good point
        return Crossing(inside, outside, at_inside, 4.0 * at_outside, kept, trials + 1)
    if value > 0.0:
        less = 0.5 if kept == 1 else 1.0
        return Crossing(time, outside, value, less * at_outside, 1, trials + 1)
    less = 0.5 if kept == -1 else 1.0
    return Crossing(inside, time, less * at_inside, value, -1, trials + 1)


@njit
def _landing(load, now):
    """The next time that steps must land on: a kink of the table or the end."""
    land = load.end
    for k in range(load.times.shape[0]):
        if load.times[k] > now * (1.0 + 1e-14):
            return min(land, load.times[k])
    return land


@njit
def march(model, load, record, last, known, step, scratch):
    """Steps from the point `last` (with `known` usable before and with it) until the load ends.

    With nothing known, potentials and reactions at `last` are first brought under the load at held
    concentrations. A limit that is passed is met by shorter steps from the last point before it.
    Fills the record. Returns (reason, last point, known points, next step, Newton updates); RUNNING
    means that the record is full, no known points that there is no such start.
    """
    state, spare = scratch[0], scratch[1]
    updates, meeting = 0, False
    crossing = Crossing(0.0, 0.0, 0.0, 0.0, 0, 0)
    while last + 1 < record.time.shape[0]:
        now = record.time[last]
        land = _landing(load, now)
        time, lead, clipped = now + step, 0.0, False
        if meeting:
            time = _trial(crossing)
        elif known == 0:
            time = now
            state[:] = record.state[last]
            spare[:] = state
        else:
            clipped = time >= land - 1e-9 * step
            time = land if clipped else time
        if known > 0:
            lead = prepare(model, record, last, known, time, state, spare)
        # The one place where anything is solved: code that is called twice is compiled twice.
        used = converge(model, state, lead, spare, known == 0, load.mode, _held(load, time))
        updates += abs(used)
        if known == 0:
            if used < 0:
                return STALLED, last, 0, step, updates
            known = 1
            record.state[last] = state
            record.current[last] = current_of(model, state)
            margin, reason = _margin(model, load, state)
            if margin <= 0.0:
                return reason, last, known, step, updates
            continue
        if used < 0 and not meeting:
            step = SHRINK * min(step, time - now)
            if step < load.shortest:
                return STALLED, last, known, step, updates
            continue
        margin, reason = _margin(model, load, state)
        factor = GROWTH
        if meeting:
            crossing = _narrowed(crossing, time, margin, used > 0)
            ahead = _trial(crossing)
            # Crossed between two neighbouring floating-point times, it cannot be met closer.
            split = crossing.inside < ahead < crossing.outside
            if crossing.trials < TRIALS and (used < 0 or (abs(margin) > LIMIT_ACCURACY and split)):
                continue
            if used < 0:
                return STALLED, last, known, step, updates
        else:
            error = 0.0
            if known > 1:
                order = min(2, known - 1)
                error = step_error(model, record, last, known, time, state, spare) / load.tolerance
                factor = SAFETY * max(error, 1e-12) ** (-1.0 / (order + 1))
            if error > 1.0 and time - now > load.shortest:
                step = (time - now) * max(SHRINK, factor)
                continue
            if margin < -LIMIT_ACCURACY:
                before = _margin(model, load, record.state[last])[0]
                crossing, meeting = Crossing(now, time, before, margin, 0, 0), True
                continue
        last += 1
        record.time[last] = time
        record.state[last] = state
        record.current[last] = current_of(model, state)
        known = min(known + 1, 3)
        if meeting or margin <= LIMIT_ACCURACY:
            return reason, last, known, step, updates
        if clipped:
            if time >= load.end:
                return DURATION, last, known, step, updates
            known = 1  # the slope of a table changes: the past says nothing of what follows
            step = min(step, load.first)
            continue
        step = min(step * min(GROWTH, factor), load.longest)
    return RUNNING, last, known, step, updates
