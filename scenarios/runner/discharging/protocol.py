"""A cell taken through the steps of `cell.protocol`."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from electrochem.porous_electrode.balance import stoichiometry_window
from electrochem.porous_electrode.cell import Cell
from electrochem.porous_electrode.curve import Curve
from electrochem.porous_electrode.endings import (
    CURRENT_LIMIT,
    DURATION,
    FAILURES,
    LOWER_VOLTAGE,
    UPPER_VOLTAGE,
)
from electrochem.porous_electrode.protocol import Step as SolverStep
from electrochem.porous_electrode.simulation import Simulation
from scenarios.runner.discharging.beyond import beyond
from scenarios.runner.discharging.drive_table import read_drive_table
from scenarios.runner.progress import ProgressCallback
from scenarios.runner.schema.protocol import RATE, Amount, Step

_GROUP_OF = {LOWER_VOLTAGE: "voltage", UPPER_VOLTAGE: "voltage", CURRENT_LIMIT: "current",
             DURATION: "time"}  # fmt: skip


@dataclass(frozen=True)
class Done:
    """A step as it went: number : from 1 on, in its cycle; its points are first … last.

    as_asked : whether it ended by what it was to end by
    """

    cycle: int
    number: int
    words: str
    first: int
    last: int
    end_reason: str
    as_asked: bool


@dataclass(frozen=True, eq=False)
class ProtocolRun:
    """A cell's way through a protocol.

    done : its steps, the last of which may be where nothing went on; left : steps not begun
    points : (k,) of the curve's that tables show: all, but of a followed table those at its rows
    beyond : points where the cell left what holds for it, a sentence each
    """

    curve: Curve
    done: tuple[Done, ...]
    left: int
    points: np.ndarray
    beyond: tuple[tuple[int, str], ...] = ()

    @property
    def remarks(self) -> list[str]:
        """What went otherwise than asked, a sentence each, and what the curve has of its own."""
        found: dict[tuple[int, str, str], list[int]] = {}
        for each in self.done:
            time = self.curve.time
            at_once = time[each.last] == time[each.first] and each.end_reason not in FAILURES
            if at_once or not each.as_asked:
                how = "ended as soon as it began by" if at_once else "was ended by"
                key = (each.number, each.words, f"{how}: {each.end_reason}")
                found.setdefault(key, []).append(each.cycle)
        cycles = self.done[-1].cycle if self.done else 1
        texts = [
            f"step {number} ({words}){_in_cycles(where, cycles)} {how}"
            for (number, words, how), where in found.items()
        ]
        if self.left:
            texts.append(
                f"the protocol stopped in cycle {cycles}; steps that were not begun: {self.left}"
            )
        for point, text in self.beyond:
            each = next(each for each in self.done if point <= each.last)
            where = _in_cycles([each.cycle], cycles)
            texts.append(f"{text}, in step {each.number} ({each.words}){where}")
        return [*texts, *self.curve.warnings]


def _in_cycles(where: list[int], cycles: int) -> str:
    if cycles == 1:
        return ""
    if len(where) == 1:
        return f" in cycle {where[0]}"
    return f" in {len(where)} cycles from {where[0]} to {where[-1]}"


def stoichiometries_at(cell: Cell, state_of_charge: float) -> tuple[float, ...]:
    """Of the porous electrodes, the negative first, at a share of the charge between the limits."""
    window = stoichiometry_window(cell)
    empty = (window.negative_discharged, window.positive_discharged)
    return tuple(
        full + (1.0 - state_of_charge) * (low - full)
        for full, low in zip(window.charged, (x for x in empty if x is not None), strict=True)
    )


def run_protocol(
    cell: Cell,
    steps: tuple[Step, ...],
    cycles: int,
    state_of_charge: float,
    nominal: float,
    progress: ProgressCallback,
) -> ProtocolRun:
    """Take a cell that rested at a state of charge through steps, so many times.

    nominal : basis of C-rates [A h/m²]. Ends early where nothing goes on. Raises InputError for a
    table that cannot be read.
    """
    ways = [list(solver_steps(step, cell, nominal)) for step in steps]
    total, place = cycles * len(steps), [0, ""]

    def tell(time: float, voltage: float) -> None:
        progress(place[0] / total, f"{place[1]}, {time:.0f} s, {voltage:.3f} V")

    simulation = Simulation(
        cell, nominal=nominal, stoichiometry=stoichiometries_at(cell, state_of_charge),
        progress=tell,
    )  # fmt: skip
    done, points = [], []
    for cycle in range(1, cycles + 1):
        for number, (step, way) in enumerate(zip(steps, ways, strict=True), 1):
            place[:] = [len(done), f"cycle {cycle}, step {number}"]
            begun = len(simulation.segments)
            for part in way:
                reason = simulation.do(part)
                if reason != DURATION:
                    break
            segments = simulation.segments[begun:]
            first, last = segments[0].first, segments[-1].last
            as_asked = len(segments) == len(way) and _as_asked(step, reason)
            done.append(Done(cycle, number, step.words, first, last, reason, as_asked))
            at_rows = [first, *(each.last for each in segments)]
            points.extend(at_rows if step.follow is not None else range(first, last + 1))
            if reason in FAILURES:
                return _run(cell, simulation, done, total, points)
    progress(1.0)
    return _run(cell, simulation, done, total, points)


def _run(
    cell: Cell, simulation: Simulation, done: list[Done], total: int, points: list[int]
) -> ProtocolRun:
    curve = simulation.curve()
    left = total - len(done)
    return ProtocolRun(curve, tuple(done), left, np.array(points), tuple(beyond(cell, curve)))


def _as_asked(step: Step, reason: str) -> bool:
    if step.verb in ("rest", "follow"):
        return reason == DURATION
    asked = {end.group for end in step.until} if step.until else {"voltage"}
    return _GROUP_OF.get(reason) in asked


def solver_steps(step: Step, cell: Cell, nominal: float) -> Iterator[SolverStep]:
    """What the solver does for a step: one of its own, of a followed table one between two rows.

    A charge or discharge that names no voltage ends at the cell's own limit as well.
    """
    ends = {end.group: end for end in step.until or ()}
    duration = ends["time"].value if "time" in ends else np.inf
    if step.follow is not None:
        yield from _followed(step, cell, nominal)
    elif step.rest is not None:
        yield SolverStep("current", 0.0, duration=step.rest)
    elif step.hold is not None:
        held = SolverStep("voltage", step.hold, duration=1.0)
        if "current" in ends:
            _, least = _held(ends["current"], cell, nominal)
            held = replace(held, least_current=least)
        yield replace(held, duration=duration)
    elif step.charge is not None:
        limit = ends["voltage"].value if "voltage" in ends else cell.upper_voltage
        mode, value = _held(step.charge, cell, nominal)
        yield SolverStep(mode, -value, duration=duration, upper_voltage=limit)
    else:
        limit = ends["voltage"].value if "voltage" in ends else cell.lower_voltage
        mode, value = _held(step.discharge, cell, nominal)
        yield SolverStep(mode, value, duration=duration, lower_voltage=limit)


def _held(amount: Amount, cell: Cell, nominal: float) -> tuple[str, float]:
    """The solver's mode, and the value per area of electrode [A/m² or W/m²]."""
    per_area = {
        RATE: nominal,
        "current density": 1.0,
        "power density": 1.0,
        "current": 1.0 / cell.area,
        "power": 1.0 / cell.area,
    }[amount.kind]
    return "power" if amount.kind.startswith("power") else "current", amount.value * per_area


def _followed(step: Step, cell: Cell, nominal: float) -> Iterator[SolverStep]:
    table = read_drive_table(step.follow)
    mode, unit = _held(Amount(table.kind, 1.0), cell, nominal)
    for k, duration in enumerate(np.diff(table.time)):
        begin, end = (float(value) * unit for value in table.values[k : k + 2])
        yield SolverStep(
            mode, times=(0.0, float(duration)), values=(begin, end), duration=float(duration),
            lower_voltage=cell.lower_voltage, upper_voltage=cell.upper_voltage,
        )  # fmt: skip
