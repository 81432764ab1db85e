"""Plots of what the rolls do: the pressure along the nip of each state."""

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes

from scenarios.runner.plots import COLOURS, Arrays, by_state, state_legend, svg
from scenarios.runner.results import with_unit


def nip_pressure(nips: Mapping[str, Arrays]) -> bytes:
    """Pressure on the web against the way through the nip, one line a state."""

    def draw(axes: Axes) -> None:
        for state, colour in by_state(list(nips)).items():
            position, pressure = (nips[state][name] for name in ("position_mm", "pressure_MPa"))
            axes.plot(position, pressure, color=colour, lw=1.3, label=with_unit(state))
        axes.axvline(0.0, color=COLOURS[5], ls=":", lw=1)
        axes.set_xlabel("Distance from the line of the roll centres / mm")
        axes.set_ylabel("Pressure / MPa")
        axes.set_ylim(bottom=0)
        state_legend(axes, "upper left")

    return svg(draw)


def nip_caption(found: Mapping[str, Any]) -> str:
    """What the plot shows, and of which rolls; found : `nip` of summary.json."""
    if not found:
        return "Pressure along the nip."
    sides = {1: "one coating on a rigid foil", 2: "a coating on either side of the foil"}
    return (
        f"Pressure along the nip of rolls of {found['roll_diameter_mm']:g} mm diameter that press "
        f"{sides[found['coated_sides']]}, the web coming from the left: loading path and release "
        "of each state where the rolls' circle has their thickness. The area below a curve is the "
        "line load."
    )
