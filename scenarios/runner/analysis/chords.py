"""Chords of the pores along the axes."""

from collections.abc import Mapping

import numpy as np

from dem.errors import InputError
from electrochem.structure.chords import chords
from scenarios.runner.analysis.group import Column, Curve, Found, Group, Sample
from scenarios.runner.analysis.plots import lines
from scenarios.runner.analysis.sizes import NO_PORES
from scenarios.runner.page.figures import Shown, plot
from scenarios.runner.progress import ProgressCallback
from scenarios.runner.results import Run

_AXES = "zyx"

COLUMNS = tuple(
    Column(
        f"pore_chord_mean_{axis}_um", f"Mean chord along {axis}", "µm",
        "How far a straight line in a pore goes before it meets a wall; 4ε/S if isotropic.",
        decimals=2,
    )
    for axis in _AXES
)  # fmt: skip

CURVE = "pore_chords"


def _measure(sample: Sample, progress: ProgressCallback) -> Found:
    found = chords(sample.volume, progress=progress)
    if found is None:
        raise InputError(NO_PORES)
    row = {f"pore_chord_mean_{axis}_um": 1e6 * found.mean[k] for k, axis in enumerate(_AXES)}
    curve = {"length_um": 1e6 * found.length}
    curve |= {f"share_{axis}": found.share[k] for k, axis in enumerate(_AXES)}
    return Found(row, {CURVE: curve})


def _plots(run: Run, curves: Mapping[str, Curve]) -> list[Shown]:
    curve = curves[CURVE]
    if len(curve["length_um"]) < 2:
        return []
    step = curve["length_um"][1] - curve["length_um"][0]
    found = {
        f"along {axis}": (curve["length_um"], np.asarray(curve[f"share_{axis}"], float) / step)
        for axis in _AXES
    }
    return [
        plot(
            lines(found, "Chord length / µm", "Chords by number / µm⁻¹", logarithmic=True),
            "Density of the chords that lie wholly between the sides.",
        )
    ]


CHORDS = Group(
    "chords", "Chords", COLUMNS, _measure,
    "Of pores and cracks, every line of voxels. The means have no bias from cut sides; the curve "
    "holds whole chords alone.",
    _plots,
)  # fmt: skip
