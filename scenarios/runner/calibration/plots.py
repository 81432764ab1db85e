"""Plots of a calibration's report, each a function from its results to one SVG."""

import numpy as np
from matplotlib.axes import Axes

from scenarios.runner.calibration.results import Results
from scenarios.runner.plots import COLOURS, svg


def curves(results: Results) -> bytes:
    """Force against the closing of the platens, of every particle of the final round."""
    sizes = sorted({crush.diameter for crush in results.best.crushes})

    def draw(axes: Axes) -> None:
        for index, diameter in enumerate(sizes):
            colour = COLOURS[index % len(COLOURS)]
            label = f"{1e6 * diameter:g} µm"
            for crush in results.best.crushes:
                if crush.diameter != diameter:
                    continue
                closing, force = crush.closing * diameter, crush.curve[:, 1].max()
                axes.plot(1e6 * crush.curve[:, 0] * diameter, 1e3 * crush.curve[:, 1], lw=1.0,
                          color=colour, label=label)  # fmt: skip
                axes.plot(
                    1e6 * closing, 1e3 * force, "o", ms=4, color=COLOURS[index % len(COLOURS)]
                )
                label = None
        axes.set_xlabel("Closing of the platens / µm")
        axes.set_ylabel("Force / mN")
        axes.set_ylim(bottom=0)
        axes.legend(title="Diameter")

    return svg(draw)


def nominal_curves(results: Results) -> bytes:
    """Nominal stress against nominal strain, with the targets: all sizes on one scale."""
    target = results.calibration.target
    sizes = sorted({crush.diameter for crush in results.best.crushes})

    def draw(axes: Axes) -> None:
        for crush in results.best.crushes:
            colour = COLOURS[sizes.index(crush.diameter) % len(COLOURS)]
            axes.plot(100 * crush.curve[:, 0], crush.curve[:, 2] / 1e6, lw=1.0, color=colour)
        axes.axhline(target.crush_strength / 1e6, color="#1c2128", lw=1, ls="--",
                     label="crush strength wanted")  # fmt: skip
        if target.crush_strength_uncertainty is not None:
            low, high = (
                (target.crush_strength + sign * target.crush_strength_uncertainty) / 1e6
                for sign in (-1, 1)
            )
            axes.axhspan(low, high, color="#1c2128", alpha=0.08, lw=0, label="its range")
        if target.secant_modulus is not None:
            top = 1.2 * target.crush_strength
            axes.plot([0, 100 * top / target.secant_modulus], [0, top / 1e6], color="#1c2128",
                      lw=1, ls=":", label="secant modulus given")  # fmt: skip
        axes.set_xlabel("Closing of the platens / % of the diameter")
        axes.set_ylabel("Nominal stress 2.48 F/(π d²) / MPa")
        axes.set_ylim(bottom=0)
        axes.legend()

    return svg(draw)


_MARKS = (1, 2, 3, 5, 7, *(10 * m for m in (1, 1.5, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100)))


def size_effect(results: Results) -> bytes:
    """Crush strength against diameter, with the power law and its confidence band."""
    best, target = results.best, results.calibration.target
    strength = best.strength
    diameter = np.array([crush.diameter for crush in best.crushes])

    def draw(axes: Axes) -> None:
        axes.plot(1e6 * diameter, [c.strength / 1e6 for c in best.crushes], "o", ms=5,
                  label="particles")  # fmt: skip
        if np.isfinite(strength.exponent):
            d = np.geomspace(0.9 * diameter.min(), 1.1 * diameter.max(), 50)
            law = strength.value * (d / target.reference_diameter) ** strength.exponent / 1e6
            label = f"∝ d^{strength.exponent:.2f} ± {strength.exponent_error:.2f}"
            axes.plot(1e6 * d, law, color=COLOURS[1], label=label)
        low, high = strength.interval
        axes.errorbar(
            1e6 * target.reference_diameter, strength.value / 1e6,
            [[(strength.value - low) / 1e6], [(high - strength.value) / 1e6]],
            fmt="s", ms=5, color="#1c2128", capsize=4, label="at the reference, 95 %",
        )  # fmt: skip
        axes.set_xscale("log")
        axes.set_yscale("log")
        ticks = sorted({round(1e6 * d, 3) for d in [*diameter, target.reference_diameter]})
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.minorticks_off()
        low, high = axes.get_ylim()
        marks = [m for m in _MARKS if low <= m <= high]
        axes.set_yticks(marks, [f"{mark:g}" for mark in marks])
        axes.set_xlabel("Diameter / µm")
        axes.set_ylabel("Crush strength / MPa")
        axes.legend()

    return svg(draw)


def history(results: Results) -> bytes:
    """What each round of the fit reached, over its target."""
    rounds, fitted = results.fitted.rounds, [f for f in results.figures if f.fitted]

    def draw(axes: Axes) -> None:
        number = np.arange(1, len(rounds) + 1)
        for index, figure in enumerate(fitted):
            shown = [getattr(one, figure.name) for one in rounds]
            ratio = np.array([each.value for each in shown]) / figure.target
            spread = np.array([each.interval for each in shown]).T / figure.target
            place, label = number + 0.04 * (index - 1), _LEGENDS[figure.name]
            axes.errorbar(place, ratio, abs(spread - ratio), fmt="o-", ms=5, capsize=3, label=label)
        axes.axhline(1.0, color="#1c2128", lw=1)
        axes.set_xticks(number)
        axes.set_xlabel("Round of the fit")
        axes.set_ylabel("Reached over wanted")
        axes.legend()

    return svg(draw)


_LEGENDS = {
    "modulus": "modulus of the particle",
    "strength": "crush strength",
    "secant": "secant modulus",
}
