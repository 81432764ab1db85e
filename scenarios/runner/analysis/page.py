"""The report page of an analysis: a section a group, from the files in its folder alone."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import h5py
import numpy as np

from scenarios.runner.analysis.curves import read_curves
from scenarios.runner.analysis.folder import STATE
from scenarios.runner.analysis.group import Column, Group, Table
from scenarios.runner.analysis.groups import FIRST, GROUPS
from scenarios.runner.analysis.section_plots import sections
from scenarios.runner.page.figures import Shown, plot
from scenarios.runner.results import Run

TEMPLATE = "analysis.html.j2"


@dataclass(frozen=True)
class Section:
    """A group on the page: its figures as title, unit, text, meaning and column."""

    heading: str
    note: str
    figures: list[tuple[str, str, str, str, str]]
    tables: list[Table]
    plots: list[Shown]


def is_analysis(run: Run) -> bool:
    """Whether a folder holds an analysis of a volume, not a run."""
    return isinstance(run.summary.get("groups"), list)


def parts(run: Run) -> dict:
    """What the template shows of an analysis, by its names there."""
    curves = read_curves(run.folder)
    groups = [group for group in (FIRST, *GROUPS.values()) if group.name in run.summary["groups"]]
    left_out = run.summary.get("left_out", {})
    return {
        "abstract": _abstract(run),
        "pictures": _pictures(run),
        "groups": [_section(group, run, curves) for group in groups],
        "left_out": [(GROUPS[name].title, name, why) for name, why in left_out.items()],
        "files": sorted(
            path.relative_to(run.folder).as_posix()
            for folder in ("curves", "pores", "fields")
            for path in (run.folder / folder).glob("*.*")
        ),
    }


def _section(group: Group, run: Run, curves: Mapping) -> Section:
    row = run.rows[0]
    figures = [
        (column.title, column.unit, figure_text(row.get(column.name), column), column.meaning,
         column.name)
        for column in group.columns
        if column.name in row and column.alone
    ]  # fmt: skip
    return Section(group.title, group.note, figures, group.tables(run), group.plots(run, curves))


def figure_text(value: float | str | None, column: Column) -> str:
    """A figure as the page has it, in the column's unit."""
    if not isinstance(value, float) or math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞"
    return f"{value * column.factor:.{column.decimals}f}"


def _pictures(run: Run) -> list[Shown]:
    with h5py.File(run.folder / "run.h5") as file:
        group = file["states"][STATE]["sections"]
        labels = {name: group[name][()] for name in ("xz", "yz", "xy")}
    row = run.rows[0]
    foil = run.summary["volume"]["collector_layers"]
    voxel = row["voxel_size_um"]
    return [plot(sections(labels, voxel, foil, row["thickness_um"]), "", wide=True)]


def _abstract(run: Run) -> str:
    row, of = run.rows[0], run.summary["volume"]
    sides = "periodic" if of["periodic"] else "cut"
    size = " × ".join(str(of[name]) for name in ("nz", "ny", "nx"))
    area = " × ".join(f"{of[name] * row['voxel_size_um']:.4g}" for name in ("ny", "nx"))
    text = (
        f"{size} voxels (z, y, x) of {row['voxel_size_um']:.4g} µm with {sides} sides: "
        f"{area} µm² of a coating {row['thickness_um']:.4g} µm thick, "
        f"{100 * row['porosity']:.1f} % porous, with {100 * row['am_fraction']:.1f} vol % of "
        f"active material and {100 * row['cbd_fraction']:.1f} vol % of carbon-binder domain."
    )
    if of.get("phase_fractions"):
        text += " Areas come from the phases' shares of each voxel."
    factor = row.get("tortuosity_factor_z", np.nan)
    if math.isfinite(factor):
        text += f" The pore space's tortuosity factor τ² is {factor:.2f}"
        from_shares = row.get("tortuosity_factor_z_from_shares", np.nan)
        if math.isfinite(from_shares):
            text += f" by the labels, {from_shares:.2f} by the shares"
        text += "."
    elif math.isinf(factor):
        text += " Its pore space does not percolate."
    return text
