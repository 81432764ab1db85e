"""The consistent start of a step: potentials and reactions that carry its load at once."""

from typing import NamedTuple

import numpy as np

from electrochem.porous_electrode import march as marching
from electrochem.porous_electrode.endings import POWER_LIMIT, REASONS, STALLED, what_limits
from electrochem.porous_electrode.march import Load, march
from electrochem.porous_electrode.newton import CURRENT, POWER, VOLTAGE, Model
from electrochem.porous_electrode.start import uniform_reaction, voltage_at
from electrochem.porous_electrode.state import Layout
from electrochem.porous_electrode.steps import Record

# Of a load, by which a start is brought nearer to it; so small that a power ends at the largest.
LEAST_SHARE = {CURRENT: 2.0**-6, VOLTAGE: 2.0**-6, POWER: 2.0**-20}
SAME_LOAD = 1e-3  # share of a power by which it may differ from the one before to count as that
LEAST_SALT = 1e-4  # share of the initial salt that a volume is lifted to before a step begins
# Powers end where more current gives no more: so much more current, less than so much more power.
MORE_CURRENT, MORE_POWER = 1.25, 1.02


class Begun(NamedTuple):
    """How a step began.

    code, last, known, length : as `march` returns them; known is 0 where it could not begin
    state, current : in which it stands then [A/m²]; reason : why
    """

    code: int
    last: int
    known: int
    length: float
    state: np.ndarray | None = None
    current: float = 0.0
    reason: str = ""


