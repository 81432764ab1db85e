"""Discharge curves and profiles as CSV."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np

from electrochem.porous_electrode.cell import Cell
from electrochem.porous_electrode.discharge import Discharge
from electrochem.porous_electrode.overpotentials import Overpotentials, overpotentials
from scenarios.runner.discharging.profiles import Profiles

PARTS = tuple(f"{field.name}_V" for field in fields(Overpotentials))
"""Columns of the parts that sum to the voltage."""


@dataclass(frozen=True)
class Extent:
    """What capacities are told of: per area for a structure, of the whole for a cell.

    capacity, energy : columns; factor : from A h/m² or W h/m² to their unit
    """

    capacity: str
    energy: str
    factor: float


AREAL = Extent("capacity_mAh_cm2", "energy_mWh_cm2", 0.1)


def of_area(area: float) -> Extent:
    """A cell of so much electrode [m²]."""
    return Extent("capacity_Ah", "energy_Wh", area)


def curve_text(run: Discharge, cell: Cell, extent: Extent = AREAL) -> str:
    """A curve as CSV: time, voltage, capacity, current density, energy and the voltage's parts."""
    parts = overpotentials(run.curve, cell.contact_resistance)
    columns = [
        ("time_s", run.time, ".6g"),
        ("voltage_V", run.voltage, ".6f"),
        (extent.capacity, run.capacity * extent.factor, ".6g"),
        ("current_density_A_m2", run.curve.current_density, ".6g"),
        (extent.energy, run.curve.energy * extent.factor, ".6g"),
        *(
            (name, getattr(parts, name.removesuffix("_V")), ".6f")
            for name in PARTS
        ),
    ]  # fmt: skip
    return _csv(
        [name for name, _, _ in columns],
        zip(*([_text(v, form) for v in values] for _, values, form in columns), strict=True),
    )


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
