"""Areas between phases."""

from collections.abc import Mapping

import numpy as np

from electrochem.structure.areas import areas
from electrochem.structure.face_count import face_count_areas
from electrochem.structure.surface_area import surface_areas
from scenarios.runner.analysis.group import Column, Curve, Found, Group, Sample
from scenarios.runner.analysis.plots import bars
from scenarios.runner.analysis.volume_row import face_row
from scenarios.runner.densities import cbd_solid_density
from scenarios.runner.page.figures import Shown, plot
from scenarios.runner.progress import ProgressCallback
from scenarios.runner.results import Run
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, CRACK, PORE


def _area(name: str, title: str, meaning: str) -> Column:
    return Column(f"{name}_m2_m3", title, "m² cm⁻³", meaning, 1e-6, 4)


_PAIRS = (
    _area("am_pore_area", "Active material to pore", "Faces of cracks included."),
    _area("am_cbd_area", "Active material to binder", "Under the binder domain."),
    _area("cbd_pore_area", "Binder to pore", "Outer surface of the binder domain."),
    _area("am_crack_area", "Active material to crack", "With cracks, where they are labelled."),
    _area("am_collector_area", "Active material to collector", "0 without a collector."),
    _area("wetted_area", "Wetted area", "All that a liquid in the pores meets of the solids."),
)
_FACES = {PORE: "pore", ACTIVE_MATERIAL: "am", CARBON_BINDER: "cbd"}
_NAMES = {"pore": "pores", "am": "active material", "cbd": "binder domain"}

COLUMNS = (
    *_PAIRS,
    Column(
        "wetted_area_m2_g", "Wetted area by mass", "m² g⁻¹",
        "Over the mass of active material, carbon and binder.", decimals=4,
    ),
    *(
        _area(
            f"{name}_face_count_area", f"Faces of {_NAMES[name]}",
            "Faces of voxels with all other phases, counted: half as much again as a smooth "
            "surface has, to compare with published counts.",
        )
        for name in _FACES.values()
    ),
    Column(
        "am_collector_area_m2_m2", "Active material on the collector", "m² m⁻²", "Per footprint."
    ),
    Column("cbd_collector_area_m2_m2", "Binder on the collector", "m² m⁻²", "Per footprint."),
    Column(
        "collector_imprint_rms_um", "Imprint in the collector, rms", "µm",
        "Of the coated face's height about its mean plane.",
    ),
    Column(
        "collector_imprint_depth_um", "Imprint in the collector, deepest", "µm",
        "Depth of the face's lowest place below its mean plane.", decimals=2,
    ),
)  # fmt: skip


def _measure(sample: Sample, progress: ProgressCallback) -> Found:
    found = areas(sample.volume, sample.fractions, lambda share, note: progress(0.8 * share, note))
    # Cracks count as pores in the column: from labels its figure is that of a run's states.
    am_pore = found.am_pore + found.am_crack
    if sample.fractions is None and (sample.volume.labels == CRACK).any():
        am_pore = surface_areas(sample.volume).am_pore
    progress(0.9, "counting faces")
    faces = face_count_areas(sample.volume).sum(axis=1)
    density = sample.scenario.materials.active_material.density, cbd_solid_density(sample.scenario)
    row = {
        "am_pore_area_m2_m3": am_pore,
        "am_cbd_area_m2_m3": found.am_cbd,
        "cbd_pore_area_m2_m3": found.cbd_pore,
        "am_crack_area_m2_m3": found.am_crack,
        "am_collector_area_m2_m3": found.am_collector,
        "wetted_area_m2_m3": found.wetted,
        "wetted_area_m2_g": 1e-3 * found.per_mass(found.wetted, *density),
    } | {f"{name}_face_count_area_m2_m3": float(faces[of]) for of, name in _FACES.items()}
    return Found(row | face_row(sample.volume))


def _plots(run: Run, curves: Mapping[str, Curve]) -> list[Shown]:
    heights = np.array([run.rows[0].get(each.name, np.nan) for each in _PAIRS])
    return [
        plot(
            bars(
                [each.title for each in _PAIRS],
                {"": heights},
                "Area per electrode volume / m² cm⁻³",
                1e-6,
            ),
            "Interfaces per volume of electrode.",
        )
    ]


AREAS = Group(
    "areas", "Areas", COLUMNS, _measure,
    "Per electrode volume. From labels, faces of voxels are weighted with the local normal: 1 to "
    "2 % high on round bodies of eight voxels' radius and more; with the shares of each voxel "
    "(--fractions), surfaces are triangulated where a share is one half. Pores that active "
    "material encloses are not wetted. Creases round off.",
    _plots,
)  # fmt: skip