class Beginning:
    """Begins the steps of a cell; record is filled from its first row on. updates : Newton's."""

    def __init__(self, model: Model, layout: Layout, record: Record):
        self.model, self.layout, self.record = model, layout, record
        self.updates = 0
        self._brief = Record(*(np.zeros_like(part[:2]) for part in record))
        self._scratch = np.zeros((2, layout.size))

    def begin(self, load: Load, state: np.ndarray, current: float, time: float) -> Begun:
        """The march from a state that stands under a current [A/m²].

        Newton's method begins at the reaction that is pushed evenly, then at the state as it is,
        at last it goes by way of rest and of lesser loads. A power that differs always goes by
        way of rest: two currents give it, and rest leads to the lesser.
        """
        value, voltage = float(load.values[0]), float(state[voltage_at(self.layout)])
        guesses = [state]
        if load.mode == CURRENT:
            guesses.insert(0, uniform_reaction(self.model, self.layout, state, value))
        elif load.mode == POWER and abs(value - current * voltage) > SAME_LOAD * abs(value):
            guesses = []
        for guess in guesses:
            found = self._march(guess, load, time, self.record)
            if found[2] > 0:
                return Begun(*found)
        rested = self.rested(state, current, time)
        if rested is None:
            return self._in_vain(load, state, current)
        return self._from_rest(load, rested, time)

    def rested(self, state: np.ndarray, current: float = 0.0, time: float = 0.0):
        """The state without a current at the same concentrations; None where none is found."""
        begin = state
        for guess in (uniform_reaction(self.model, self.layout, state, 0.0), state):
            found = self._held(guess, _still(CURRENT, 0.0, time), time)
            if found is not None:
                return found[1]
        ways = self._approach(_still(CURRENT, 0.0, time), begin, current, time)
        return ways.state if ways.known else None

    def _from_rest(self, load: Load, rested: np.ndarray, time: float) -> Begun:
        value, voltage = float(load.values[0]), float(rested[voltage_at(self.layout)])
        if load.mode == POWER:
            guess = uniform_reaction(self.model, self.layout, rested, value / voltage)
            found = self._march(guess, load, time, self.record)
            if found[2] > 0:
                return Begun(*found)
        near = self._approach(load, rested, voltage if load.mode == VOLTAGE else 0.0, time)
        if near.known:
            found = self._march(near.state, load, time, self.record)
            if found[2] > 0:
                return Begun(*found)
        if near.reason:
            return near._replace(known=0)
        if load.mode == POWER and self._gives_no_more(near.state, near.current, time):
            return near._replace(known=0, reason=POWER_LIMIT)
        return self._in_vain(load, rested, 0.0)

    def _in_vain(self, load: Load, state: np.ndarray, current: float) -> Begun:
        """Beyond what the surfaces or the salt can pass."""
        passed = float(load.values[0])
        if load.mode == POWER:
            passed /= float(state[voltage_at(self.layout)])
        pushed = state
        if load.mode != VOLTAGE:
            pushed = uniform_reaction(self.model, self.layout, state, passed)
        reason = what_limits(self.model, self.layout, pushed)
        return Begun(marching.STALLED, 0, 0, 0.0, state, current, reason)

    def _approach(self, load: Load, state: np.ndarray, begin: float, time: float) -> Begun:
        """A state under the load by way of lesser ones; known is 0 where it is not reached.

        A power's lesser one that passes a limit already is the reason: the power does so too.
        """
        end, reached, step, current = float(load.values[0]), 0.0, 0.5, 0.0
        while reached < 1.0 and step >= LEAST_SHARE[load.mode]:
            share = min(1.0, reached + step)
            lesser = _still(load.mode, begin + share * (end - begin), time, load)
            found = self._held(state, lesser, time)
            if found is None:
                step *= 0.5
                continue
            code, state, current = found
            reached = share
            passed = code in (marching.LOWER_VOLTAGE, marching.UPPER_VOLTAGE)
            if load.mode == POWER and passed and share < 1.0:
                return Begun(code, 0, 0, 0.0, state, current, REASONS[code])
        return Begun(marching.RUNNING, 0, int(reached == 1.0), 0.0, state, current)

    def stalled(self, load: Load, state: np.ndarray, current: float, time: float) -> str:
        """Why a step goes no further than a state."""
        reason = what_limits(self.model, self.layout, state)
        powerless = reason == STALLED and load.mode == POWER
        return POWER_LIMIT if powerless and self._gives_no_more(state, current, time) else reason

    def _gives_no_more(self, state: np.ndarray, current: float, time: float) -> bool:
        """Whether more current out of a state gives hardly more power."""
        if not current > 0.0:
            return False
        found = self._held(state, _still(CURRENT, MORE_CURRENT * current, time), time)
        if found is None:
            return False
        voltage_then, voltage = (float(s[voltage_at(self.layout)]) for s in (found[1], state))
        return MORE_CURRENT * voltage_then < MORE_POWER * voltage

    def _held(self, guess: np.ndarray, load: Load, time: float):
        """March's code, state and current under a load at held concentrations; None in vain."""
        code, _, known, _ = self._march(guess, load, time, self._brief)
        if known == 0:
            return None
        return code, self._brief.state[0].copy(), float(self._brief.current[0])

    def _march(self, guess: np.ndarray, load: Load, time: float, record: Record) -> tuple:
        record.time[0], record.state[0] = time, guess
        *found, used = march(self.model, load, record, 0, 0, load.first, self._scratch)
        self.updates += used
        return tuple(found)


def _still(mode: int, value: float, time: float, load: Load | None = None) -> Load:
    """A load that ends as it begins, with the voltage limits of another."""
    return Load(
        mode=mode, times=np.array([time]), values=np.array([value]),
        lower=-np.inf if load is None else load.lower,
        upper=np.inf if load is None else load.upper,
        least_current=0.0, end=time, tolerance=1.0, first=1.0, longest=1.0, shortest=1.0,
    )  # fmt: skip


def lift_salt(model: Model, layout: Layout, state: np.ndarray) -> None:
    """Leave no volume so empty that the next step's logarithms have no slope left: what it is
    given, a ten-thousandth of the salt at rest at most, the others lose."""
    c = layout.parts(state)[0]
    least = LEAST_SALT * model.initial_salt
    if c.min() >= least:
        return
    capacity = model.grid.capacity
    held = float((capacity * c).sum())
    np.maximum(c, least, out=c)
    above = c > 2.0 * least
    given = float((capacity * c).sum()) - held
    c[above] *= 1.0 - given / float((capacity * c)[above].sum())
