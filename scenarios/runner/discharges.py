"""The discharge curves of the cells made of a run's states."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from dem.errors import InputError
from electrochem.bpx import beside, write_bpx
from electrochem.porous_electrode.balance import nominal_capacity
from electrochem.porous_electrode.cell import Cell
from electrochem.porous_electrode.discharge import Discharge, discharge
from electrochem.porous_electrode.endings import LOWER_VOLTAGE
from scenarios.runner import schema
from scenarios.runner.discharging.parts import local_of
from scenarios.runner.discharging.profiles import profiles_of
from scenarios.runner.discharging.series import write_profiles
from scenarios.runner.discharging.structure import cell_of
from scenarios.runner.discharging.tables import AREAL, Extent, curve_text, profiles_text
from scenarios.runner.progress import ProgressCallback, Reporter
from scenarios.runner.run_folder import RunFolder
from scenarios.runner.states import StateFigures


@dataclass(frozen=True)
class Discharged:
    """warnings : what went unusually; placeholders : parameters without a source of their own."""

    warnings: list[str]
    placeholders: list[str]


def discharge_states(
    figures: list[StateFigures],
    scenario: schema.Scenario,
    folder: RunFolder,
    reporter: Reporter,
) -> Discharged:
    """Discharge every state at every rate, and write its curves and its cell.

    Capacity, energy and end at each rate are added to each state's row.
    """
    settings = scenario.cell
    if settings.kind == "none":
        return Discharged([], [])
    warnings, placeholders = [], ()
    rates = tuple(dict.fromkeys(settings.rates))
    with reporter.stage("Discharge") as progress:
        for number, state in enumerate(figures):
            if settings.sizes > 1 and state.diameters is None:
                warnings.append(
                    f"{state.name}: its particles' sizes are not kept, as an earlier version wrote "
                    "the run: one size instead of cell.sizes"
                )
            begin, width = number / len(figures), 1.0 / (len(figures) * len(rates))
            try:
                local = local_of(
                    folder,
                    state.name,
                    scenario,
                    lambda _, note, at=begin, name=state.name: progress(at, f"{name}: {note}"),
                )
                cell = cell_of(state, settings, local)
                nominal = _nominal(cell, settings)
                if not cell.is_half:
                    _write_cell(cell, nominal, folder, state.name)
                for k, rate in enumerate(rates):
                    name = f"{state.name}_{rate:g}C"
                    run = _discharged(cell, rate, nominal, progress, begin + k * width, width, name)
                    write_curve(folder, name, run, cell, vtk=scenario.output.vtk)
                    state.row[f"capacity_{rate:g}C_mAh_cm2"] = float(run.capacity[-1]) / 10
                    state.row[f"energy_{rate:g}C_mWh_cm2"] = float(run.curve.energy[-1]) / 10
                    state.row[f"end_reason_{rate:g}C"] = run.end_reason
                    warnings.extend(f"{name}: {text}" for text in remarks(run))
            except InputError as error:
                warnings.append(f"{state.name}: {error}")
                continue
            placeholders = cell.placeholders
        progress(1.0)
    if settings.kind == "half":
        reporter.say("BPX knows no half cells: no discharge/<state>_bpx.json is written")
    return Discharged([*warnings, *placeholders], list(placeholders))


def _discharged(cell, rate, nominal, progress: ProgressCallback, begin, width, name) -> Discharge:
    """A discharge whose progress is a part of the stage's."""
    return discharge(
        cell,
        c_rate=rate,
        nominal=nominal,
        progress=lambda share, note: progress(begin + width * share, f"{name}: {note}"),
    )


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
