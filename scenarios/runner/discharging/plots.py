"""Plots of discharges, each a function from curves to one SVG."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scenarios.runner.plots import COLOURS, SETTINGS, svg

Arrays = Mapping[str, np.ndarray]

LOSSES = {
    "kinetic_negative_V": "kinetics, negative",
    "kinetic_positive_V": "kinetics, positive",
    "diffusion_negative_V": "diffusion in particles, negative",
    "diffusion_positive_V": "diffusion in particles, positive",
    "uneven_V": "unevenly filled particles",
    "electrolyte_ohmic_V": "electrolyte, ohmic",
    "electrolyte_concentration_V": "electrolyte, concentration",
    "solid_ohmic_V": "solids, ohmic",
    "contact_V": "contact to the collector",
    "film_V": "film on particles",
}
_TINTS = ("#e0a030", "#b86a1c", "#8fbf9f", "#3f8f5b", "#b9bec6", "#7fb2dd", "#1f5a8a", "#8a4f9e",
          "#b03a48", "#2a9d9d")  # fmt: skip
_NOTHING = 0.05  # [mV]; a part that never exceeds it is not drawn


@dataclass(frozen=True)
class Drawn:
    """A curve: its state as the page calls it (empty for a cell of its own), density [g/cm³] or
    nan, C-rate, the name of its files and its columns."""

    state: str
    density: float
    rate: float
    stem: str
    curve: Arrays

    @property
    def title(self) -> str:
        """State and rate."""
        return f"{self.state}, {self.rate:g}C" if self.state else f"{self.rate:g}C"

    @property
    def capacity(self) -> np.ndarray:
        """(nt,) in the unit of `capacity_axis`."""
        return self.curve[capacity_column(self)]


def capacity_column(drawn: Drawn) -> str:
    """The column of the capacity: per area, or of the whole cell."""
    return "capacity_Ah" if "capacity_Ah" in drawn.curve else "capacity_mAh_cm2"


def capacity_axis(drawn: Drawn) -> str:
    """Its name and unit."""
    areal = capacity_column(drawn) == "capacity_mAh_cm2"
    return "Areal capacity / mAh cm⁻²" if areal else "Capacity / Ah"


def voltages(curves: Sequence[Drawn]) -> bytes:
    """Cell voltage over capacity: a panel a rate where states and rates vary both."""
    states = list(dict.fromkeys(each.state for each in curves))
    rates = sorted({each.rate for each in curves})
    by_state = len(states) > 1
    panels = [[each for each in curves if each.rate == rate] for rate in rates]
    if not (by_state and len(rates) > 1):
        panels = [list(curves)]
    colours = _colours(len(states) if by_state else len(rates))
    columns = min(len(panels), 2)
    rows = -(-len(panels) // columns)
    with matplotlib.rc_context(SETTINGS):
        size = (7.0, 3.9) if len(panels) == 1 else (8.0, 2.9 * rows + 0.4)
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).ravel()
        for spare in axes[len(panels) :]:
            spare.set_axis_off()
        handles = {}
        for place, panel in zip(axes, panels, strict=False):
            for each in panel:
                index = states.index(each.state) if by_state else rates.index(each.rate)
                label = each.state if by_state else f"{each.rate:g}C"
                (line,) = place.plot(each.capacity, each.curve["voltage_V"], color=colours[index])
                handles.setdefault(label, line)
            if len(panels) > 1:
                place.set_title(f"{panel[0].rate:g}C", fontsize=10, loc="left")
            elif by_state:
                place.set_title(f"at {rates[0]:g}C", fontsize=10, loc="left")
            place.set_xlabel(capacity_axis(curves[0]))
            place.set_ylabel("Cell voltage / V")
        for place in axes[: len(panels)]:
            place.label_outer()
        axes[0].set_xlim(left=0)
        figure.legend(
            handles.values(), handles.keys(), loc="outside right upper",
            title="Density" if by_state and all("g cm⁻³" in name for name in states) else None,
        )  # fmt: skip
        return _page(figure)


def against_rate(curves: Sequence[Drawn]) -> bytes:
    """Capacity over C-rate, a line a state."""
    states = list(dict.fromkeys(each.state for each in curves))
    rates = sorted({each.rate for each in curves})

    def draw(axes: Axes) -> None:
        for state, colour in zip(states, _colours(len(states)), strict=True):
            of = sorted((e for e in curves if e.state == state), key=lambda e: e.rate)
            axes.plot(
                [e.rate for e in of], [e.capacity[-1] for e in of], "o-", color=colour, label=state
            )
        if rates[-1] > 4.0 * rates[0]:
            axes.set_xscale("log")
            axes.set_xticks(rates, [f"{rate:g}" for rate in rates])
            axes.minorticks_off()
        axes.set_xlabel("Rate / C")
        axes.set_ylabel(capacity_axis(curves[0]))
        axes.set_ylim(bottom=0)
        _legend(axes, states)

    return svg(draw)


def against_density(curves: Sequence[Drawn]) -> bytes:
    """Capacity over the coating's density, a line a rate."""
    rates = sorted({each.rate for each in curves})

    def draw(axes: Axes) -> None:
        for rate, colour in zip(rates, _colours(len(rates)), strict=True):
            of = sorted((e for e in curves if e.rate == rate), key=lambda e: e.density)
            axes.plot(
                [e.density for e in of], [e.capacity[-1] for e in of], "o-", color=colour,
                label=f"{rate:g}C",
            )  # fmt: skip
        axes.set_xlabel("Coating density / g cm⁻³")
        axes.set_ylabel(capacity_axis(curves[0]))
        axes.set_ylim(bottom=0)
        axes.legend()

    return svg(draw)


