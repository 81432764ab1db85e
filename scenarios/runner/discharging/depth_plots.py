"""Profiles of a discharge over the cell's thickness, at several times."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes

from scenarios.runner.plots import COLOURS, ramp, svg


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
        for row, label, colour in zip(values, depth.labels, ramp(len(values)), strict=True):
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
            surface, mean, depth.labels, ramp(len(surface)), strict=True
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
