"""Whether the volume is large enough to stand for its electrode."""

from collections.abc import Mapping

import numpy as np

from dem.errors import InputError
from electrochem.structure.representativeness import Spread, representativeness
from scenarios.runner.analysis.group import Column, Curve, Found, Group, Sample
from scenarios.runner.analysis.plots import lines
from scenarios.runner.page.figures import Shown, plot
from scenarios.runner.progress import ProgressCallback
from scenarios.runner.results import Run

_SPREADS = {
    "porosity": ("porosity", "porosity"),
    "am_fraction": ("am_fraction", "share of active material"),
    "am_pore_area_m2_m3": ("am_pore_area", "area of active material and pores"),
}
_SMALLEST = 8
"""Voxels that the parts of the footprint must have to an edge."""

COLUMNS = (
    Column(
        "rev_index", "Index of representativeness", "–",
        "Edge of the cube of the coating's volume over the grain size; it should exceed 5. Lim et "
        "al. (2025) print such a value without a definition: this is our reading.", decimals=1,
    ),
    Column(
        "rev_grain_size_um", "Grain size", "µm",
        "6 V/S of the active material, the mean diameter of its particles after Sauter.",
        decimals=2,
    ),
    *(
        Column(
            f"{name}_spread", f"Spread of the {words}", "%",
            "Standard deviation between the four quarters of the footprint over the whole's "
            "figure.", 100.0, 2,
        )
        for name, words in _SPREADS.values()
    ),
)  # fmt: skip

CURVE = "representativeness"


def _measure(sample: Sample, progress: ProgressCallback) -> Found:
    ny, nx = sample.volume.labels.shape[1:]
    splits = tuple(split for split in (2, 3, 4) if min(ny, nx) // split >= _SMALLEST)
    if not splits:
        least = 2 * _SMALLEST
        raise InputError(
            f"the footprint has {ny} × {nx} voxels; expected at least {least} × {least}, to be "
            "cut into quarters"
        )
    found = representativeness(sample.volume, splits, progress=progress)
    row = {"rev_index": found.index, "rev_grain_size_um": 1e6 * found.grain_size}
    curve = {"edge_um": 1e6 * found.edge, "parts": np.array(splits) ** 2}
    for figure, (name, _) in _SPREADS.items():
        spread = np.array([_relative(each) for each in found.spread[figure]])
        row[f"{name}_spread"] = spread[0]
        curve[f"{name}_spread"] = spread
        curve[f"{name}_error_of_whole"] = np.array(
            [each.relative_error for each in found.spread[figure]]
        )
    return Found(row, {CURVE: curve})


def _relative(spread: Spread) -> float:
    return spread.deviation / abs(spread.whole) if spread.whole else np.nan


def _plots(run: Run, curves: Mapping[str, Curve]) -> list[Shown]:
    curve = curves[CURVE]
    found = {
        words: (curve["edge_um"], 100.0 * curve[f"{name}_spread"])
        for name, words in _SPREADS.values()
    }
    return [
        plot(
            lines(found, "Edge of the parts / µm", "Standard deviation between parts / %",
                  marker="o"),
            "How far parts of the footprint differ, each as thick as the coating: falling with "
            "their edge where the volume is large enough.",
        )
    ]  # fmt: skip


REPRESENTATIVENESS = Group(
    "representativeness", "Representativeness", COLUMNS, _measure,
    "Parts of less than some five grains' edge are not independent of each other.",
    _plots,
)  # fmt: skip
