"""Implicit time steps of the cell under a load, until one of its limits is met."""

from typing import NamedTuple

import numpy as np

from dem.jit import njit
from electrochem.porous_electrode.newton import CURRENT, VOLTAGE, converge, current_of, split
from electrochem.porous_electrode.steps import prepare, step_error

GROWTH, SHRINK, SAFETY = 2.0, 0.25, 0.9
LIMIT_ACCURACY = 1e-7  # [V] to which a limit is met, or as a share of a current's
TRIALS = 60
FAR = 10.0  # [V] or shares, that a limit counts as away at most: finite for false position

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
def _margin(model, load, state, time):
    """How far a state is from the nearest of its limits, and which one that is.

    Under a current or a power the lower limit counts while it discharges, the upper while it
    charges, and neither at rest.
    """
    voltage = split(model, state)[4][0]
    held = _held(load, time)
    margin, reason = FAR, DURATION
    if load.mode == VOLTAGE or held > 0.0:
        margin, reason = min(FAR, voltage - load.lower), LOWER_VOLTAGE
    if (load.mode == VOLTAGE or held < 0.0) and load.upper - voltage < margin:
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
    concentrations, which is all where the load ends there. A limit that is passed is met by shorter
    steps from the last point before it. Fills the record. Returns (reason, last point, known
    points, next step, Newton updates); RUNNING means that the record is full, no known points that
    there is no such start.
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
            margin, reason = _margin(model, load, state, time)
            if margin <= 0.0:
                return reason, last, known, step, updates
            if time >= load.end:
                return DURATION, last, known, step, updates
            continue
        if used < 0 and not meeting:
            step = SHRINK * min(step, time - now)
            if step < load.shortest:
                return STALLED, last, known, step, updates
            continue
        margin, reason = _margin(model, load, state, time)
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
                before = _margin(model, load, record.state[last], now)[0]
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
