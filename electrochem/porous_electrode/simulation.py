"""A cell through a protocol: the compiled time steps, and what is kept of them."""

from collections.abc import Callable, Iterable

import numpy as np

from dem.errors import InputError
from electrochem.porous_electrode import march as marching
from electrochem.porous_electrode.balance import SECONDS_PER_HOUR, stoichiometry_window
from electrochem.porous_electrode.beginning import Beginning, lift_salt
from electrochem.porous_electrode.cell import Cell
from electrochem.porous_electrode.conservation import lithium_error
from electrochem.porous_electrode.curve import Curve, Segment, summarise
from electrochem.porous_electrode.endings import FAILURES, REASONS
from electrochem.porous_electrode.grid import Resolution
from electrochem.porous_electrode.march import Load, march
from electrochem.porous_electrode.newton import CURRENT
from electrochem.porous_electrode.protocol import MODES, Step
from electrochem.porous_electrode.start import model_of, rest_state, voltage_at
from electrochem.porous_electrode.steps import Record

FIRST_STEP = 1e-6  # of the nominal duration: backward Euler's error there is below 1e-9 V
SMALLEST_STEP = 1e-9  # of the nominal duration
LONGEST_STEP = 0.02  # of the nominal duration, so that a curve has fifty points or more
RECORD_BYTES = 2**26  # of state vectors that are held at a time
MOST_ROWS = 32  # few enough to stay in the cache


class Simulation:
    """A cell that is taken through one step after the other; keeps every accepted point.

    Raises InputError where the cell cannot be balanced.
    """

    def __init__(
        self,
        cell: Cell,
        *,
        resolution: Resolution | None = None,
        nominal: float | None = None,
        stoichiometry: tuple[float, ...] | None = None,
        tolerance: float = 1e-4,
        progress: Callable[[float, float], None] | None = None,
    ):
        self.cell, self.tolerance, self.progress = cell, tolerance, progress
        if stoichiometry is None or nominal is None:
            window = stoichiometry_window(cell)
            stoichiometry = window.charged if stoichiometry is None else stoichiometry
            nominal = window.charge if nominal is None else nominal
        self.nominal = nominal
        self.model, self.layout = model_of(cell, resolution)
        self.state = rest_state(cell, self.model, self.layout, stoichiometry)
        self.start = self.state.copy()
        self.time, self.steps, self.updates = 0.0, 0, 0
        self.segments: list[Segment] = []
        self._kept: list[tuple[np.ndarray, ...]] = []
        self._points, self._held, self._current = 0, np.nan, 0.0
        rows = max(8, min(MOST_ROWS, RECORD_BYTES // (8 * self.layout.size)))
        self._record = Record(np.zeros(rows), np.zeros((rows, self.layout.size)), np.zeros(rows))
        self._scratch = np.zeros((2, self.layout.size))
        self._beginning = Beginning(self.model, self.layout, self._record)

    def run(self, steps: Iterable[Step]) -> Curve:
        """Take the cell through steps, until one ends because nothing goes on."""
        for step in steps:
            if self.do(step) in FAILURES:
                break
        return self.curve()

    def _load(self, step: Step) -> Load:
        times, values = step.table(self.nominal)
        least = max(step.least_current, step.least_c_rate * self.nominal)
        current = np.abs(values).max() if step.mode == "current" else 0.0
        rest = max(1.0, step.duration / SECONDS_PER_HOUR) if np.isfinite(step.duration) else 1.0
        hours = self.nominal / current if current > 0.0 else rest
        span = min(hours * SECONDS_PER_HOUR, 50.0 * step.duration)
        low, high = step.lower_voltage, step.upper_voltage
        return Load(
            mode=MODES[step.mode],
            times=times + self.time,
            values=values,
            lower=-np.inf if low is None else float(low),
            upper=np.inf if high is None else float(high),
            least_current=float(least),
            end=self.time + step.duration,
            tolerance=self.tolerance,
            first=max(FIRST_STEP * span, 8.0 * float(np.spacing(self.time))),
            longest=LONGEST_STEP * span,
            shortest=SMALLEST_STEP * span,
        )

    def do(self, step: Step) -> str:
        """One step from where the cell stands; returns why it ended."""
        load, first = self._load(step), self._points
        constant = load.mode == CURRENT and load.values.size == 1
        self._held = float(load.values[0]) if constant else np.nan
        lift_salt(self.model, self.layout, self.state)
        record, begin, reason = self._record, 0, None
        begun = self._beginning.begin(load, self.state, self._current, self.time)
        code, last, known, length = begun[:4]
        if known == 0:
            self.state, self._current = begun.state, begun.current
            self._keep(np.array([self.time]), self.state[None], np.array([self._current]))
            return self._end(first, begun.reason)
        while reason is None:
            self.time, self.state = float(record.time[last]), record.state[last].copy()
            self._current = float(record.current[last])
            if code == marching.STALLED:
                reason = self._beginning.stalled(load, self.state, self._current, self.time)
            elif code != marching.RUNNING:
                reason = REASONS[code]
            if self.progress is not None:
                self.progress(self.time, float(self.state[voltage_at(self.layout)]))
            end = last + 1
            self._keep(record.time[begin:end], record.state[begin:end], record.current[begin:end])
            if reason is None:
                for part in record:
                    part[:3] = part[last - 2 : last + 1]
                begin = 3
                code, last, known, length, used = march(
                    self.model, load, record, 2, known, length, self._scratch
                )
                self.updates += used
        self.steps += self._points - first - 1
        return self._end(first, reason)

    def _end(self, first: int, reason: str) -> str:
        self.segments.append(Segment(first, self._points - 1, reason))
        return reason

    def _keep(self, times, states, currents) -> None:
        if times.size == 0:
            return
        shape = (times.size, self.layout.particles)
        surface, mean = np.empty(shape), np.empty(shape)
        summarise(self.model, states, surface, mean)
        c, phi_e, phi_s, metal, voltage, j, _ = self.layout.parts(states)
        self._kept.append(
            tuple(
                np.array(part)
                for part in (
                    times,
                    voltage,
                    currents,
                    c,
                    phi_e,
                    phi_s,
                    metal,
                    j,
                    surface,
                    mean,
                    np.full(times.size, self._held),
                )
            )
        )
        self._points += times.size

    def curve(self) -> Curve:
        """All points so far. Raises InputError where no step was taken."""
        if not self._kept:
            raise InputError("Simulation: no step was taken yet")
        time, voltage, current, c, phi_e, phi_s, metal, j, surface, mean, held = (
            np.concatenate(part) for part in zip(*self._kept, strict=True)
        )
        return Curve(
            model=self.model,
            layout=self.layout,
            time=time,
            voltage=voltage,
            current_density=current,
            salt=c,
            electrolyte_potential=phi_e,
            solid_potential=phi_s,
            metal_current=metal,
            reaction=j,
            surface=surface,
            mean=mean,
            segments=tuple(self.segments),
            lithium_error=lithium_error(self.model, self.layout, self.start, time, held, c, mean),
            nominal_capacity=self.nominal,
            steps=self.steps,
            newton_updates=self.updates + self._beginning.updates,
            state=self.state,
            columns=self.cell.columns,
            footprint=self.cell.footprint,
            warnings=self.cell.electrolyte.beyond(float(c.min()), float(c.max())),
        )
