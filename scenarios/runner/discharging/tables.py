"""Discharge curves and profiles as CSV."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from electrochem.porous_electrode.cell import Cell
from electrochem.porous_electrode.curve import Curve
from electrochem.porous_electrode.discharge import Discharge
from electrochem.porous_electrode.overpotentials import Overpotentials, overpotentials
from scenarios.runner.discharging.profiles import Profiles
from scenarios.runner.discharging.protocol import Done, ProtocolRun
from scenarios.runner.units import write_rate

PARTS = tuple(f"{field.name}_V" for field in fields(Overpotentials))
"""Columns of the parts that sum to the voltage."""
_ROUND_OFF = 1e-10
"""Share of a protocol's whole below which a step has passed nothing."""


@dataclass(frozen=True)
class Extent:
    """What capacities are told of: per area for a structure, of the whole for a cell.

    capacity, energy : columns; factor : from A h/m² or W h/m² to their unit
    current, current_factor : likewise of currents at the ends of steps, from A/m²
    resistance, resistance_factor : the unit of impedances, from Ω m²
    """

    capacity: str
    energy: str
    factor: float
    current: str
    current_factor: float
    resistance: str
    resistance_factor: float


AREAL = Extent(
    "capacity_mAh_cm2", "energy_mWh_cm2", 0.1, "current_density_A_m2", 1.0, "ohm_m2", 1.0
)


def of_area(area: float) -> Extent:
    """A cell of so much electrode [m²]."""
    return Extent("capacity_Ah", "energy_Wh", area, "current_A", area, "ohm", 1.0 / area)


def curve_text(run: Discharge, cell: Cell, extent: Extent = AREAL) -> str:
    """A curve as CSV: time, voltage, capacity, current density, energy and the voltage's parts."""
    columns = _columns(run.curve, run.capacity, cell, extent)
    return _csv([name for name, _ in columns], zip(*(texts for _, texts in columns), strict=True))


def protocol_text(run: ProtocolRun, cell: Cell, extent: Extent = AREAL) -> str:
    """A protocol's curve as CSV: the columns of a discharge, then cycle and step of each point,
    and at a step's last one why it ended."""
    columns = _columns(run.curve, run.curve.capacity, cell, extent)
    step = np.searchsorted([each.last for each in run.done], run.points)
    of = [run.done[k] for k in step]
    rows = (
        [*(texts[point] for _, texts in columns), str(each.cycle), str(each.number),
         each.end_reason if point == each.last else ""]
        for point, each in zip(run.points, of, strict=True)
    )  # fmt: skip
    return _csv([*(name for name, _ in columns), "cycle", "step", "end_reason"], rows)


def step_rows(run: ProtocolRun, extent: Extent = AREAL) -> list[dict]:
    """A row for each step that was begun; capacity and energy delivered in it, as the current
    positive in discharge."""
    curve = run.curve
    capacity, energy = (values * extent.factor for values in (curve.capacity, curve.energy))

    def beyond_noise(value: float, scale: float) -> float:
        return float(value) if abs(value) > _ROUND_OFF * scale else 0.0

    def passed(values: np.ndarray, each: Done) -> float:
        return beyond_noise(values[each.last] - values[each.first], np.ptp(values))

    largest = np.abs(curve.current_density).max()
    return [
        {
            "cycle": each.cycle,
            "step": each.number,
            "instruction": each.words,
            "duration_s": float(curve.time[each.last] - curve.time[each.first]),
            extent.capacity: passed(capacity, each),
            extent.energy: passed(energy, each),
            "end_voltage_V": float(curve.voltage[each.last]),
            f"end_{extent.current}": beyond_noise(curve.current_density[each.last], largest)
            * extent.current_factor,
            "end_reason": each.end_reason,
            "as_asked": each.as_asked,
        }
        for each in run.done
    ]


def spectrum_text(frequency: np.ndarray, spectrum: np.ndarray, extent: Extent = AREAL) -> str:
    """An impedance [Ω m²] over frequencies [Hz] as CSV."""
    unit, values = extent.resistance, spectrum * extent.resistance_factor
    rows = (
        [_text(f, ".6g"), _text(z.real, ".6g"), _text(z.imag, ".6g")]
        for f, z in zip(frequency, values, strict=True)
    )
    return _csv(["frequency_Hz", f"real_{unit}", f"imaginary_{unit}"], rows)