def losses(drawn: Drawn) -> bytes:
    """What the cell loses on the way from its equilibrium voltage, stacked over capacity."""
    charge, parts = drawn.capacity, losses_of(drawn.curve)
    total = 1e3 * (drawn.curve["equilibrium_V"] - drawn.curve["voltage_V"])

    def draw(axes: Axes) -> None:
        above, below = np.zeros((2, charge.size))
        for name, values in parts.items():
            gain, loss = np.minimum(values, 0.0), np.maximum(values, 0.0)
            label = f"{LOSSES[name]}: {mean_over(charge, values):.1f}"
            colour = _TINTS[list(LOSSES).index(name)]
            axes.fill_between(charge, above, above + loss, color=colour, lw=0, label=label)
            axes.fill_between(charge, below, below + gain, color=colour, lw=0)
            above, below = above + loss, below + gain
        axes.plot(
            charge, total, "k-", lw=1.4,
            label=f"sum, equilibrium − voltage: {mean_over(charge, total):.1f}",
        )  # fmt: skip
        axes.set_xlim(0, charge[-1])
        axes.set_xlabel(capacity_axis(drawn))
        axes.set_ylabel("Loss of voltage / mV")
        handles, labels = axes.get_legend_handles_labels()
        axes.legend(
            handles[::-1], labels[::-1], loc="upper left", bbox_to_anchor=(1.01, 1.0),
            title="Mean over the discharge / mV", alignment="left",
        )  # fmt: skip

    return svg(draw, (8.2, 3.9))


def mean_losses(curves: Sequence[Drawn], titles: Sequence[str]) -> bytes:
    """Mean losses over each discharge, a stacked bar a curve."""
    means = [
        {name: mean_over(e.capacity, values) for name, values in losses_of(e.curve, 0.0).items()}
        for e in curves
    ]
    names = [name for name in LOSSES if any(abs(m.get(name, 0.0)) > _NOTHING for m in means)]

    def draw(axes: Axes) -> None:
        place = np.arange(len(curves))
        above, below = np.zeros((2, len(curves)))
        for name in names:
            values = np.array([of.get(name, 0.0) for of in means])
            base = np.where(values >= 0.0, above, below)
            colour = _TINTS[list(LOSSES).index(name)]
            axes.bar(place, values, 0.7, base, color=colour, label=LOSSES[name])
            above, below = above + np.maximum(values, 0.0), below + np.minimum(values, 0.0)
        axes.set_xticks(place, titles, rotation=30 if max(map(len, titles)) > 6 else 0)
        axes.grid(False, axis="x")
        axes.set_xlabel("Rate / C" if not curves[0].state else "State / density in g cm⁻³")
        axes.set_ylabel("Mean loss of voltage / mV")
        handles, labels = axes.get_legend_handles_labels()
        axes.legend(handles[::-1], labels[::-1], loc="upper left", bbox_to_anchor=(1.01, 1.0))

    return svg(draw, (8.2, 3.7))


