"""Plots of the empirical laws of calendering, with the releases that they were fitted to."""

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes

from scenarios.runner.page.figures import Shown, plot
from scenarios.runner.plots import COLOURS, Arrays, svg
from scenarios.runner.results import Run, column


def fitted_laws(run: Run) -> list[Shown]:
    """Line load against density and porosity against line load, as far as laws were fitted."""
    found, pairs = run.summary.get("empirical_laws", {}), run.laws.get("pairs", {})
    shown = []
    if pairs and (curve := run.laws.get("equation_4")):
        shown.append(plot(line_load_density(pairs, curve), _fourth(found)))
    if pairs and (curve := run.laws.get("equation_5")):
        shown.append(plot(porosity_line_load(pairs, curve, run.rows), _fifth(found)))
    return shown


def line_load_density(pairs: Arrays, curve: Arrays) -> bytes:
    """Line load of the releases against their density, with the power law and its band."""

    def draw(axes: Axes) -> None:
        _draw_law(axes, curve["density_g_cm3"], curve, "q = A (ρ − ρ₀)ᴮ")
        axes.plot(
            pairs["density_g_cm3"], pairs["line_load_N_mm"], "o", ms=4, color=COLOURS[1],
            label="releases",
        )  # fmt: skip
        axes.set_xlabel("Coating density after the pass / g cm⁻³")
        axes.set_ylabel("Line load / N mm⁻¹")
        axes.set_ylim(0, 1.08 * pairs["line_load_N_mm"].max())
        axes.legend(loc="upper left")

    return svg(draw)


def porosity_line_load(pairs: Arrays, curve: Arrays, rows: Any) -> bytes:
    """Porosity of the releases against line load, with the exponential law and its band."""

    def draw(axes: Axes) -> None:
        _draw_law(axes, curve["line_load_N_mm"], curve, "ε₀ (p + (1 − p) exp(−q/γ))", factor=100.0)
        axes.plot(
            pairs["line_load_N_mm"], 100 * pairs["porosity"], "o", ms=4, color=COLOURS[1],
            label="releases, 1 − ρ/ρ_crystal",
        )  # fmt: skip
        axes.plot(
            column(rows, "line_load_N_mm"), 100 * column(rows, "porosity"), "x", color=COLOURS[2],
            label="states, counted from labels",
        )  # fmt: skip
        axes.set_xlabel("Line load / N mm⁻¹")
        axes.set_ylabel("Porosity / %")
        axes.set_xlim(left=0)
        axes.legend(loc="upper right")

    return svg(draw)


def _draw_law(axes: Axes, at, curve: Arrays, label: str, factor: float = 1.0) -> None:
    low, high = factor * curve["low"], factor * curve["high"]
    axes.fill_between(at, low, high, color=COLOURS[0], alpha=0.18, lw=0, label="95 % band")
    axes.plot(at, factor * curve["value"], color=COLOURS[0], label=label)


def _fourth(found: Mapping[str, Any]) -> str:
    law = found.get("equation_4", {})
    return (
        f"Line load and the density that it leaves: A = {_interval(law, 'A')} N mm⁻¹ "
        f"per (g cm⁻³)ᴮ, B = {_interval(law, 'B')}, fitted to {law.get('pairs', 0)} releases "
        "compacted by no more than a quarter; others are drawn only. The band holds the law's "
        "misfit along this one path, not the spread between electrodes."
    )


def _fifth(found: Mapping[str, Any]) -> str:
    law = found.get("equation_8", {})
    return (
        f"Porosity and line load: p = {_interval(law, 'p')}, γ = {_interval(law, 'gamma')} "
        f"N mm⁻¹, fitted to {law.get('pairs', 0)} releases, from which it is off by "
        f"{100 * law.get('misfit', 0.0):.2g} points in the mean; p ε₀ is the least porosity. How γ "
        "depends on roll temperature and loading, one run cannot tell."
    )


def _interval(law: Mapping[str, Any], name: str) -> str:
    if name not in law:
        return "–"
    value, low, high = (law[name][bound] for bound in ("value", "low", "high"))
    return f"{value:.3g} ({low:.3g} … {high:.3g})"
