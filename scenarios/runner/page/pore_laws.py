"""Bruggeman's law and capacity over rate on the page of a run."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from electrochem.transport.bruggeman import BruggemanFit
from scenarios.runner.page.figures import Shown, plot
from scenarios.runner.plots import COLOURS, by_state, state_legend, svg
from scenarios.runner.pore_laws import fitted, percolating
from scenarios.runner.results import Rows, Run, state_title, with_unit


def bruggeman_plot(run: Run) -> list[Shown]:
    """τ² over porosity with the fitted law and its band, where one was fitted."""
    found = run.summary.get("bruggeman", {})
    if not found.get("fitted"):
        return []
    fit = fitted(run.rows)
    if isinstance(fit, str):
        return []
    tied = found["without_prefactor"]
    caption = (
        f"Bruggeman's exponent over {len(found['states'])} states, τ² = a ε^(1−α): "
        f"α = {_told(found['exponent'])}, a = {_told(found['prefactor'])}; with a = 1 "
        f"α = {_told(tied['exponent'])} ({100 * found['confidence']:.0f} % intervals). The band "
        "holds the law's misfit over these states; three or four leave it wide. Where pores are "
        "cut off rather than squeezed, no exponent describes them."
    )
    return [plot(tortuosity_over_porosity(run.rows, fit), caption)]


def _told(found: Mapping[str, float]) -> str:
    return f"{found['value']:.3g} ({found['low']:.3g} … {found['high']:.3g})"


def tortuosity_over_porosity(rows: Rows, fit: BruggemanFit) -> bytes:
    """τ² of the states over their porosity, the law and its band."""
    states = percolating(rows)
    space = np.array([space for _, space, _ in states])
    factor = np.array([factor for *_, factor in states])

    def draw(axes: Axes) -> None:
        at = np.geomspace(*fit.porosity, 81)
        low, high = fit.band(at)
        axes.fill_between(
            100 * at, low, high, color=COLOURS[0], alpha=0.18, lw=0,
            label=f"{100 * fit.confidence:.0f} % band",
        )  # fmt: skip
        axes.plot(100 * at, fit.tortuosity_factor(at), color=COLOURS[0], label="a ε^(1−α)")
        axes.plot(100 * space, factor, "o", color=COLOURS[1], label="states")
        axes.set_xlabel("Porosity / %")
        axes.set_ylabel("Tortuosity factor τ² / –")
        # A band of few states would take the whole scale.
        reach = factor.max() - factor.min()
        axes.set_ylim(max(0.0, factor.min() - reach), factor.max() + reach)
        axes.legend(loc="upper right")

    return svg(draw)


def rate_estimate(run: Run) -> dict[str, Any] | None:
    """Table and plot of the estimate by penetration depth; None where there is none."""
    found = run.summary.get("penetration_depth", {})
    if not found.get("estimated"):
        return None
    states = {name: of for name, of in found["of_state"].items() if of["estimated"]}
    rows = [
        ("Critical current density", "mA cm⁻²", _texts(states, "critical_current_density_mA_cm2")),
        ("Critical rate", "C", _texts(states, "critical_rate_C")),
    ]
    first = found["rates_C"][0]
    depths = _texts(states, "penetration_depth_um", 0, digits=1)
    rows.append((f"Penetration depth at {first:g}C, falling as 1/I", "µm", depths))
    for k, rate in enumerate(found["rates_C"]):
        shares = _texts(states, "capacity_share", k, 100.0, 0)
        rows.append((f"Share of the capacity at {rate:g}C", "%", shares))
    left_out = [
        f"{state_title(name)}: {of['reason']}"
        for name, of in found["of_state"].items() if not of["estimated"]
    ]  # fmt: skip
    return {
        "columns": [state_title(name) for name in states],
        "table": rows,
        "left_out": left_out,
        "plot": plot(
            capacity_over_current(states),
            "Estimate: share of the positive electrode's capacity over the current density. All of "
            "it up to the critical one, at which salt just reaches the collector (dots), then "
            "falling as 1/I.",
        ),
    }


def _texts(
    states: Mapping[str, Any], name: str, place: int | None = None, factor: float = 1.0,
    digits: int = 2,
) -> list[str]:  # fmt: skip
    values = [of[name] if place is None else of[name][place] for of in states.values()]
    return [f"{factor * value:.{digits}f}" for value in values]


def capacity_over_current(states: Mapping[str, Mapping[str, Any]]) -> bytes:
    """Share of the capacity over the current density, a line a state."""
    critical = {name: of["critical_current_density_mA_cm2"] for name, of in states.items()}

    def draw(axes: Axes) -> None:
        current = np.geomspace(0.3 * min(critical.values()), 10 * max(critical.values()), 201)
        for name, colour in by_state(list(critical)).items():
            limit = critical[name]
            share = 100 * np.minimum(1.0, limit / current)
            axes.plot(current, share, color=colour, label=with_unit(name))
            axes.plot(limit, 100.0, "o", ms=5, color=colour)
        axes.set_xscale("log")
        axes.set_xlabel("Current density / mA cm⁻²")
        axes.set_ylabel("Share of the capacity / %")
        axes.set_ylim(0, 108)
        state_legend(axes, "lower left")

    return svg(draw)
