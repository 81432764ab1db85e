"""A constant-current discharge from the charged, rested cell to its lower voltage limit."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

import numpy as np

from dem.errors import InputError
from electrochem.kinetics import FARADAY
from electrochem.porous_electrode.balance import (
    SECONDS_PER_HOUR,
    nominal_capacity,
    stoichiometry_window,
)
from electrochem.porous_electrode.cell import Cell
from electrochem.porous_electrode.equations import PorousElectrodeEquations
from electrochem.porous_electrode.mesh import Resolution, build
from electrochem.porous_electrode.timestep import (
    Point,
    advance,
    rest_under_load,
    uniform_reaction,
)

LOWER_VOLTAGE = "lower voltage limit"
DEPLETED = "electrolyte depleted"
SATURATED = "particle surfaces full"
EMPTIED = "particle surfaces empty"
STALLED = "no further step converges"

FIRST_STEP = 1e-6  # of the nominal duration: backward Euler's error there is below 1e-9 V
SMALLEST_STEP = 1e-9  # of the nominal duration
LONGEST_STEP = 0.02  # of the nominal duration, so that a curve has fifty points or more
GROWTH, SHRINK, SAFETY = 2.0, 0.25, 0.9
VOLTAGE_ACCURACY = 1e-7  # [V], to which the limit is met
DEPLETION = 0.01  # share of the initial salt below which a volume counts as depleted
SURFACE_END = 0.005  # stoichiometry from 0 or 1 within which a surface counts as empty or full


@dataclass(frozen=True, eq=False)
class Discharge:
    """A discharge curve and how it came about.

    time [s], voltage [V], capacity [A h/m²] : (nt,)
    current_density [A/m²]; c_rate : current over nominal_capacity [A h/m²]
    end_reason : one of the five constants above it; note : what limits, in a sentence, or empty
    lithium_error : largest error of any lithium sum (each electrode, the salt) over the discharge,
        as a share of the lithium that has passed in all
    position : (n,) [m]; electrolyte_concentration : (nt, n) [mol/m³]
    electrode_position : (m,) [m]; surface_stoichiometry, reaction : (nt, m) –, [A/m²]
    steps, newton_updates : what it cost
    """

    time: np.ndarray
    voltage: np.ndarray
    capacity: np.ndarray
    current_density: float
    c_rate: float
    nominal_capacity: float
    end_reason: str
    note: str
    lithium_error: float
    position: np.ndarray
    electrolyte_concentration: np.ndarray
    electrode_position: np.ndarray
    surface_stoichiometry: np.ndarray
    reaction: np.ndarray
    steps: int
    newton_updates: int


def discharge(
    cell: Cell,
    *,
    c_rate: float | None = None,
    current_density: float | None = None,
    nominal: float | None = None,
    resolution: Resolution | None = None,
    tolerance: float = 1e-4,
    progress: Callable[[float, str], None] | None = None,
) -> Discharge:
    """Discharge a charged cell at constant current to its lower voltage limit.

    Give either c_rate or current_density [A/m²]; the C-rate's basis is `nominal` [A h/m²], by
    default `nominal_capacity(cell)`. tolerance : local error of a step, relative to the initial
    salt, to stoichiometry 1 and to 1 V. Raises InputError on a rate that is not above zero.
    """
    basis = nominal_capacity(cell) if nominal is None else nominal
    if (c_rate is None) == (current_density is None):
        raise InputError("discharge: give either c_rate or current_density, not both")
    current = c_rate * basis if current_density is None else current_density
    if not (np.isfinite(current) and current > 0.0 and basis > 0.0):
        raise InputError(f"discharge: a current of {current:g} A/m² was asked; it must exceed zero")
    window = stoichiometry_window(cell)
    charged = [window.negative_charged, window.positive_charged]
    equations = PorousElectrodeEquations(cell, build(cell, resolution or Resolution()))
    rest = equations.rest([x for x in charged if x is not None])
    run = _Run(equations, current, basis * SECONDS_PER_HOUR / current, tolerance, progress)
    run.start(rest)
    return run.result(rest, basis)


class _Run:
    """The time loop: accepted points, the reason of the end, counters."""

    def __init__(self, equations, current, duration, tolerance, progress):
        self.equations, self.current, self.duration = equations, current, duration
        self.tolerance, self.progress = tolerance, progress
        self.points: list[Point] = []
        self.end_reason, self.newton_updates, self.last_report = STALLED, 0, monotonic()

    def start(self, rest) -> None:
        state, self.newton_updates = rest_under_load(self.equations, rest, self.current)
        if state is None:  # the current is beyond what the surfaces can pass
            self.points.append(Point(0.0, rest, self.equations.voltage(rest, 0.0)))
            self.end_reason = self._limit(uniform_reaction(self.equations, rest, self.current))
            return
        self.points.append(Point(0.0, state, self.equations.voltage(state, self.current)))
        if self.points[0].voltage <= self.equations.cell.lower_voltage:
            self.end_reason = LOWER_VOLTAGE
            return
        self._march()

    def _march(self) -> None:
        lower = self.equations.cell.lower_voltage
        step = FIRST_STEP * self.duration
        while True:
            history = self.points[:-4:-1]
            point, estimate, updates = advance(
                self.equations, history, history[0].time + step, self.current
            )
            self.newton_updates += updates
            if point is None:
                step *= SHRINK
                if step < SMALLEST_STEP * self.duration:
                    self.end_reason = self._limit(history[0].state)
                    return
                continue
            error = self._size(estimate, point.state) if estimate is not None else 0.0
            order = min(2, max(1, len(history) - 1))
            factor = SAFETY * max(error, 1e-12) ** (-1.0 / (order + 1))
            if error > 1.0 and step > SMALLEST_STEP * self.duration:
                step *= max(SHRINK, factor)
                continue
            if point.voltage <= lower:
                self.points.append(self._meet(lower, point))
                self.end_reason = LOWER_VOLTAGE
                return
            self.points.append(point)
            self._report(point.time)
            step = min(step * min(GROWTH, factor), LONGEST_STEP * self.duration)

    def _size(self, estimate, state) -> float:
        """Local error over the tolerance: of the salt, the shells and the solid potential."""
        c, _, phi_s, _, x = self.equations.parts(estimate)
        salt = self.equations.cell.electrolyte.initial_concentration
        return max(np.abs(c).max() / salt, np.abs(x).max(), np.abs(phi_s).max()) / self.tolerance

    def _meet(self, lower, beyond: Point) -> Point:
        """The point at which the voltage meets the limit, each trial a full implicit step."""
        history = self.points[:-4:-1]
        above, below = history[0], beyond
        value_above, value_below = above.voltage - lower, below.voltage - lower
        met, last_above = below, None
        while abs(met.voltage - lower) > VOLTAGE_ACCURACY:
            share = value_above / (value_above - value_below)
            time = above.time + share * (below.time - above.time)
            if not above.time < time < below.time:
                break  # the limit is crossed between two neighbouring floating-point times
            trial, _, updates = advance(self.equations, history, time, self.current)
            self.newton_updates += updates
            if trial is None:
                value_below *= 4.0  # nearer to the last good point
                continue
            met, is_above = trial, trial.voltage > lower
            # False position; halving the value of an end kept twice (Illinois) makes it fast.
            if is_above:
                above, value_above = trial, trial.voltage - lower
                value_below *= 0.5 if last_above is True else 1.0
            else:
                below, value_below = trial, trial.voltage - lower
                value_above *= 0.5 if last_above is False else 1.0
            last_above = is_above
        return met

    def _limit(self, state) -> str:
        """What keeps a current from flowing on from a state."""
        if self._salt_left(state) < DEPLETION:
            return DEPLETED
        surface = self.equations.surface_stoichiometry(state)
        if surface.max() > 1.0 - SURFACE_END:
            return SATURATED
        return EMPTIED if surface.min() < SURFACE_END else STALLED

    def _salt_left(self, state) -> float:
        c = self.equations.parts(state)[0]
        return float(c.min() / self.equations.cell.electrolyte.initial_concentration)

    def _report(self, time: float) -> None:
        if self.progress is not None and monotonic() - self.last_report > 0.2:
            self.last_report = monotonic()
            self.progress(min(1.0, time / self.duration), f"{time:.0f} s discharged")

    def _note(self) -> str:
        if len(self.points) == 1:
            if self.end_reason == LOWER_VOLTAGE:
                return "the voltage falls below the limit as soon as the current flows"
            return "the particles cannot pass this current at all; the voltage given is at rest"
        if self._salt_left(self.points[-1].state) < DEPLETION:
            return "the electrolyte is depleted in part of the cell: its transport limits"
        return ""

    def _lithium_error(self, rest) -> float:
        """Largest deviation of a lithium sum from what the current has moved."""
        equations, signs = self.equations, [1.0] if self.equations.cell.is_half else [-1.0, 1.0]
        solid_start, salt_start = equations.lithium(rest)
        passed = self.points[-1].time * self.current / FARADAY
        worst = 0.0
        for point in self.points:
            solid, salt = equations.lithium(point.state)
            moved = point.time * self.current / FARADAY
            worst = max(worst, abs(salt - salt_start))
            for start, now, sign in zip(solid_start, solid, signs, strict=True):
                worst = max(worst, abs(now - start - sign * moved))
        return worst / passed if passed > 0.0 else 0.0

    def result(self, rest, basis) -> Discharge:
        equations = self.equations
        time = np.array([point.time for point in self.points])
        parts = [equations.parts(point.state) for point in self.points]
        if self.progress is not None:
            self.progress(1.0, self.end_reason)
        return Discharge(
            time=time,
            voltage=np.array([point.voltage for point in self.points]),
            capacity=time * self.current / SECONDS_PER_HOUR,
            current_density=self.current,
            c_rate=self.current / basis,
            nominal_capacity=basis,
            end_reason=self.end_reason,
            note=self._note(),
            lithium_error=self._lithium_error(rest),
            position=equations.mesh.position,
            electrolyte_concentration=np.array([c for c, *_ in parts]),
            electrode_position=equations.mesh.position[equations.solid_index],
            surface_stoichiometry=np.array(
                [equations.surface_stoichiometry(point.state) for point in self.points]
            ),
            reaction=np.array([j for _, _, _, j, _ in parts]),
            steps=len(self.points) - 1,
            newton_updates=self.newton_updates,
        )
