"""Plots of an analysis: curves of one volume, each a function from arrays to one SVG."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FormatStrFormatter, LogLocator, NullFormatter

from scenarios.runner.analysis.group import Curve
from scenarios.runner.plots import COLOURS, svg


def lines(
    found: Mapping[str, tuple[np.ndarray, np.ndarray]],
    x_label: str,
    y_label: str,
    *,
    marker: str = "",
    base: float | None = 0.0,
    logarithmic: bool = False,
) -> bytes:
    """Lines over a common axis, by their legends; `base` is where the axis of values begins."""

    def draw(axes: Axes) -> None:
        for legend, (x, y) in found.items():
            y = np.where(y > 0.0, y, np.nan) if logarithmic else y
            axes.plot(x, y, marker=marker, label=legend)
        axes.set_xlabel(x_label)
        axes.set_ylabel(y_label)
        if logarithmic:
            axes.set_yscale("log")
        else:
            axes.set_ylim(bottom=base)
        if any(found):
            axes.legend()

    return svg(draw)


def over_height(curve: Curve, names: Mapping[str, str], label: str, factor: float) -> bytes:
    """Columns of a profile against the height above the collector, by their legends."""
    found = {
        legend: (curve["height_um"], factor * curve[name])
        for name, legend in names.items()
        if name in curve
    }
    return lines(found, "Height above the collector / µm", label)


def bars(
    of: Sequence[str], heights: Mapping[str, np.ndarray], label: str, factor: float = 1.0
) -> bytes:
    """Bars beside each other for each of a row of things; `heights` by legend."""
    width = 0.8 / len(heights)

    def draw(axes: Axes) -> None:
        for k, (legend, values) in enumerate(heights.items()):
            place = np.arange(len(of)) + (k - 0.5 * (len(heights) - 1)) * width
            axes.barh(place, factor * values, width, label=legend, color=COLOURS[k])
        axes.set_yticks(np.arange(len(of)), of)
        axes.invert_yaxis()
        axes.grid(False, axis="y")
        axes.set_xlabel(label)
        if any(heights):
            axes.figure.legend(loc="outside upper center", ncols=len(heights))

    return svg(draw)


def falling(size: np.ndarray, share: np.ndarray, x_label: str, y_label: str) -> bytes:
    """Density of shares over the logarithm of a size: steps between falling sizes, equal areas.

    size : (m,), falling; share : (m,), what each size adds to the one before; the first is a peak
        of its own, of the widest
    """

    def draw(axes: Axes) -> None:
        edges, density = log_density(size, share)
        axes.stairs(density, edges, fill=True, alpha=0.35, color=COLOURS[0])
        axes.stairs(density, edges, color=COLOURS[0])
        logarithmic_sizes(axes)
        axes.set_xlabel(x_label)
        axes.set_ylabel(f"{y_label} / decade⁻¹")
        axes.set_ylim(bottom=0)

    return svg(draw)


def logarithmic_sizes(axes: Axes) -> None:
    """A logarithmic axis of one or two decades, with plain numbers at 1, 2 and 5."""
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.xaxis.set_major_formatter(FormatStrFormatter("%g"))
    axes.xaxis.set_minor_formatter(NullFormatter())


_STEP = 0.04
"""Least width of a step [decades]: digital balls of nearer sizes are alike."""


def log_density(size: np.ndarray, share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rising edges (n + 1,) and density (n,) per decade of shares that falling sizes add.

    What a size adds lies between it and the next wider one; sizes that are too near each other
    share a step, and the widest's is as wide as the least.
    """
    edges, added = [float(np.log10(size[0])) + _STEP], []
    waiting = 0.0
    for log, more in zip(np.log10(size).tolist(), share.tolist(), strict=True):
        waiting += more
        # Up to rounding: the first step is as wide as the least.
        if edges[-1] - log >= _STEP - 1e-9:
            added.append(waiting / (edges[-1] - log))
            edges.append(log)
            waiting = 0.0
    if waiting > 0.0:
        added.append(waiting / _STEP)
        edges.append(edges[-1] - _STEP)
    return 10.0 ** np.array(edges[::-1]), np.array(added[::-1])
