"""The command `discharge --bpx`: any cell that a BPX file describes, at some rates."""

import argparse
import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from dem.errors import InputError
from electrochem.bpx import BpxFile, open_bpx
from electrochem.porous_electrode.discharge import Discharge, discharge
from scenarios.runner.discharges import remarks, write_curve
from scenarios.runner.discharging.asked import asked_of_file
from scenarios.runner.discharging.procedure import (
    PROTOCOL,
    Procedure,
    go_through,
    write_protocol,
    write_spectrum,
)
from scenarios.runner.discharging.spectrum import spectrum_of
from scenarios.runner.discharging.tables import of_area
from scenarios.runner.progress import Reporter
from scenarios.runner.record import plain_rows, summary_csv
from scenarios.runner.report import write_report
from scenarios.runner.run_folder import RunFolder, refuse_existing_run, versions

_RESULTS = ("summary.csv", "summary.json", "report.html", "discharge")


def discharge_file(args: argparse.Namespace, reporter: Reporter) -> RunFolder:
    """Take the cell of the file that the arguments name through what they ask; returns the
    folder of the results.

    The table has a row for every curve that is whole, also where the rest was interrupted. Raises
    InputError for a wrong file, a cell that cannot be, or a folder that holds something already.
    """
    file = open_bpx(Path(args.bpx))
    asked = asked_of_file(args, file.cell)
    path = Path(args.output or f"{Path(args.bpx).stem}-discharge")
    _refuse_results(path)
    folder = RunFolder.make(path)
    results = _Results(folder, file, Path(args.bpx).name, warnings=list(file.warnings))
    try:
        with folder.log():
            _discharge(results, asked, reporter)
            with reporter.stage("Report"):
                write_report(folder.path)
    except BaseException as error:
        if not results.any:
            folder.discard()
        if isinstance(error, InputError):
            raise InputError(f"{args.bpx}: {error}") from None
        raise
    return folder


@dataclass
class _Results:
    """What came of a file's cell so far."""

    folder: RunFolder
    file: BpxFile
    name: str
    rates: list[dict] = field(default_factory=list)
    steps: list[dict] = field(default_factory=list)
    spectra: int = 0
    warnings: list[str] = field(default_factory=list)

    @property
    def any(self) -> bool:
        return bool(self.rates or self.steps or self.spectra)


def _discharge(found: _Results, asked: Procedure, reporter: Reporter) -> None:
    file, folder, cell = found.file, found.folder, found.file.cell
    extent, nominal = of_area(cell.area), file.nominal_capacity
    if file.left_out:
        reporter.say(f"{found.name}: not used by an isothermal cell: {', '.join(file.left_out)}")
    for number, rate in enumerate(asked.rates):
        with reporter.stage(f"Discharge at {rate:g}C") as progress:
            run = discharge(cell, c_rate=rate, nominal=nominal, progress=progress)
            write_curve(folder, f"{rate:g}C", run, cell, extent, vtk=True)
            found.rates.append(_row(run, rate, cell.area))
            found.warnings.extend(f"{rate:g}C: {text}" for text in remarks(run))
            _summarise(found)
        reporter.say(_sentence(found.rates[number]))
    if asked.protocol:
        with reporter.stage("Protocol") as progress:
            way = go_through(cell, asked, nominal, progress)
            found.steps.extend(write_protocol(folder, "", way, cell, extent, vtk=True))
            found.warnings.extend(f"{PROTOCOL}: {text}" for text in way.remarks)
            _summarise(found)
    if asked.impedance is not None:
        with reporter.stage("Impedance"):
            write_spectrum(folder, "", spectrum_of(cell, asked.impedance), extent)
            found.spectra += 1
            _summarise(found)
    for text in found.warnings:
        reporter.warn(text)


def _row(run: Discharge, rate: float, area: float) -> dict:
    passed, energy = float(run.capacity[-1]) * area, float(run.curve.energy[-1]) * area
    return {
        "rate_C": rate,
        "current_A": run.current_density * area,
        "capacity_Ah": passed,
        "energy_Wh": energy,
        # Over the charge: what the energy is of each ampere-hour.
        "mean_voltage_V": energy / passed if passed > 0.0 else np.nan,
        "end_reason": run.end_reason,
    }


def _sentence(row: dict) -> str:
    return (
        f"{row['rate_C']:g}C: {row['capacity_Ah']:.6g} Ah, {row['energy_Wh']:.6g} Wh, "
        f"ended by: {row['end_reason']}"
    )


def _summarise(found: _Results) -> None:
    cell = found.file.cell
    about = {
        "file": found.name,
        "title": found.file.title,
        "nominal_capacity_Ah": found.file.nominal_capacity * cell.area,
        "electrode_area_m2": cell.area,
        "temperature_K": cell.temperature,
        "lower_voltage_V": cell.lower_voltage,
        "upper_voltage_V": cell.upper_voltage,
        "left_out": list(found.file.left_out),
    }
    told = {
        "bpx": about, "warnings": found.warnings, "versions": versions(),
        "rates": plain_rows(found.rates), "steps": plain_rows(found.steps),
    }  # fmt: skip
    found.folder.write_text("summary.csv", summary_csv(found.rates))
    found.folder.write_text("summary.json", json.dumps(told, indent=1, allow_nan=False) + "\n")


def _refuse_results(path: Path) -> None:
    found = [name for name in _RESULTS if (path / name).exists()]
    if found:
        raise InputError(
            f"{path}: already holds results ({', '.join(found)}); choose another folder with -o"
        )
    refuse_existing_run(path)
