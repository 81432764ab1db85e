"""What the page shows of transport: tensors as tables, figures by axis as plots."""

import io
import math
from collections.abc import Mapping
from typing import NamedTuple

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from electrochem.transport.effective import AXES
from scenarios.runner.analysis.group import Curve, Table
from scenarios.runner.analysis.transport_columns import PAIRS
from scenarios.runner.page.figures import Shown, plot
from scenarios.runner.plots import COLOURS, SETTINGS
from scenarios.runner.results import Run


class _Conducted(NamedTuple):
    """A tensor of the table: its columns but for axes and unit, and how the page shows it."""

    name: str
    suffix: str
    of: str
    title: str
    unit: str

    def column(self, axes: str) -> str:
        """Name of the column of an entry, of one axis or of two."""
        return f"{self.name}_{axes}{self.suffix}"


_ALL = (
    _Conducted("effective_diffusivity", "", "Ions", "Effective diffusivity D_eff / D", "–"),
    _Conducted(
        "electronic_conductivity", "_S_m", "Electrons", "Electronic conductivity", "S m⁻¹"
    ),
    _Conducted("thermal_conductivity", "_W_mK", "Heat", "Thermal conductivity", "W m⁻¹ K⁻¹"),
)  # fmt: skip
_OFF = tuple(AXES[one] + AXES[other] for one, other in PAIRS)
_Row = Mapping[str, float | str]


def tensor_tables(run: Run) -> list[Table]:
    """The tensors that were solved, each as its symmetric 3 × 3 table."""
    row = run.rows[0]
    return [_table(row, each) for each in _ALL if each.column("yx") in row]


def _table(row: _Row, of: _Conducted) -> Table:
    entries = [[_entry(row, of, one, other) for other in AXES] for one in AXES]
    # Four digits of the largest: entries off the diagonal are told as exactly.
    largest = max((abs(v) for line in entries for v in line if math.isfinite(v)), default=0.0)
    decimals = 4 if largest == 0.0 else min(max(3 - math.floor(math.log10(largest)), 0), 12)
    asymmetry = row.get(f"{of.name}_asymmetry", math.nan)
    return Table(
        of.title,
        of.unit,
        AXES,
        [(axis, [_text(v, decimals) for v in line])
         for axis, line in zip(AXES, entries, strict=True)],
        f"{of.of}; asymmetry {asymmetry:.3f}. Off the diagonal: "
        f"{', '.join(of.column(pair) for pair in _OFF)}.",
    )  # fmt: skip


def _entry(row: _Row, of: _Conducted, one: str, other: str) -> float:
    pair = sorted((one, other), key=AXES.index)
    value = row.get(of.column(one if one == other else "".join(pair)), math.nan)
    return value if isinstance(value, float) else math.nan


def _text(value: float, decimals: int) -> str:
    return "–" if math.isnan(value) else f"{value:.{decimals}f}".replace("-", "−")


def transport_plots(run: Run, curves: Mapping[str, Curve]) -> list[Shown]:
    """One plot of all figures by axis; none where each is of one axis and stands alone."""
    row = run.rows[0]
    there = [of for of in _ALL if of.column("z") in row]
    several = any(of.column("y") in row or _more(row, of) for of in there)
    if not several:
        return []
    extrapolated = any(name.endswith("_extrapolated") for name in row)
    caption = "Ions, electrons and heat along each axis, z over the thickness."
    if any("from_shares" in name for name in row):
        caption += " Diamonds come from the shares of each voxel, bars from labels."
    if extrapolated:
        caption += " Open marks are extrapolated to voxels of no size, with their uncertainty."
    return [plot(_by_axis(row, there), caption, wide=True)]


def _more(row: _Row, of: _Conducted) -> list[tuple[str, str, float, float]]:
    """Figures over the thickness beside that from labels: legend, mark, value, uncertainty."""
    z, found = of.column("z"), []
    for of_column, mark, legend in ((z, "o", "labels"), (f"{z}_from_shares", "D", "shares")):
        if of_column != z and of_column in row:
            found.append((f"from {legend}", mark, row[of_column], 0.0))
        if f"{of_column}_extrapolated" in row:
            off = row[f"{of_column}_uncertainty"]
            limit = row[f"{of_column}_extrapolated"]
            found.append((f"{legend}, extrapolated", mark, limit, off))
    return found


def _by_axis(row: _Row, there: list[_Conducted]) -> bytes:
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(2.8 * len(there), 3.3), layout="constrained")
        panels = figure.subplots(1, len(there), squeeze=False)[0]
        for k, (axes, of) in enumerate(zip(panels, there, strict=True)):
            _draw(axes, row, of, COLOURS[k])
        page = io.BytesIO()
        figure.savefig(page, format="svg", metadata={"Date": None, "Creator": None})
    return page.getvalue()


def _draw(axes: Axes, row: _Row, of: _Conducted, colour: str) -> None:
    along = [axis for axis in AXES if of.column(axis) in row]
    axes.bar(along, [row[of.column(axis)] for axis in along], 0.55, color=colour, alpha=0.75)
    more = _more(row, of)
    for k, (legend, mark, value, off) in enumerate(more):
        place = (k + 1) * 0.8 / (len(more) + 1) - 0.4
        face = "white" if "extrapolated" in legend else COLOURS[5]
        axes.errorbar(
            place, value, off or None, fmt=mark, ms=5, mfc=face, mec=COLOURS[5],
            ecolor=COLOURS[5], capsize=3, lw=1.2, label=legend,
        )  # fmt: skip
    axes.set_title(of.of, fontsize=10, loc="left")
    axes.set_xlim(-0.6, max(len(along), 2) - 0.4)
    axes.set_xlabel("Axis / –")
    axes.set_ylabel(f"{of.title} / {of.unit}")
    axes.grid(False, axis="x")
    tops = [row[of.column(axis)] for axis in along] + [value + off for *_, value, off in more]
    top = max((t for t in tops if np.isfinite(t)), default=0.0)
    axes.set_ylim(0.0, (1.45 if more else 1.08) * top if top > 0.0 else 1.0)
    if more:
        axes.legend(loc="upper left", fontsize=8)
