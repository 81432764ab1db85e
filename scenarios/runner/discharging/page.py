"""What a page shows of discharges: of a run's states, and of a BPX file's cell."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from scenarios.runner.discharging import depth_plots, loss_plots, plots
from scenarios.runner.discharging.depth_plots import Depth
from scenarios.runner.discharging.plots import Drawn
from scenarios.runner.discharging.protocol_page import (
    impedance_plots,
    protocol_plots,
    step_table,
)
from scenarios.runner.page.figures import Shown, plot
from scenarios.runner.results import Run, number_or_text, rate_of

TEMPLATE = "discharge.html.j2"
_PASSED = 0.5
"""The curve shown in detail is the fastest that gives so much of its cell's largest capacity."""


def is_cell(folder: Path) -> bool:
    """Whether a folder holds the discharge of a BPX file's cell, not a run."""
    path = Path(folder) / "summary.json"
    if (Path(folder) / "scenario.toml").is_file() or not path.is_file():
        return False
    try:
        return holds_cell(json.loads(path.read_text(encoding="utf-8")))
    except ValueError:
        return False


def holds_cell(summary: Mapping) -> bool:
    """Whether a summary is that of a BPX file's cell."""
    return isinstance(summary.get("bpx"), dict)


def drawn_curves(run: Run) -> list[Drawn]:
    """The curves of a folder in the order of its states and rates."""
    density = {str(row.get("state")): row.get("density_g_cm3") for row in run.rows}
    found = []
    for title, curve in run.discharges.items():
        state, separator, rate = run.curve_stems[title].rpartition("_")
        name = title.rpartition(", ")[0] if separator else ""
        of = density.get(state)
        found.append(
            Drawn(
                name, of if isinstance(of, float) else np.nan, rate_of(rate),
                run.curve_stems[title], curve,
            )
        )  # fmt: skip
    return [e for e in found if "voltage_V" in e.curve and plots.capacity_column(e) in e.curve]


def discharge_plots(run: Run) -> list[Shown]:
    """All plots for which the folder has curves."""
    curves = drawn_curves(run)
    if not curves:
        return []
    shown, run_down = [], [e for e in curves if e.capacity.size > 1]
    if run_down:
        shown.append(plot(plots.voltages(run_down), "Voltage during discharge.", wide=True))
    if len({e.rate for e in curves}) > 1:
        basis = "; a C-rate is of each state's nominal capacity" if curves[0].state else ""
        shown.append(plot(plots.against_rate(curves), f"Capacity over rate{basis}."))
    dense = [e for e in curves if np.isfinite(e.density)]
    if len({e.density for e in dense}) > 1:
        shown.append(plot(plots.against_density(dense), "Capacity over density."))
    detailed = [e for e in run_down if "equilibrium_V" in e.curve]
    if detailed:
        shown.extend(_split(detailed))
        shown.extend(_over_thickness(run, _example(detailed)))
    return shown


def _example(curves: list[Drawn]) -> Drawn:
    """The fastest of the last state's curves that gives half of the largest capacity."""
    of = [e for e in curves if e.state == curves[-1].state]
    largest = max(e.capacity[-1] for e in of)
    passing = [e for e in of if e.capacity[-1] >= _PASSED * largest]
    return max(passing, key=lambda e: e.rate)


def _split(curves: list[Drawn]) -> list[Shown]:
    example = _example(curves)
    shown = [
        plot(
            loss_plots.losses(example),
            f"Where the voltage goes: {example.title}. From the equilibrium between the "
            "electrodes' mean stoichiometries down to the cell's voltage; the parts, weighted "
            "with the reaction, add up to the black line. What helps stands below zero.",
            wide=True,
        )
    ]
    states = [e for e in curves if e.rate == example.rate]
    rates = [e for e in curves if e.state == example.state]
    if example.state and len(states) > 1:
        names = [f"{e.density:.2f}" if np.isfinite(e.density) else e.state for e in states]
        text = f"The same of every state at {example.rate:g}C, mean over each discharge's charge."
        shown.append(plot(loss_plots.mean_losses(states, names), text, wide=True))
    elif not example.state and len(rates) > 1:
        text = "The same at every rate, mean over each discharge's charge."
        names = [f"{e.rate:g}" for e in rates]
        shown.append(plot(loss_plots.mean_losses(rates, names), text, wide=True))
    return shown


def _over_thickness(run: Run, example: Drawn) -> list[Shown]:
    path = run.folder / "discharge" / f"{example.stem}_profiles.csv"
    if not path.is_file():
        return []
    depth = read_depth(path)
    return [
        plot(
            depth_plots.salt(depth),
            f"Salt in the electrolyte over the cell: {example.title}.",
            wide=True,
        ),
        plot(
            depth_plots.stoichiometry(depth),
            f"Lithium in the particles over the cell: {example.title}; at their surface, and "
            "dotted on average.",
            wide=True,
        ),
    ]


def read_depth(path: Path) -> Depth:
    """Profiles as the table of a curve's profiles holds them."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    times = list(dict.fromkeys(row["time_s"] for row in rows))
    n = len(rows) // len(times)
    capacity = "capacity_Ah" if "capacity_Ah" in rows[0] else "capacity_mAh_cm2"
    unit = "Ah" if capacity == "capacity_Ah" else "mAh cm⁻²"
    texts = ("time_s", "layer", "height_um", capacity)

    def number(text: str) -> float:
        value = number_or_text(text)
        return value if isinstance(value, float) else np.nan

    return Depth(
        labels=[f"{float(rows[k * n][capacity]):.3g} {unit}" for k in range(len(times))],
        height=np.array([float(row["height_um"]) for row in rows[:n]]),
        layer=[row["layer"] for row in rows[:n]],
        values={
            name: np.array([number(row[name]) for row in rows]).reshape(len(times), n)
            for name in rows[0]
            if name not in texts
        },
    )


def placeholder_note(run: Run) -> str:
    """One paragraph on the parameters without a source of their own; empty where all have one."""
    found = run.summary.get("placeholders", [])
    return f"Placeholders, not measured: {'; '.join(found)}." if found else ""


def parts(run: Run) -> dict:
    """What the template shows of a BPX file's cell, by its names there."""
    about = run.summary["bpx"]
    table = [
        (f"{row['rate_C']:g}C", _figure(row, "current_A"), _figure(row, "capacity_Ah"),
         _figure(row, "energy_Wh"), _figure(row, "mean_voltage_V"), row.get("end_reason", ""))
        for row in run.rows
    ]  # fmt: skip
    groups = [
        ("Discharge", discharge_plots(run), None),
        ("Protocol", protocol_plots(run), step_table(run)),
        ("Impedance", impedance_plots(run), None),
    ]
    return {
        "about": about,
        "left_out": about.get("left_out", []),
        "abstract": _abstract(about),
        "table": table,
        "groups": [group for group in groups if group[1]],
    }


def _figure(row: Mapping, name: str) -> str:
    value = row.get(name)
    return f"{value:.5g}" if isinstance(value, float) else "–"


def _abstract(about: Mapping) -> str:
    return (
        f"The cell of {about['file']}, {about['nominal_capacity_Ah']:.4g} Ah by its file, "
        f"between the charged cell at the file's stoichiometry limits and "
        f"{about['lower_voltage_V']:g} V, at {about['temperature_K'] - 273.15:.1f} °C; "
        f"{1e4 * about['electrode_area_m2']:.4g} cm² of electrodes."
    )
