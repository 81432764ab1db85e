"""The discharge curves, protocols and spectra of the cells made of a run's states."""

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dem.errors import InputError
from electrochem.bpx import beside, write_bpx
from electrochem.porous_electrode.balance import nominal_capacity
from electrochem.porous_electrode.cell import Cell
from electrochem.porous_electrode.discharge import Discharge, discharge
from electrochem.porous_electrode.endings import LOWER_VOLTAGE
from scenarios.runner import schema
from scenarios.runner.discharging.kept import Room
from scenarios.runner.discharging.parts import local_of
from scenarios.runner.discharging.procedure import (
    IMPEDANCE,
    PROTOCOL,
    Procedure,
    go_through,
    write_protocol,
    write_spectrum,
)
from scenarios.runner.discharging.profiles import profiles_of
from scenarios.runner.discharging.series import write_profiles
from scenarios.runner.discharging.spectrum import spectrum_of
from scenarios.runner.discharging.structure import cell_of
from scenarios.runner.discharging.tables import AREAL, Extent, curve_text, profiles_text
from scenarios.runner.progress import ProgressCallback, Reporter
from scenarios.runner.record import plain_rows
from scenarios.runner.run_folder import RunFolder
from scenarios.runner.states import StateFigures


@dataclass
class Discharged:
    """rates, steps : rows of tables; failed : states without a cell, or their curves that could not
    be had, and why
    warnings : what went unusually; placeholders : parameters without a source of their own."""

    rates: list[dict[str, Any]] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    placeholders: list[str] = field(default_factory=list)

    def miss(self, name: str, error: InputError, room: Room) -> None:
        """Note a state or a curve that cannot be had; earlier ones of it go."""
        room.forget(name)
        self.failed[name] = str(error)
        self.warnings.append(f"{name}: {error}")

    def plain(self) -> dict[str, Any]:
        """As summary.json holds it."""
        return {
            "rates": plain_rows(self.rates),
            "steps": plain_rows(self.steps),
            "failed": self.failed,
            "warnings": self.warnings,
        }


def discharge_states(
    figures: list[StateFigures],
    scenario: schema.Scenario,
    folder: RunFolder,
    reporter: Reporter,
    asked: Procedure | None = None,
    of_run: schema.cell.Cell | None = None,
    found: Discharged | None = None,
) -> Discharged:
    """Take the cell of every state through what is asked of it, and write what came of it.

    asked : by default all that the scenario's cell asks; of_run : the cell that the run was started
    with, where the scenario's is another; found : what to fill, which then stands where the rest is
    interrupted. Capacity, energy and end at each rate are added to each state's row.
    """
    settings, found = scenario.cell, Discharged() if found is None else found
    if settings.kind == "none":
        return found
    asked = asked or Procedure.of(settings)
    room = Room(folder, settings, asked, of_run or settings, reporter.say)
    with reporter.stage("Discharge") as progress:
        for number, state in enumerate(figures):
            if settings.sizes > 1 and state.diameters is None:
                found.warnings.append(
                    f"{state.name}: its particles' sizes are not kept, as an earlier version wrote "
                    "the run: one size instead of cell.sizes"
                )
            tell = _Share(progress, number / len(figures), 1.0 / len(figures))
            try:
                local = local_of(folder, state.name, scenario, tell.standing(state.name))
                cell = cell_of(state, settings, local)
                nominal = _nominal(cell, settings)
            except InputError as error:
                found.miss(state.name, error, room)
                continue
            _take(cell, nominal, state, asked, scenario, folder, room, tell, found)
            found.placeholders = list(cell.placeholders)
        progress(1.0)
    found.warnings += [f"placeholder: {text}" for text in found.placeholders]
    if settings.kind == "half":
        reporter.say("BPX knows no half cells: no discharge/<state>_bpx.json is written")
    return found


@dataclass(frozen=True)
class _Share:
    """A part of a stage's progress."""

    progress: ProgressCallback
    begin: float
    width: float

    def part(self, first: int, count: int, of: int, name: str) -> ProgressCallback:
        """The progress of some of so many equal parts."""
        begin, width = self.begin + self.width * first / of, self.width * count / of
        return lambda share, note="": self.progress(begin + width * share, f"{name}: {note}")

    def standing(self, name: str) -> ProgressCallback:
        """The progress of what comes before the parts: it tells its notes alone."""
        return lambda _, note: self.progress(self.begin, f"{name}: {note}")


