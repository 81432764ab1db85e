"""The upper surface: its roughness and its developed area."""

from collections.abc import Mapping

import numpy as np

from electrochem.structure.effective_surface import effective_surface
from electrochem.structure.roughness import surface
from scenarios.runner import surface_plots
from scenarios.runner.analysis.group import Column, Curve, Found, Group, Sample
from scenarios.runner.page.figures import Shown, plot
from scenarios.runner.progress import ProgressCallback
from scenarios.runner.results import Run, state_title

COLUMNS = (
    Column(
        "surface_roughness_um", "Roughness Sq", "µm",
        "Root mean square height of the highest solids about their mean plane (ISO 25178).",
    ),
    Column(
        "effective_surface_ratio", "Effective surface ratio", "–",
        "Developed area over footprint, as seen from above at the resolution below.",
    ),
    Column(
        "effective_surface_resolution_um", "Its lateral resolution", "µm",
        "Four voxels; compare ratios at one resolution only.",
    ),
)  # fmt: skip


def _measure(sample: Sample, progress: ProgressCallback) -> Found:
    top, seen = surface(sample.volume), effective_surface(sample.volume, progress=progress)
    row = {
        "surface_roughness_um": 1e6 * top.rms,
        "effective_surface_ratio": seen.ratio,
        "effective_surface_resolution_um": 1e6 * seen.resolution,
    }
    return Found(row, arrays={"surface/height_um": (1e6 * top.height).astype(np.float32)})


def _plots(run: Run, curves: Mapping[str, Curve]) -> list[Shown]:
    row, (state, height) = run.rows[0], next(iter(run.heights.items()))
    width = row["voxel_size_um"] * height.shape[1]
    title = surface_plots.titled(state_title(state), row.get("surface_roughness_um"))
    return [
        plot(surface_plots.height_maps({title: height}, width), surface_plots.CAPTION, wide=True)
    ]


SURFACE = Group(
    "surface", "Upper surface", COLUMNS, _measure,
    "Of active material and binder domain. Where the volume ends inside the coating, its cut is "
    "what is measured.",
    _plots,
)  # fmt: skip
