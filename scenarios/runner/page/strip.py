"""Plots of a rolled strip: tractions along the nip beside the path model's, and the strip."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection

from scenarios.runner.page.figures import Shown, plot
from scenarios.runner.plots import COLOURS, Arrays, svg
from scenarios.runner.results import Run


def strip_plots(run: Run) -> list[Shown]:
    """What the roll showed; nothing where no strip was rolled."""
    if "position_um" not in run.strip:
        return []
    return [
        plot(
            _pressure(run.strip, run.nips.get("plate", {})), _caption(run.summary.get("strip", {}))
        ),
        plot(
            _shear(run.strip),
            "Shear of the roll and of the foil on the coating, positive with the web's motion. "
            "Dotted: neutral points, where the roll's changes sign.",
        ),
        plot(
            _side_view(run.strip_grains),
            "The strip at the end, seen along the roll's axis; the roll has come from the right.",
            wide=True,
        ),
    ]


def _pressure(strip: Arrays, plate: Arrays) -> bytes:
    def draw(axes: Axes) -> None:
        axes.plot(strip["position_um"], strip["pressure_MPa"], label="roll")
        axes.plot(strip["position_um"], strip["foil_pressure_MPa"], lw=1.2, label="foil")
        if "position_mm" in plate:
            axes.plot(
                1e3 * plate["position_mm"], plate["pressure_MPa"], ls="--", lw=1.2,
                label="path model",
            )  # fmt: skip
        axes.set_xlabel("Distance from the roll's centre line / µm")
        axes.set_ylabel("Pressure / MPa")
        axes.set_ylim(bottom=0)
        axes.legend()

    return svg(draw)


def _shear(strip: Arrays) -> bytes:
    def draw(axes: Axes) -> None:
        axes.plot(strip["position_um"], strip["shear_MPa"], label="roll")
        axes.plot(strip["position_um"], strip["foil_shear_MPa"], lw=1.2, label="foil")
        for place in strip.get("neutral_points_um", ()):
            axes.axvline(place, color=COLOURS[5], ls=":", lw=1)
        axes.set_xlabel("Distance from the roll's centre line / µm")
        axes.set_ylabel("Shear / MPa")
        axes.legend()

    return svg(draw)


def _side_view(grains: Arrays) -> bytes:
    def draw(axes: Axes) -> None:
        # Nearest last, as one would see them.
        order = np.argsort(-grains["y_um"], kind="stable")
        width = 2.0 * grains["radius_um"][order]
        discs = EllipseCollection(
            width, width, np.zeros(len(width)), units="xy", cmap="viridis", linewidths=0,
            array=grains["rise_um"][order], transOffset=axes.transData, rasterized=True,
            offsets=np.column_stack((grains["x_um"][order], grains["z_um"][order])),
        )  # fmt: skip
        axes.add_collection(discs)
        centre, height, radius = grains["roll_x_z_radius_um"]
        angle = np.linspace(-0.5, 0.5, 201) * np.pi
        axes.plot(
            centre + radius * np.sin(angle), height - radius * np.cos(angle), color=COLOURS[5], lw=1
        )
        axes.axhline(0.0, color=COLOURS[5], lw=2)
        axes.set_xlim(grains["x_um"].min() - 3, grains["x_um"].max() + 3)
        axes.set_ylim(-2, 1.8 * grains["z_um"].max())
        axes.set_aspect("equal")
        axes.grid(False)
        axes.set_xlabel("Along the web / µm")
        axes.set_ylabel("z / µm")
        bar = axes.figure.colorbar(discs, ax=axes, orientation="horizontal", fraction=0.08)
        bar.set_label("Vertical displacement / µm")

    return svg(draw, size=(11.0, 3.0))


def _caption(found: Mapping[str, Any]) -> str:
    text = "Pressure along the nip, the web coming from the left."
    if not found:
        return text
    return (
        f"{text} The roll takes {found['line_load_N_mm']:.3g} N/mm, the path model of the same gap "
        f"and radius {found['line_load_plate_N_mm']:.3g} N/mm."
    )
