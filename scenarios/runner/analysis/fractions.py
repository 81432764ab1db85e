"""Phase fractions and their profile: what every analysis begins with."""

from collections.abc import Mapping

import numpy as np

from electrochem.structure.phase_fractions import (
    coating,
    phase_fractions,
    phase_profile,
    porosity,
    porosity_profile,
)
from scenarios.runner.analysis.group import Column, Curve, Found, Group, Sample
from scenarios.runner.analysis.plots import over_height
from scenarios.runner.page.figures import Shown, plot
from scenarios.runner.progress import ProgressCallback
from scenarios.runner.results import Run
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, CRACK, PORE

COLUMNS = (
    Column(
        "thickness_um", "Thickness", "µm",
        "From the collector's coated face, or the lowest layer, to the coating's upper plane.",
        decimals=2,
    ),
    Column("voxel_size_um", "Voxel size", "µm", "Edge of the voxels that were measured."),
    Column(
        "porosity", "Porosity", "%",
        "Pores, cracks and the binder domain's own nanopores, by volume of the coating.",
        100.0, 2,
    ),
    Column(
        "pore_fraction", "Pores between voxels", "vol %",
        "Pores and cracks, without the nanopores of the domain.", 100.0, 2,
    ),
    Column("am_fraction", "Active material", "vol %", "By volume of the coating.", 100.0, 2),
    Column(
        "cbd_fraction", "Carbon-binder domain", "vol %",
        "By volume of the coating, its nanopores included.", 100.0, 2,
    ),
    Column(
        "cbd_nanoporosity", "Nanoporosity of the domain", "%",
        "Pores inside the domain, below the voxels: as recorded or given, not measured.",
        100.0, 1,
    ),
)  # fmt: skip

CURVE = "profile_phases"


def _measure(sample: Sample, progress: ProgressCallback) -> Found:
    share, profile = phase_fractions(sample.volume), phase_profile(sample.volume)
    weights = coating(sample.volume)[1]
    height = sample.volume.voxel_size * (np.cumsum(weights) - 0.5 * weights)
    shares = {
        "pore_share": profile[:, PORE],
        "crack_share": profile[:, CRACK],
        "am_share": profile[:, ACTIVE_MATERIAL],
        "cbd_share": profile[:, CARBON_BINDER],
    }
    if not shares["crack_share"].any():
        del shares["crack_share"]
    nanoporosity = float(sample.volume.cbd_nanoporosity)
    row = {
        "thickness_um": sample.volume.thickness * 1e6,
        "voxel_size_um": sample.volume.voxel_size * 1e6,
        "porosity": porosity(sample.volume),
        "pore_fraction": float(share[PORE] + share[CRACK]),
        "am_fraction": float(share[ACTIVE_MATERIAL]),
        "cbd_fraction": float(share[CARBON_BINDER]),
        "cbd_nanoporosity": nanoporosity,
    }
    porous = {"porosity": porosity_profile(sample.volume)}
    return Found(row, {CURVE: {"height_um": 1e6 * height, **shares, **porous}})


def _plots(run: Run, curves: Mapping[str, Curve]) -> list[Shown]:
    curve = curves[CURVE]
    names = {
        "porosity": "porosity, nanopores included",
        "am_share": "active material",
        "cbd_share": "carbon-binder domain",
        "crack_share": "cracks",
    }
    return [
        plot(
            over_height(curve, names, "Share of the layer / %", 100.0),
            "Phases over the height above the collector, layer by layer.",
        )
    ]


FRACTIONS = Group("fractions", "Phase fractions", COLUMNS, _measure, plots=_plots)
