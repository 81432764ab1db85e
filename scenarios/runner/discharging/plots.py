"""Voltages and capacities of discharges, each plot a function from curves to one SVG."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scenarios.runner.plots import SETTINGS, colours_of, svg

Arrays = Mapping[str, np.ndarray]


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
    colours = colours_of(len(states) if by_state else len(rates))
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
        for number, place in enumerate(axes[: len(panels)]):
            place.label_outer()
            if number + columns >= len(panels):  # nothing stands below it
                place.tick_params(labelbottom=True)
                place.set_xlabel(capacity_axis(curves[0]))
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
        for state, colour in zip(states, colours_of(len(states)), strict=True):
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
        for rate, colour in zip(rates, colours_of(len(rates)), strict=True):
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


def _legend(axes: Axes, states: Sequence[str]) -> None:
    if len(states) > 1:
        axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), fontsize=8)


def _page(figure: Figure) -> bytes:
    page = io.BytesIO()
    figure.savefig(page, format="svg", metadata={"Date": None, "Creator": None})
    return page.getvalue()
