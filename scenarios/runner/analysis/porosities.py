"""Porosities as they are measured, and the densities that go with them."""

from collections.abc import Mapping

from electrochem.structure.porosities import Porosity, porosities
from scenarios.runner.analysis.group import Column, Curve, Found, Group, Sample
from scenarios.runner.analysis.plots import over_height
from scenarios.runner.densities import cbd_solid_density
from scenarios.runner.page.figures import Shown, plot
from scenarios.runner.progress import ProgressCallback
from scenarios.runner.results import Run

_KINDS = {
    "accessible": ("Accessible porosity", "Pores that a gas reaches from the upper plane."),
    "closed": ("Closed porosity", "Pores that no way leads to."),
    "cut": (
        "Cut porosity",
        "Pores that meet a cut side of the volume but not the upper plane: open or not, the volume "
        "cannot tell.",
    ),
    "gauge": (
        "Porosity by gauge", "Of a coating as thick as its highest points, where a gauge rests.",
    ),
    "mean_surface": (
        "Porosity by mean surface",
        "Of a coating as thick as its surface, seen from above, is high in the mean.",
    ),
}  # fmt: skip
_SOLID_DOMAIN = "_without_nanopores"

COLUMNS = (
    *(
        Column(f"{kind}_porosity", title, "%", meaning, 100.0, 2)
        for kind, (title, meaning) in _KINDS.items()
    ),
    *(
        Column(
            f"{kind}_porosity{_SOLID_DOMAIN}", f"{title}, domain as solid", "%",
            "The same with the binder domain as solid all through.", 100.0, 2,
        )
        for kind, (title, _) in _KINDS.items()
    ),
    Column(
        "closed_share_of_solids", "Closed pores in what helium does not reach", "%",
        "Closed pores over closed pores and solids: pycnometry's 1 − ρ_skel / ρ_xtal.", 100.0, 3,
    ),
    Column(
        "gauge_thickness_um", "Thickness by gauge", "µm",
        "From the collector's coated face to the highest points.", decimals=2,
    ),
    Column(
        "density_g_cm3", "Density", "g cm⁻³",
        "Mass over area times thickness, with the densities of the scenario below.",
    ),
    Column(
        "crystal_density_g_cm3", "Crystal density", "g cm⁻³",
        "Of the solids without any pore, with the same densities.",
    ),
    Column(
        "helium_density_g_cm3", "Helium density", "g cm⁻³",
        "Mass over the volume that a gas does not reach, as a pycnometer measures it.",
    ),
)  # fmt: skip

CURVE = "profile_porosities"


def _measure(sample: Sample, progress: ProgressCallback) -> Found:
    found = porosities(sample.volume, progress=progress)
    both = {"": found.with_nanopores, _SOLID_DOMAIN: found.without_nanopores}
    density = sample.scenario.materials.active_material.density, cbd_solid_density(sample.scenario)
    row = {
        f"{kind}_porosity{ending}": getattr(of, kind) for ending, of in both.items()
        for kind in _KINDS
    } | {
        "closed_share_of_solids": found.with_nanopores.closed_share_of_solids,
        "gauge_thickness_um": 1e6 * found.gauge_thickness,
        "density_g_cm3": 1e-3 * found.bulk_density(*density),
        "crystal_density_g_cm3": 1e-3 * found.crystal_density(*density),
        "helium_density_g_cm3": 1e-3 * found.helium_density(*density),
    }  # fmt: skip
    curve = {"height_um": 1e6 * found.height}
    for ending, of in both.items():
        curve |= {f"{name}{ending}": values for name, values in _profiles(of).items()}
    return Found(row, {CURVE: curve})


def _profiles(of: Porosity) -> Curve:
    return {
        "total_porosity": of.total_profile,
        "accessible_porosity": of.accessible_profile,
        "cut_porosity": of.cut_profile,
        "closed_porosity": of.closed_profile,
    }


def _plots(run: Run, curves: Mapping[str, Curve]) -> list[Shown]:
    names = {
        "accessible_porosity": "accessible",
        "cut_porosity": "cut",
        "closed_porosity": "closed",
        f"closed_porosity{_SOLID_DOMAIN}": "closed, domain as solid",
    }
    return [
        plot(
            over_height(curves[CURVE], names, "Porosity of the layer / %", 100.0),
            "Pores by their way out, over the height above the collector.",
        )
    ]


POROSITIES = Group(
    "porosities", "Porosities", COLUMNS, _measure,
    "By the definitions of Beuse et al., Batteries 7 (2021) 70. The lower plane is tight. "
    "Densities are those of the scenario: materials.active_material.density and "
    "materials.cbd.solid_density.",
    _plots,
)  # fmt: skip
