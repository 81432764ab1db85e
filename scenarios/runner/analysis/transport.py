"""Transport through pores and solids."""

import numpy as np

from scenarios.runner.analysis.group import Column, Found, Group, Sample
from scenarios.runner.analysis.through_plane import through_plane
from scenarios.runner.progress import ProgressCallback

COLUMNS = (
    Column(
        "tortuosity_factor_z", "Tortuosity factor τ²", "–",
        "Of D_eff = ε D / τ² over the thickness, ε the share of the space that conducts, "
        "nanopores included.",
    ),
    Column(
        "effective_diffusivity_z", "Effective diffusivity D_eff / D", "–",
        "Through pores and, after Bruggeman, the nanopores of the domain.", decimals=4,
    ),
    Column("macmullin_number", "MacMullin number", "–", "D / D_eff, over the thickness."),
    Column(
        "electronic_conductivity_z_S_m", "Electronic conductivity", "S m⁻¹",
        "Through active material and domain over the thickness, with the conductivities of the "
        "scenario below.",
    ),
)  # fmt: skip


def _measure(sample: Sample, progress: ProgressCallback) -> Found:
    row = through_plane(sample.volume, sample.scenario.analysis, progress)
    effective = row["effective_diffusivity_z"]
    return Found(row | {"macmullin_number": 1.0 / effective if effective > 0.0 else np.inf})


TRANSPORT = Group(
    "transport", "Transport", COLUMNS, _measure,
    "Conductivities are those of the scenario: analysis.am_conductivity and "
    "analysis.cbd_conductivity. Errors of the solver are below analysis.tolerance; the error of "
    "the voxels' staircase comes on top.",
)  # fmt: skip
