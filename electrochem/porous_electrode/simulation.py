"""A cell through a protocol: consistent starts, the compiled time steps, what is kept of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from dem.errors import InputError
from dem.jit import njit
from electrochem.kinetics import FARADAY
from electrochem.porous_electrode import march as marching
from electrochem.porous_electrode.balance import (
    SECONDS_PER_HOUR,
    stoichiometry_window,
)
from electrochem.porous_electrode.balances import END_POLE, salt_at_metal, surface_of, system_for
from electrochem.porous_electrode.cell import Cell
from electrochem.porous_electrode.grid import Resolution, grid_of, particles_of
from electrochem.porous_electrode.march import Load, Record, march
from electrochem.porous_electrode.newton import CURRENT, Model, converge, split
from electrochem.porous_electrode.plane import hierarchy_of
from electrochem.porous_electrode.property_tables import chemistry_of
from electrochem.porous_electrode.protocol import MODES, Step
from electrochem.porous_electrode.state import Layout

LOWER_VOLTAGE = "lower voltage limit"
UPPER_VOLTAGE = "upper voltage limit"
CURRENT_LIMIT = "current limit"
DURATION = "duration"
DEPLETED = "electrolyte depleted"
SATURATED = "particle surfaces full"
EMPTIED = "particle surfaces empty"
STALLED = "no further step converges"
_REASONS = {
    marching.LOWER_VOLTAGE: LOWER_VOLTAGE,
    marching.UPPER_VOLTAGE: UPPER_VOLTAGE,
    marching.CURRENT_LIMIT: CURRENT_LIMIT,
    marching.DURATION: DURATION,
}
FAILURES = (DEPLETED, SATURATED, EMPTIED, STALLED)

FIRST_STEP = 1e-6  # of the nominal duration: backward Euler's error there is below 1e-9 V
SMALLEST_STEP = 1e-9  # of the nominal duration
LONGEST_STEP = 0.02  # of the nominal duration, so that a curve has fifty points or more
LEAST_SALT = 1e-6  # share of the initial salt that a volume is lifted to before a step begins
DEPLETION = 0.01  # share of the initial salt below which a volume counts as depleted
SURFACE_END = 0.005  # stoichiometry from 0 or 1 within which a surface counts as empty or full
RECORD_BYTES = 2**26  # of state vectors that are held at a time
MOST_ROWS = 32  # few enough to stay in the cache


@dataclass(frozen=True)
class Segment:
    """One step of the protocol as it went: its points are first … last of the curve."""

    first: int
    last: int
    end_reason: str


@dataclass(frozen=True, eq=False)
class Curve:
    """What a cell did; p columns, n volumes along each, m particles in the order of the volumes.

    time [s], voltage [V], current_density [A/m²] : (nt,)
    salt [mol/m³], electrolyte_potential, solid_potential [V] : (nt, p, n)
    metal_current : (nt, p) [A/m²]; reaction : (nt, m) [A/m²] of reacting surface
    surface, mean : (nt, m) stoichiometry at the particles' surface and on average
    lithium_error : largest error of any lithium sum (each electrode, the salt), as a share of the
        lithium that has passed in all
    nominal_capacity : basis of C-rates [A h/m²]; steps, newton_updates : what it cost
    """

    model: Model
    layout: Layout
    time: np.ndarray
    voltage: np.ndarray
    current_density: np.ndarray
    salt: np.ndarray
    electrolyte_potential: np.ndarray
    solid_potential: np.ndarray
    metal_current: np.ndarray
    reaction: np.ndarray
    surface: np.ndarray
    mean: np.ndarray
    segments: tuple[Segment, ...]
    lithium_error: float
    nominal_capacity: float
    steps: int
    newton_updates: int
    state: np.ndarray

    @property
    def end_reason(self) -> str:
        """Why the last step ended."""
        return self.segments[-1].end_reason

    @property
    def position(self) -> np.ndarray:
        """(n,) centres of the volumes from the negative side [m]."""
        width = self.model.grid.width
        return np.cumsum(width) - 0.5 * width

    @property
    def capacity(self) -> np.ndarray:
        """(nt,) charge passed since the start [A h/m²]: the lithium that the positive gained."""
        particles = self.model.particles
        here = particles.electrode == self.model.chemistry.transfer.size - 1
        held = self.mean[:, here] @ particles.held[here] / self.layout.columns
        return (held - held[0]) * FARADAY / SECONDS_PER_HOUR

    @property
    def energy(self) -> np.ndarray:
        """(nt,) energy delivered since the start [W h/m²]."""
        power = self.voltage * self.current_density
        gained = 0.5 * (power[1:] + power[:-1]) * np.diff(self.time)
        return np.concatenate([[0.0], np.cumsum(gained)]) / SECONDS_PER_HOUR


def model_of(cell: Cell, resolution: Resolution | None = None) -> tuple[Model, Layout]:
    """A cell's grid, particles and materials with room to solve them, and its state's layout."""
    resolution = resolution or Resolution()
    grid, particles = grid_of(cell, resolution), particles_of(cell, resolution)
    columns, volumes = grid.capacity.shape
    layout = Layout(columns, volumes, particles.area.size, particles.shell_volume.size)
    hierarchy = hierarchy_of(*cell.columns, volumes, grid.positive)
    model = Model(
        grid=grid,
        particles=particles,
        chemistry=chemistry_of(cell),
        system=system_for(int(hierarchy.start[-1]), volumes, layout.particles, layout.shells),
        hierarchy=hierarchy,
        change=np.zeros(3 * columns * volumes + 1),
        work=np.zeros((1, volumes, 3)),
        initial_salt=float(cell.electrolyte.initial_concentration),
    )
    return model, layout


def rest_state(cell: Cell, model: Model, layout: Layout, stoichiometry) -> np.ndarray:
    """The state at rest: even salt, each electrode at its stoichiometry, no reaction.

    The negative collector is the zero of potential, or lithium metal. Raises InputError for a
    stoichiometry that is not between 0 and 1.
    """
    if not all(0.0 < value < 1.0 for value in stoichiometry):
        raise InputError(
            f"the cell's stoichiometries are {', '.join(f'{x:g}' for x in stoichiometry)}; values "
            "between 0 and 1 were expected"
        )
    state = np.zeros(layout.size)
    c, phi_e, phi_s, _, _, _, x = layout.parts(state)
    c[:] = model.initial_salt
    potentials = [
        electrode.material.at_temperature(cell.temperature).potential(value)
        + END_POLE * (1.0 / value - 1.0 / (1.0 - value))
        for electrode, value in zip(cell.electrodes, stoichiometry, strict=True)
    ]
    ground = 0.0 if cell.is_half else -potentials[0]
    phi_e[:] = ground
    number = np.cumsum(np.diff(model.grid.solid_volume.astype(int), prepend=0) == 1) - 1
    for which, (value, potential) in enumerate(zip(stoichiometry, potentials, strict=True)):
        x[model.particles.electrode == which] = value
        phi_s[:, model.grid.solid_volume & (number == which)] = potential + ground
    state[_voltage_at(layout)] = potentials[-1] + ground
    return state


def _voltage_at(layout: Layout) -> int:
    return 3 * layout.columns * layout.volumes + layout.columns


def uniform_reaction(model: Model, layout: Layout, state, current: float) -> np.ndarray:
    """A copy of a state in which the current reacts evenly over each electrode."""
    state = state.copy()
    _, _, _, metal, _, j, _ = layout.parts(state)
    metal[model.grid.metal > 0.0] = current
    electrodes = model.chemistry.transfer.size
    for which in range(electrodes):
        here = model.particles.electrode == which
        sign = -1.0 if which == electrodes - 1 else 1.0
        j[here] = sign * current * layout.columns / model.particles.area[here].sum()
    return state


def under_load(model: Model, layout: Layout, state, mode: int, value: float):
    """Potentials and reaction that carry a load at given concentrations: the consistent start.

    Returns (state, updates), or (None, updates) where no such state is found.
    """
    updates = 0
    guesses = [state.copy()]
    if mode == CURRENT:
        guesses.insert(0, uniform_reaction(model, layout, state, value))
    for guess in guesses:
        used = converge(model, guess, 0.0, guess, True, mode, value)
        updates += abs(used)
        if used > 0:
            return guess, updates
    return None, updates


@njit
def _summarise(model, states, surface, mean):
    """Stoichiometry at the surface and on average of every particle of some states."""
    for row in range(states.shape[0]):
        _, _, _, _, _, j, x = split(model, states[row])
        for k in range(j.shape[0]):
            surface[row, k] = surface_of(model.chemistry, model.particles, k, j[k], x[k, -1])[0]
            total = 0.0
            for s in range(x.shape[1]):
                total += x[k, s] * model.particles.shell_volume[s]
            mean[row, k] = 3.0 * total


@njit
def _least_at_metal(model, state):
    """Least salt at lithium metal [mol/m³]; infinite without one."""
    c, _, _, metal, _, _, _ = split(model, state)
    least = np.inf
    for p in range(c.shape[0]):
        if model.grid.metal[p] > 0.0:
            per_current, _, _ = salt_at_metal(
                model.chemistry, metal[p], c[p, 0], model.grid.metal[p]
            )
            least = min(least, c[p, 0] + per_current * metal[p])
    return least


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
        self._points, self._held = 0, np.nan
        rows = max(8, min(MOST_ROWS, RECORD_BYTES // (8 * self.layout.size)))
        self._record = Record(np.zeros(rows), np.zeros((rows, self.layout.size)), np.zeros(rows))
        self._scratch = np.zeros((2, self.layout.size))

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
        self._lift_salt()
        guesses = [self.state]
        pushed = self.state
        if load.mode == CURRENT:
            pushed = uniform_reaction(self.model, self.layout, self.state, load.values[0])
            guesses.insert(0, pushed)
        record, length, begin, reason = self._record, load.first, 0, None
        for guess in guesses:
            record.time[0], record.state[0] = self.time, guess
            code, last, known, length, used = march(
                self.model, load, record, 0, 0, length, self._scratch
            )
            self.updates += used
            if known > 0:
                break
        else:  # beyond what the surfaces can pass
            self._keep(np.array([self.time]), self.state[None], np.zeros(1))
            return self._end(first, self._limit(pushed))
        while reason is None:
            self.time, self.state = float(record.time[last]), record.state[last].copy()
            if code == marching.STALLED:
                reason = self._limit(self.state)
            elif code != marching.RUNNING:
                reason = _REASONS[code]
            if self.progress is not None:
                self.progress(self.time, float(self.state[_voltage_at(self.layout)]))
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

    def _lift_salt(self) -> None:
        """Leave no volume so empty that the next step's logarithms have no slope left: what it is
        given, a millionth of the salt at rest at most, the others lose."""
        c = self.layout.parts(self.state)[0]
        least = LEAST_SALT * self.model.initial_salt
        if c.min() >= least:
            return
        capacity = self.model.grid.capacity
        held = float((capacity * c).sum())
        np.maximum(c, least, out=c)
        above = c > 2.0 * least
        given = float((capacity * c).sum()) - held
        c[above] *= 1.0 - given / float((capacity * c)[above].sum())

    def _end(self, first: int, reason: str) -> str:
        self.segments.append(Segment(first, self._points - 1, reason))
        return reason

    def _keep(self, times, states, currents) -> None:
        if times.size == 0:
            return
        shape = (times.size, self.layout.particles)
        surface, mean = np.empty(shape), np.empty(shape)
        _summarise(self.model, states, surface, mean)
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

    def _limit(self, state) -> str:
        """What keeps a load from going on from a state."""
        c = self.layout.parts(state)[0]
        if min(c.min(), _least_at_metal(self.model, state)) < DEPLETION * self.model.initial_salt:
            return DEPLETED
        surface, mean = np.empty((2, 1, self.layout.particles))
        _summarise(self.model, state[None], surface, mean)
        if surface.max() > 1.0 - SURFACE_END:
            return SATURATED
        return EMPTIED if surface.min() < SURFACE_END else STALLED

    def _gained(self, mean, which: int) -> np.ndarray:
        """(nt,) lithium that an electrode holds more than at the start [mol/m²] of all columns."""
        here = self.model.particles.electrode == which
        start = 3.0 * self.layout.parts(self.start)[6][here] @ self.model.particles.shell_volume
        return (mean[:, here] - start) @ self.model.particles.held[here]

    def _lithium_error(self, time, held, salt, mean) -> float:
        """Largest deviation of a lithium sum from what has passed: I t where I is constant, else
        what the positive electrode gained."""
        electrodes = self.model.chemistry.transfer.size
        gained = self._gained(mean, electrodes - 1)
        constant = held[1:] == held[:-1]
        by_current = held[1:] * np.diff(time) * self.layout.columns / FARADAY
        moved = np.concatenate([[0.0], np.cumsum(np.where(constant, by_current, np.diff(gained)))])
        passed = np.abs(np.diff(moved)).sum()
        if passed == 0.0:
            return 0.0
        salt_change = ((salt - self.model.initial_salt) * self.model.grid.capacity).sum(axis=(1, 2))
        errors = [np.abs(salt_change).max() / FARADAY, np.abs(gained - moved).max()]
        if electrodes == 2:
            errors.append(np.abs(self._gained(mean, 0) + moved).max())
        return float(max(errors) / passed)

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
            lithium_error=self._lithium_error(time, held, c, mean),
            nominal_capacity=self.nominal,
            steps=self.steps,
            newton_updates=self.updates,
            state=self.state,
        )
