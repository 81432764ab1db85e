"""Where the voltage of a discharge goes, over its capacity and as means."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from scenarios.runner.discharging.plots import Arrays, Drawn, capacity_axis
from scenarios.runner.plots import svg

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
