"""Mercury pressed into the coating and let out again, through its upper surface or all sides."""

from collections.abc import Mapping

from dem.errors import InputError
from electrochem.structure.intrusion import Intrusion, intrusion
from electrochem.structure.mercury import mercury_porosities
from scenarios.runner.analysis.group import Column, Curve, Found, Group, Sample
from scenarios.runner.analysis.mercury_plots import intruded, throats
from scenarios.runner.analysis.sizes import NO_PORES
from scenarios.runner.densities import cbd_solid_density, volume_densities
from scenarios.runner.page.figures import Shown, plot
from scenarios.runner.progress import ProgressCallback
from scenarios.runner.results import Run
from scenarios.runner.schema import Scenario
from voxelize.volume import Volume

_KINDS = {
    "crystal": "of the solids without any pore",
    "skeletal": "that helium shows",
    "apparent": "that mercury shows at its highest pressure",
}
_THROAT = "Throat through which half of the mercury between voxels has gone"
_ENTRAPPED = "Mercury that is left at no pressure, of that at the highest"

COLUMNS = (
    Column("pore_throat_d50_um", "Throat D50", "µm", f"{_THROAT}, from the top.", decimals=2),
    Column("mercury_entrapped_share", "Entrapped", "%", f"{_ENTRAPPED}.", 100.0, 1),
    Column(
        "pore_share_below_voxel", "Below the voxels", "%",
        "Share of all pores that are reached only through ways narrower than a voxel: those of the "
        "binder domain, and those between voxels behind it.", 100.0, 1,
    ),
    Column(
        "porosity_behind_cbd", "Pores behind the domain", "vol %",
        "Pores between voxels that are reached through the binder domain alone.", 100.0, 2,
    ),
    Column("closed_to_mercury", "Closed", "vol %", "Pores that no way leads to.", 100.0, 3),
    *(
        Column(
            f"porosity_mercury_{kind}", f"Porosity with {kind} density", "%",
            f"v / (v + 1/ρ), v the mercury by mass and ρ the density {what} (Beuse et al., eq. 3).",
            100.0, 2,
        )
        for kind, what in _KINDS.items()
    ),
    Column(
        "mercury_bulk_density_g_cm3", "Bulk density in mercury", "g cm⁻³",
        "Over the volume that mercury leaves out before it enters throats of 13 µm.",
    ),
    Column(
        "mercury_apparent_density_g_cm3", "Apparent density in mercury", "g cm⁻³",
        "Over the volume that mercury leaves out at its highest pressure.",
    ),
)  # fmt: skip
SIDES_COLUMNS = (
    Column(
        "pore_throat_d50_all_sides_um", "Throat D50, all sides", "µm",
        f"{_THROAT}, from the top and the four sides.", decimals=2,
    ),
    Column(
        "mercury_entrapped_share_all_sides", "Entrapped, all sides", "%",
        f"{_ENTRAPPED}, with open sides.", 100.0, 1,
    ),
)  # fmt: skip


def _measure(sample: Sample, progress: ProgressCallback) -> Found:
    curve = _intrusion(sample.volume, "top", progress)
    density = sample.scenario.materials.active_material.density, cbd_solid_density(sample.scenario)
    found = mercury_porosities(sample.volume, curve, *density)
    row = {
        "pore_throat_d50_um": 1e6 * curve.throat_d50,
        "mercury_entrapped_share": curve.entrapped_share,
        "pore_share_below_voxel": curve.below_voxel_share,
        "porosity_behind_cbd": curve.behind_binder,
        "closed_to_mercury": curve.closed,
        "porosity_mercury_crystal": found.crystal,
        "porosity_mercury_skeletal": found.skeletal,
        "porosity_mercury_apparent": found.apparent,
        "mercury_bulk_density_g_cm3": 1e-3 * found.bulk_density,
        "mercury_apparent_density_g_cm3": 1e-3 * found.apparent_density,
    }
    return Found(row, _curves(curve, "top", sample.volume, sample.scenario))


def _measure_sides(sample: Sample, progress: ProgressCallback) -> Found:
    curve = _intrusion(sample.volume, "all", progress)
    row = {
        "pore_throat_d50_all_sides_um": 1e6 * curve.throat_d50,
        "mercury_entrapped_share_all_sides": curve.entrapped_share,
    }
    return Found(row, _curves(curve, "all_sides", sample.volume, sample.scenario))


def _intrusion(volume: Volume, inlet: str, progress: ProgressCallback) -> Intrusion:
    curve = intrusion(volume, inlet, progress=progress)
    if curve is None:
        raise InputError(NO_PORES)
    return curve


def _curves(curve: Intrusion, inlet: str, volume: Volume, scenario: Scenario) -> dict[str, Curve]:
    mass = 1e-3 * volume_densities(scenario, volume)[0]
    way_in = (curve.pressure, curve.diameter, curve.intruded)
    way_out = (curve.extrusion_pressure, curve.extrusion_diameter, curve.remaining)
    return {
        f"mercury_{way}_{inlet}": {
            "pressure_MPa": 1e-6 * pressure,
            "throat_diameter_um": 1e6 * diameter,
            "mercury_share_of_coating": share,
            "mercury_cm3_g": share / mass,
        }
        for way, (pressure, diameter, share) in (("intrusion", way_in), ("extrusion", way_out))
    }


def _shown(inlet: str, words: str):
    def plots(run: Run, curves: Mapping[str, Curve]) -> list[Shown]:
        way_in, way_out = (curves[f"mercury_{way}_{inlet}"] for way in ("intrusion", "extrusion"))
        return [
            plot(
                intruded(way_in, way_out),
                f"Mercury in the pores between voxels, {words}, against the throats' diameter and "
                "the pressure that opens them: in and out again. It begins above the widest pore, "
                "in the dales of the surface.",
            ),
            plot(throats(way_in), "Mercury that enters, over the logarithm of the diameter."),
        ]

    return plots


_NOTE = (
    "Washburn's equation with 0.48 N/m and 140°. Pores finer than a voxel are in no curve. "
    "Trapped is what is cut off from outside as throats empty; snap-off and compression are not "
    "modelled and would leave more behind."
)

MERCURY = Group(
    "mercury", "Mercury, from the top", COLUMNS, _measure,
    f"{_NOTE} Densities are those of the scenario. Pores below the voxels count as filled in the "
    "porosities.",
    _shown("top", "through the upper surface"),
)  # fmt: skip
MERCURY_SIDES = Group(
    "mercury_sides", "Mercury, from all sides", SIDES_COLUMNS, _measure_sides,
    f"{_NOTE} A periodic volume counts as cut out of its sheet.",
    _shown("all_sides", "through the upper surface and the four sides"),
)  # fmt: skip