def _take(
    cell: Cell, nominal: float, state: StateFigures, asked: Procedure, scenario: schema.Scenario,
    folder: RunFolder, room: Room, tell: _Share, found: Discharged,
) -> None:  # fmt: skip
    """Take a state's cell through what is asked, and write it."""
    vtk, missed = scenario.output.vtk, len(found.failed)
    others = bool(asked.protocol) + (asked.impedance is not None)
    for k, rate in enumerate(asked.rates):
        name = f"{state.name}_{rate:g}C"
        try:
            run = discharge(
                cell, c_rate=rate, nominal=nominal, progress=tell.part(k, 1, asked.parts, name)
            )
        except InputError as error:
            found.miss(name, error, room)
            continue
        room.enter()
        write_curve(folder, name, run, cell, vtk=vtk)
        capacity, energy = float(run.capacity[-1]) / 10, float(run.curve.energy[-1]) / 10
        state.row[f"capacity_{rate:g}C_mAh_cm2"] = capacity
        state.row[f"energy_{rate:g}C_mWh_cm2"] = energy
        state.row[f"end_reason_{rate:g}C"] = run.end_reason
        found.rates.append(
            {
                "state": state.name, "rate_C": rate, "current_density_A_m2": run.current_density,
                "capacity_mAh_cm2": capacity, "energy_mWh_cm2": energy,
                "end_reason": run.end_reason,
            }
        )  # fmt: skip
        found.warnings.extend(f"{name}: {text}" for text in remarks(run))
    stem = f"{state.name}_"
    if asked.protocol:
        name = f"{stem}{PROTOCOL}"
        along = tell.part(len(asked.rates), asked.cycles, asked.parts, name)
        try:
            way = go_through(cell, asked, nominal, along)
        except InputError as error:
            found.miss(name, error, room)
        else:
            room.enter()
            rows = write_protocol(folder, stem, way, cell, vtk=vtk)
            found.steps.extend({"state": state.name, **row} for row in rows)
            found.warnings.extend(f"{name}: {text}" for text in way.remarks)
    if asked.impedance is not None:
        try:
            spectrum = spectrum_of(cell, asked.impedance)
        except InputError as error:
            found.miss(f"{stem}{IMPEDANCE}", error, room)
        else:
            room.enter()
            write_spectrum(folder, stem, spectrum)
    if not cell.is_half and len(found.failed) - missed < len(asked.rates) + others:
        _write_cell(cell, nominal, folder, state.name)


def nominal_capacity_of(state: StateFigures, settings: schema.cell.Cell) -> float:
    """Basis of the C-rates of a state's cell [A h/m²]; InputError for what makes no cell."""
    return _nominal(cell_of(state, settings), settings)


def _nominal(cell: Cell, settings: schema.cell.Cell) -> float:
    given = settings.nominal_capacity
    return nominal_capacity(cell) if given is None else given


def write_curve(
    folder: RunFolder, name: str, run: Discharge, cell: Cell, extent: Extent = AREAL, *, vtk: bool
) -> None:
    """Write a curve, its profiles and, for ParaView, their series under `discharge/`."""
    profiles = profiles_of(run.curve)
    folder.write_text(f"discharge/{name}_profiles.csv", profiles_text(profiles, extent))
    if vtk:
        at = profiles.index
        write_profiles(
            folder.path / "discharge", name, profiles, run.voltage[at], run.capacity[at]
        )  # fmt: skip
    # Last: where the curve stands, all of it does.
    folder.write_text(f"discharge/{name}.csv", curve_text(run, cell, extent))


def remarks(run: Discharge) -> list[str]:
    """What a discharge and its end have of their own, a sentence each."""
    found = [run.note] if run.note else []
    if not found and run.end_reason != LOWER_VOLTAGE:
        found = [f"ended before its limit: {run.end_reason}"]
    return [*found, *run.curve.warnings]


def _write_cell(cell: Cell, nominal: float, folder: RunFolder, state: str) -> None:
    """Write a state's cell as BPX, and what the format cannot say beside it."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / f"{state}_bpx.json"
        write_bpx(cell, path, nominal=nominal, title=f"calendem, {state}")
        for made in (beside(path), path):
            folder.write(f"discharge/{made.name}", lambda to, made=made: shutil.copyfile(made, to))
