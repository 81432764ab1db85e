"""Shortest ways through the phases over the thickness."""

from collections.abc import Mapping

import numpy as np

from electrochem.structure.shortest_path import shortest_path
from scenarios.runner.analysis.group import Column, Curve, Found, Group, Sample
from scenarios.runner.analysis.plots import lines
from scenarios.runner.page.figures import Shown, plot
from scenarios.runner.progress import ProgressCallback
from scenarios.runner.results import Run

_PHASES = {"pore": "pores", "cbd": "binder domain", "solid": "solids"}

COLUMNS = tuple(
    column
    for phase, name in _PHASES.items()
    for column in (
        Column(
            f"{phase}_shortest_path", f"Shortest way through {name}", "–",
            "Length of the shortest way of all between the planes over the thickness.",
        ),
        Column(
            f"{phase}_geodesic_tortuosity", f"Geodesic tortuosity of {name}", "–",
            "Mean length of the shortest ways to all places on the far plane over the thickness.",
        ),
    )
)  # fmt: skip


def _measure(sample: Sample, progress: ProgressCallback) -> Found:
    row, curves = {}, {}
    for done, phase in enumerate(_PHASES):
        found = shortest_path(
            sample.volume, phase, lambda share, note, done=done: progress((done + share) / 3, note)
        )
        row[f"{phase}_shortest_path"] = found.shortest
        row[f"{phase}_geodesic_tortuosity"] = found.mean
        if np.isfinite(found.tortuosity_profile).any():
            curves[f"paths_{phase}"] = {
                "depth_um": 1e6 * found.depth,
                "geodesic_tortuosity": found.tortuosity_profile,
            }
    return Found(row, curves)


def _plots(run: Run, curves: Mapping[str, Curve]) -> list[Shown]:
    found = {
        name: (curve["depth_um"], curve["geodesic_tortuosity"])
        for phase, name in _PHASES.items()
        if (curve := curves.get(f"paths_{phase}"))
    }
    if not found:
        return []
    return [
        plot(
            lines(found, "Distance from the near plane / µm", "Geodesic tortuosity / –", base=None),
            "Mean length of the shortest ways to each layer over its distance: from the separator "
            "through pores, from the collector through solids.",
        )
    ]


PATHS = Group(
    "paths", "Shortest paths", COLUMNS, _measure,
    "A pure length, without a square and without constrictions: not the τ of D_eff = ε D / τ².",
    _plots,
)  # fmt: skip