def losses_of(curve: Arrays, least: float = _NOTHING) -> dict[str, np.ndarray]:
    """(nt,) losses [mV] by column, those above `least` anywhere."""
    found = {name: -1e3 * curve[name] for name in LOSSES if name in curve}
    return {name: values for name, values in found.items() if np.abs(values).max() > least}


def mean_over(charge: np.ndarray, values: np.ndarray) -> float:
    """Mean over the charge that passed; of one point its value."""
    if charge[-1] <= charge[0]:
        return float(values[0])
    return float(np.trapezoid(values, charge) / (charge[-1] - charge[0]))


@dataclass(frozen=True)
class Depth:
    """Profiles as read back: labels of k times, height (n,) [µm], layer (n,) names, and (k, n)
    values by column."""

    labels: list[str]
    height: np.ndarray
    layer: list[str]
    values: dict[str, np.ndarray]


def salt(depth: Depth) -> bytes:
    """Salt over the cell's thickness at several times."""

    def draw(axes: Axes) -> None:
        values = depth.values["salt_concentration_mol_m3"]
        for row, label, colour in zip(values, depth.labels, _ramp(len(values)), strict=True):
            axes.plot(depth.height, row, color=colour, lw=1.5, label=label)
        axes.set_ylim(bottom=0)
        axes.set_ylabel("Salt concentration / mol m⁻³")
        _over_thickness(axes, depth)

    return svg(draw, (7.0, 3.9))


def stoichiometry(depth: Depth) -> bytes:
    """Stoichiometry at the particles' surface and on average over the thickness."""

    def draw(axes: Axes) -> None:
        surface, mean = (depth.values[f"{name}_stoichiometry"] for name in ("surface", "mean"))
        for row, inner, label, colour in zip(
            surface, mean, depth.labels, _ramp(len(surface)), strict=True
        ):
            axes.plot(depth.height, row, color=colour, lw=1.5, label=label)
            axes.plot(depth.height, inner, color=colour, lw=1.1, ls=":")
        axes.set_ylim(0, 1)
        axes.set_ylabel("Stoichiometry / –")
        _over_thickness(axes, depth)

    return svg(draw, (7.0, 3.9))


def _over_thickness(axes: Axes, depth: Depth) -> None:
    axes.set_xlabel("Height above the negative side / µm")
    heights = np.asarray(depth.height)
    layers = np.asarray(depth.layer)
    starts = [0, *(np.flatnonzero(layers[1:] != layers[:-1]) + 1), len(layers)]
    ends = [0.0]
    for low, high in pairwise(starts):
        half = 0.5 * (heights[high - 1] - heights[low]) / max(high - low - 1, 1)
        ends.append(float(heights[high - 1] + half))
    for begin, end, low in zip(ends[:-1], ends[1:], starts[:-1], strict=False):
        axes.annotate(
            layers[low], (0.5 * (begin + end), 1.01), xycoords=("data", "axes fraction"),
            ha="center", va="bottom", fontsize=9, color=COLOURS[5],
        )  # fmt: skip
        if end < ends[-1]:
            axes.axvline(end, color=COLOURS[5], lw=0.8)
    axes.set_xlim(0, ends[-1])
    axes.legend(
        loc="upper left", bbox_to_anchor=(1.01, 1.0), title="After", alignment="left",
        fontsize=8,
    )  # fmt: skip


def _colours(count: int) -> list:
    return list(COLOURS[:count]) if count <= len(COLOURS) else _ramp(count)


def _ramp(count: int) -> list:
    return list(matplotlib.colormaps["viridis"](np.linspace(0.0, 0.9, count)))


def _legend(axes: Axes, states: Sequence[str]) -> None:
    if len(states) > 1:
        axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), fontsize=8)


def _page(figure: Figure) -> bytes:
    page = io.BytesIO()
    figure.savefig(page, format="svg", metadata={"Date": None, "Creator": None})
    return page.getvalue()
