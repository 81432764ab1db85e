"""The tables of a run, summary.csv and summary.json: a row a state; equal runs, equal bytes."""

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from scenarios.runner.run_folder import RunFolder

COLUMNS = (
    "state",
    "target_density_g_cm3",
    "density_g_cm3",
    "crystal_density_g_cm3",
    "thickness_um",
    "loaded_thickness_um",
    "springback",
    "peak_pressure_MPa",
    "line_load_N_mm",
    "porosity",
    "am_fraction",
    "cbd_fraction",
    "cbd_nanoporosity",
    "pore_fraction",
    "broken_bond_fraction",
    "cracked_particle_fraction",
    "cracked_volume_fraction",
    "crack_area_m2_m3",
    "am_volume_above_100MPa",
    "am_volume_above_150MPa",
    "am_pore_area_m2_m3",
    "am_cbd_area_m2_m3",
    "tortuosity_factor_z",
    "effective_diffusivity_z",
    "electronic_conductivity_z_S_m",
)
"""The columns every tool may rely on, in their order; further ones follow as they come."""

Row = Mapping[str, Any]


def columns(rows: Sequence[Row]) -> list[str]:
    """The columns that stand in any row: the known ones in their order, then the others."""
    present = dict.fromkeys(name for row in rows for name in row)
    return [n for n in COLUMNS if n in present] + [n for n in present if n not in COLUMNS]


def summary_csv(rows: Sequence[Row]) -> str:
    """The rows as CSV; None is blank, infinity is inf, numbers have six digits."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    names = columns(rows)
    table.writerow(names)
    table.writerows([_cell(row.get(name)) for name in names] for row in rows)
    return text.getvalue()


def summary_json(rows: Sequence[Row], **more: Any) -> str:
    """The rows as JSON under `states`, beside what else is given; infinity and NaN are null."""
    return json.dumps({**more, "states": plain_rows(rows)}, indent=1, allow_nan=False) + "\n"


def plain_rows(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The rows as JSON takes them, numbers with six digits; infinity and NaN are None."""
    names = columns(rows)
    return [{name: _finite(row.get(name)) for name in names} for row in rows]


def write_summary(folder: RunFolder, rows: Sequence[Row], **more: Any) -> None:
    """Write summary.csv and summary.json; `more` is what else the latter holds, as plain data."""
    folder.write_text("summary.csv", summary_csv(rows))
    folder.write_text("summary.json", summary_json(rows, **more))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str | bool | int):
        return str(value)
    number = float(value)
    return "" if math.isnan(number) else f"{number:.6g}"


def _finite(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int):
        return value
    number = float(value)
    return float(f"{number:.6g}") if math.isfinite(number) else None
