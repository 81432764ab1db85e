"""What a page shows of protocols and spectra, and of the cell whose curves stand there."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dem.errors import InputError
from scenarios.runner.discharging.kept import changed_from
from scenarios.runner.discharging.plots import Arrays
from scenarios.runner.discharging.protocol_plots import nyquist, over_time
from scenarios.runner.page.figures import Shown, plot
from scenarios.runner.refusals import shown
from scenarios.runner.results import Run, rate_of

_MOST_ROWS = 60
"""Of more steps the page shows the last cycle alone."""
_PARTS = {"real_ohm_m2", "real_ohm"}
_MOST_OPEN = 20
"""More rows are folded away."""


@dataclass(frozen=True)
class Table:
    """A table of texts: its heading, its rows and a note below; title : under which it is folded,
    empty where it is open."""

    heading: list[str]
    rows: list[list[str]]
    note: str = ""
    title: str = ""


def protocol_plots(run: Run) -> list[Shown]:
    """Voltage and current of a protocol over time."""
    if not run.protocols:
        return []
    text = "Voltage and current along the protocol; positive currents discharge."
    area = run.summary.get("bpx", {}).get("electrode_area_m2")
    return [plot(over_time(run.protocols, area), text, wide=True)]


def impedance_plots(run: Run) -> list[Shown]:
    """Spectra in the complex plane."""
    drawn = {name: of for name, spectrum in run.spectra.items() if (of := _finite(spectrum))}
    if not drawn:
        return []
    text = "Impedance of the rested cell; dots at whole decades of the frequency."
    return [plot(nyquist(drawn), text, wide=True)]


def _finite(spectrum: Arrays) -> Arrays:
    """The rows of a spectrum that hold figures; empty where there are none."""
    if not _PARTS & spectrum.keys():
        return {}
    finite = np.all([np.isfinite(values) for values in spectrum.values()], axis=0)
    return {name: values[finite] for name, values in spectrum.items()} if finite.any() else {}


def step_table(run: Run) -> Table | None:
    """The steps of a protocol as they went."""
    if not run.protocol_steps:
        return None
    steps = [(state, row) for state, rows in run.protocol_steps.items() for row in rows]
    note = "Steps are numbered cycle.step; capacity and energy are positive where delivered."
    if len(steps) > _MOST_ROWS:
        last = {state: rows[-1]["cycle"] for state, rows in run.protocol_steps.items()}
        steps = [(state, row) for state, row in steps if row["cycle"] == last[state]]
        note += " Last cycles alone are shown: all stand in discharge/…protocol_steps.csv."
    whole = "capacity_Ah" in steps[0][1]
    capacity, energy = (
        ("capacity_Ah", "energy_Wh") if whole else ("capacity_mAh_cm2", "energy_mWh_cm2")
    )
    heading = [
        "Step", "Duration / min", f"Capacity / {'Ah' if whole else 'mAh cm⁻²'}",
        f"Energy / {'Wh' if whole else 'mWh cm⁻²'}", "End / V", "Ended by",
    ]  # fmt: skip
    rows = [
        [
            f"{state}{', ' if state else ''}{row['cycle']:g}.{row['step']:g} {row['instruction']}",
            f"{row['duration_s'] / 60.0:.4g}",
            f"{row[capacity]:.4g}",
            f"{row[energy]:.4g}",
            f"{row['end_voltage_V']:.3f}",
            _end(row),
        ]
        for state, row in steps
    ]
    return Table(heading, rows, note, "The steps" if len(rows) > _MOST_OPEN else "")


def _end(row: Mapping) -> str:
    return f"{row['end_reason']}{'' if row['as_asked'] == 'True' else ', not as asked'}"


def capacity_table(run: Run) -> Table | None:
    """Capacities of a run's states at the rates of the curves that stand there."""
    found: dict[str, dict[float, str]] = {}
    for title, curve in run.discharges.items():
        state, _, rate = title.rpartition(", ")
        if "capacity_mAh_cm2" in curve:
            found.setdefault(state, {})[rate_of(rate)] = f"{curve['capacity_mAh_cm2'][-1]:.3f}"
    rates = sorted({rate for of in found.values() for rate in of})
    if not found:
        return None
    rows = [[state, *(of.get(rate, "–") for rate in rates)] for state, of in found.items()]
    return Table(["Capacity / mAh cm⁻²", *(f"{rate:g}C" for rate in rates)], rows)


def changed_note(run: Run) -> str:
    """One paragraph where the curves are of another cell than the run's own; else empty."""
    try:
        other = changed_from(run.folder, run.scenario)
    except InputError as error:
        return f"Of which cell these curves are is not known: {error}."
    if not other:
        return ""
    values = ", ".join(f"{key} = {shown(value)}" for key, value in other.items())
    return (
        f"These curves are of another cell than that of the scenario below: {values}. The tables "
        "summary.csv and of the states are of the scenario's own."
    )
