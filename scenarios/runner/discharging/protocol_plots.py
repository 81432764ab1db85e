"""A protocol over time, and impedances in the complex plane."""

import io
from collections.abc import Mapping

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scenarios.runner.discharging.plots import Arrays
from scenarios.runner.plots import SETTINGS, colours_of, svg

_APART = 0.06
"""Least distance of labels over the span of the real parts."""
_UNITS = (("MHz", 6), ("kHz", 3), ("Hz", 0), ("mHz", -3), ("µHz", -6))


def over_time(runs: Mapping[str, Arrays], area: float | None = None) -> bytes:
    """Voltage and current over time, a line a state; area [m²] : of a whole cell's electrodes."""
    hours = max(curve["time_s"][-1] for curve in runs.values()) > 7200.0
    length, unit = (3600.0, "h") if hours else (60.0, "min")
    factor, of_current = (0.1, "mA cm⁻²") if area is None else (area, "A")
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(8.0, 5.0), layout="constrained")
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
        for (name, curve), colour in zip(runs.items(), colours_of(len(runs)), strict=True):
            time, style = curve["time_s"] / length, {"color": colour, "lw": 1.3}
            upper.plot(time, curve["voltage_V"], label=name, **style)
            lower.plot(time, factor * curve["current_density_A_m2"], **style)
        upper.set_ylabel("Cell voltage / V")
        lower.set_ylabel(f"Current / {of_current}")
        lower.set_xlabel(f"Time / {unit}")
        lower.set_xlim(left=0)
        if len(runs) > 1:
            figure.legend(*upper.get_legend_handles_labels(), loc="outside right upper")
        page = io.BytesIO()
        figure.savefig(page, format="svg", metadata={"Date": None, "Creator": None})
        return page.getvalue()


def nyquist(spectra: Mapping[str, Arrays]) -> bytes:
    """Minus the imaginary over the real part, axes equal, a line a state; decades are marked."""
    areal = "real_ohm_m2" in next(iter(spectra.values()))
    unit, factor = ("Ω cm²", 1e4) if areal else ("mΩ", 1e3)
    ending = "ohm_m2" if areal else "ohm"

    def draw(axes: Axes) -> None:
        for (name, of), colour in zip(spectra.items(), colours_of(len(spectra)), strict=True):
            real, imaginary = (factor * of[f"{part}_{ending}"] for part in ("real", "imaginary"))
            axes.plot(real, -imaginary, color=colour, label=name, lw=1.5)
            decade = np.log10(of["frequency_Hz"])
            marked = np.abs(decade - np.round(decade)) < 1e-6
            axes.plot(real[marked], -imaginary[marked], "o", color=colour, ms=4)
            if len(spectra) == 1 and marked.any():
                _label(axes, real[marked], -imaginary[marked], np.round(decade[marked]))
        axes.set_aspect("equal")
        axes.set_xlabel(f"Re Z / {unit}")
        axes.set_ylabel(f"−Im Z / {unit}")
        if len(spectra) > 1:
            axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), fontsize=8)

    return svg(draw, (7.0, _height(spectra, ending, 4.6 if len(spectra) > 1 else 6.2)))


def _label(axes: Axes, x: np.ndarray, y: np.ndarray, powers: np.ndarray) -> None:
    """Frequencies beside their points, but for those that stand close to one with a label."""
    apart, labelled = _APART * np.ptp(x), []
    for place, power in zip(np.column_stack([x, y]), powers, strict=True):
        if any(np.hypot(*(place - other)) < apart for other in labelled):
            continue
        labelled.append(place)
        unit, factor = next((each for each in _UNITS if power >= each[1]), _UNITS[-1])
        axes.annotate(
            f"{10.0 ** (power - factor):g} {unit}", place, xytext=(5, 3),
            textcoords="offset points", fontsize=8,
        )  # fmt: skip


def _height(spectra: Mapping[str, Arrays], ending: str, width: float) -> float:
    """Height of the figure [inch] in which axes of equal units are so wide."""
    spans = [
        max(of[f"{part}_{ending}"].max() for of in spectra.values())
        - min(of[f"{part}_{ending}"].min() for of in spectra.values())
        for part in ("real", "imaginary")
    ]
    least = 0.22 * len(spectra) + 0.6 if len(spectra) > 1 else 2.0
    return min(max(width * spans[1] / max(spans[0], 1e-30) + 0.8, least), 6.0)
