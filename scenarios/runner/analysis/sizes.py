"""Sizes of the pores by local thickness."""

from collections.abc import Mapping

import numpy as np

from dem.errors import InputError
from electrochem.structure.granulometry import granulometry
from scenarios.runner.analysis.group import Column, Curve, Found, Group, Sample
from scenarios.runner.analysis.plots import falling, lines
from scenarios.runner.page.figures import Shown, plot
from scenarios.runner.progress import ProgressCallback
from scenarios.runner.results import Run

NO_PORES = "the coating holds no pores between its voxels, or nothing else"

COLUMNS = tuple(
    Column(
        f"pore_size_d{share}_um", f"Pore size D{share}", "µm",
        f"Diameter of the widest ball that covers a place, below which {share} % of the pores lie.",
        decimals=2,
    )
    for share in (10, 50, 90)
)  # fmt: skip

CURVE = "pore_sizes"


def _measure(sample: Sample, progress: ProgressCallback) -> Found:
    found = granulometry(sample.volume, progress=progress)
    if found is None:
        raise InputError(NO_PORES)
    row = {
        "pore_size_d10_um": 1e6 * found.d10,
        "pore_size_d50_um": 1e6 * found.d50,
        "pore_size_d90_um": 1e6 * found.d90,
    }
    curve = {"diameter_um": 1e6 * found.diameter, "so_wide_or_wider_share": found.at_least}
    return Found(row, {CURVE: curve})


def _plots(run: Run, curves: Mapping[str, Curve]) -> list[Shown]:
    size, share = curves[CURVE]["diameter_um"], curves[CURVE]["so_wide_or_wider_share"]
    return [
        plot(
            lines(
                {"": (size, 100.0 * share)}, "Diameter / µm", "Pore volume so wide or wider / %",
                marker=".",
            ),
            "Cumulative pore sizes by volume.",
        ),
        plot(
            falling(size, np.diff(share, prepend=0.0), "Local thickness / µm", "Pore volume"),
            "Pore volume by size, over the logarithm of the diameter.",
        ),
    ]  # fmt: skip


SIZES = Group(
    "sizes", "Pore sizes", COLUMNS, _measure,
    "Local thickness of pores and cracks: the binder domain is a wall. Sizes are right to a voxel "
    "or two, nothing is below two voxels, and a D50 under four says that the pores are not "
    "resolved.",
    _plots,
)  # fmt: skip