def capacity_table(rows: Sequence[Mapping[str, Any]], extent: Extent = AREAL) -> list[str]:
    """Lines of a table of capacities, a row a state and a column a rate; empty without rows."""
    columns = {rate: write_rate(rate) for rate in sorted({row["rate_C"] for row in rows})}
    return _by_state([(row["state"], row["rate_C"], row) for row in rows], columns, extent)


def step_table(rows: Sequence[Mapping[str, Any]], extent: Extent = AREAL) -> list[str]:
    """Likewise of each state's last cycle of a protocol, a column a step that passes a charge."""
    last = {row["state"]: row["cycle"] for row in rows}
    rows = [row for row in rows if row["cycle"] == last[row["state"]]]
    verbs = {row["step"]: row["instruction"].partition(" ")[0] for row in rows}
    columns = {step: f"{step} {verb}" for step, verb in sorted(verbs.items()) if verb != "rest"}
    return _by_state([(row["state"], row["step"], row) for row in rows], columns, extent)


def _by_state(
    rows: Sequence[tuple[str, Any, Mapping]], columns: Mapping[Any, str], extent: Extent
) -> list[str]:
    found = {(state, at): row[extent.capacity] for state, at, row in rows}
    table = [[_unit(extent.capacity), *columns.values()]]
    for state in dict.fromkeys(state for state, _, _ in rows):
        values = [found.get((state, at)) for at in columns]
        table.append([state, *("–" if v is None else f"{v:.4g}" for v in values)])
    widths = [max(map(len, texts)) for texts in zip(*table, strict=True)]
    return [
        "  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])])
        for line in (table if rows and columns else [])
    ]


def _unit(column: str) -> str:
    return "capacity / Ah" if column == "capacity_Ah" else "capacity / mAh cm⁻²"


def _columns(
    curve: Curve, capacity: np.ndarray, cell: Cell, extent: Extent
) -> list[tuple[str, list[str]]]:
    parts = overpotentials(curve, cell.contact_resistance)
    columns = [
        ("time_s", curve.time, ".6g"),
        ("voltage_V", curve.voltage, ".6f"),
        (extent.capacity, capacity * extent.factor, ".6g"),
        ("current_density_A_m2", curve.current_density, ".6g"),
        (extent.energy, curve.energy * extent.factor, ".6g"),
        *((name, getattr(parts, name.removesuffix("_V")), ".6f") for name in PARTS),
    ]
    return [(name, [_text(v, form) for v in values]) for name, values, form in columns]


def profiles_text(profiles: Profiles, extent: Extent = AREAL) -> str:
    """Profiles as CSV, a row for each volume of each time; blank where there is no solid."""
    heading = [
        "time_s", extent.capacity, "height_um", "layer", "salt_concentration_mol_m3",
        "electrolyte_potential_V", "solid_potential_V", "reaction_current_A_m3",
        "surface_stoichiometry", "mean_stoichiometry",
    ]  # fmt: skip
    fields_of = (
        (profiles.salt, ".6g"), (profiles.electrolyte_potential, ".6f"),
        (profiles.solid_potential, ".6f"), (profiles.reaction, ".6g"),
        (profiles.surface, ".6f"), (profiles.mean, ".6f"),
    )  # fmt: skip
    rows = (
        [_text(time, ".6g"), _text(charge * extent.factor, ".6g"), _text(1e6 * height, ".6g"),
         layer, *(_text(values[k, z], form) for values, form in fields_of)]
        for k, (time, charge) in enumerate(zip(profiles.time, profiles.capacity, strict=True))
        for z, (height, layer) in enumerate(zip(profiles.height, profiles.layer, strict=True))
    )  # fmt: skip
    return _csv(heading, rows)


def _text(value: float, form: str) -> str:
    if np.isnan(value):
        return ""
    text = format(value, form)
    return text.lstrip("-") if float(text) == 0.0 else text


def _csv(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(heading)
    table.writerows(rows)
    return text.getvalue()
