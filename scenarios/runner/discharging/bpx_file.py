"""The command `discharge --bpx`: any cell that a BPX file describes, at some rates."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from dem.errors import InputError
from electrochem.bpx import BpxFile, open_bpx
from electrochem.porous_electrode.discharge import Discharge, discharge
from scenarios.runner.discharges import remarks, write_curve
from scenarios.runner.discharging.tables import of_area
from scenarios.runner.progress import Reporter
from scenarios.runner.record import plain_rows, summary_csv
from scenarios.runner.report import write_report
from scenarios.runner.run_folder import RunFolder, refuse_existing_run, versions

_RESULTS = ("summary.csv", "summary.json", "report.html", "discharge")


def discharge_file(
    args: argparse.Namespace, rates: Sequence[float], reporter: Reporter
) -> RunFolder:
    """Discharge the cell of the file that the arguments name; returns the folder of the results.

    The table has a row for every curve that is whole, also where the rest was interrupted. Raises
    InputError for a wrong file, a cell that cannot be, or a folder that holds something already.
    """
    file = open_bpx(Path(args.bpx))
    path = Path(args.output or f"{Path(args.bpx).stem}-discharge")
    _refuse_results(path)
    folder = RunFolder.make(path)
    rows: list[dict] = []
    try:
        with folder.log():
            _discharge(file, Path(args.bpx).name, rates, folder, reporter, rows)
            with reporter.stage("Report"):
                write_report(folder.path)
    except BaseException as error:
        if not rows:
            folder.discard()
        if isinstance(error, InputError):
            raise InputError(f"{args.bpx}: {error}") from None
        raise
    return folder


def _discharge(
    file: BpxFile, name: str, rates: Sequence[float], folder: RunFolder, reporter: Reporter,
    rows: list[dict],
) -> None:  # fmt: skip
    cell, warnings = file.cell, list(file.warnings)
    extent = of_area(cell.area)
    if file.left_out:
        reporter.say(f"{name}: not used by an isothermal cell: {', '.join(file.left_out)}")
    for number, rate in enumerate(rates):
        with reporter.stage(f"Discharge at {rate:g}C") as progress:
            run = discharge(cell, c_rate=rate, nominal=file.nominal_capacity, progress=progress)
            write_curve(folder, f"{rate:g}C", run, cell, extent, vtk=True)
            rows.append(_row(run, rate, cell.area))
            warnings.extend(f"{rate:g}C: {text}" for text in remarks(run))
            _summarise(folder, file, name, rows, warnings)
        reporter.say(_sentence(rows[number]))
    for text in warnings:
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


def _summarise(
    folder: RunFolder, file: BpxFile, name: str, rows: list[dict], warnings: list[str]
) -> None:
    cell = file.cell
    about = {
        "file": name,
        "title": file.title,
        "nominal_capacity_Ah": file.nominal_capacity * cell.area,
        "electrode_area_m2": cell.area,
        "temperature_K": cell.temperature,
        "lower_voltage_V": cell.lower_voltage,
        "upper_voltage_V": cell.upper_voltage,
        "left_out": list(file.left_out),
    }
    told = {"bpx": about, "warnings": warnings, "versions": versions(), "rates": plain_rows(rows)}
    folder.write_text("summary.csv", summary_csv(rows))
    folder.write_text("summary.json", json.dumps(told, indent=1, allow_nan=False) + "\n")


def _refuse_results(path: Path) -> None:
    found = [name for name in _RESULTS if (path / name).exists()]
    if found:
        raise InputError(
            f"{path}: already holds results ({', '.join(found)}); choose another folder with -o"
        )
    refuse_existing_run(path)
