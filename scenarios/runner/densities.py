"""Densities of a scenario's electrode: of its solids, with its pores shut, and of its targets."""

from scenarios.runner.schema import Recipe, Scenario, Target
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, Volume


def cbd_solid_density(scenario: Scenario) -> float:
    """Density of the carbon-binder domain's solid [kg/m³]: of a mixture by mass, else as given."""
    cbd, mixed = scenario.materials.cbd, scenario.electrode
    if not isinstance(mixed, Recipe):
        mixed = scenario.binder
        if not mixed.by_mass:
            return cbd.solid_density
    mass = mixed.carbon_fraction + mixed.binder_fraction
    if mass == 0:
        return cbd.solid_density
    return mass / (
        mixed.carbon_fraction / cbd.carbon_density + mixed.binder_fraction / cbd.binder_density
    )


def domain_fraction(scenario: Scenario, volume: Volume) -> float | None:
    """Share of an imaged coating that the domain is to take up, nanopores included, as the section
    `binder` says by volume or by mass; None where it says nothing."""
    binder = scenario.binder
    if not binder.by_mass:
        return binder.domain_fraction
    mass = binder.carbon_fraction + binder.binder_fraction
    active = volume.fraction(ACTIVE_MATERIAL) * scenario.materials.active_material.density
    solid = active * mass / (1.0 - mass) / cbd_solid_density(scenario)
    return solid / (1.0 - scenario.materials.cbd.nanoporosity)


def recipe_densities(scenario: Scenario) -> tuple[float, float]:
    """Crystal density of a recipe's mixture and the density [kg/m³] at which its pores are shut.

    The latter is lower: the carbon-binder domain keeps its smallest nanoporosity.
    """
    electrode = scenario.electrode
    active = electrode.active_material_fraction / scenario.materials.active_material.density
    cbd = (electrode.carbon_fraction + electrode.binder_fraction) / cbd_solid_density(scenario)
    shut = cbd / (1.0 - scenario.materials.cbd.minimum_nanoporosity)
    return 1.0 / (active + cbd), 1.0 / (active + shut)


def volume_densities(scenario: Scenario, volume: Volume) -> tuple[float, float, float]:
    """Density of an imaged coating as it is, its crystal density and with shut pores [kg/m³]."""
    active = volume.fraction(ACTIVE_MATERIAL)
    cbd = volume.fraction(CARBON_BINDER) * (1.0 - volume.cbd_nanoporosity)
    density = active * scenario.materials.active_material.density
    density += cbd * cbd_solid_density(scenario)
    shut = cbd / (1.0 - scenario.materials.cbd.minimum_nanoporosity)
    return density, density / (active + cbd), density / (active + shut)


def target_density(target: Target, start: float, crystal: float, thickness: float) -> float:
    """Density [kg/m³] that a target means for an electrode of known start and crystal density."""
    if target.kind == "density":
        return target.value
    if target.kind == "thickness":
        return start * thickness / target.value
    return crystal * (1.0 - target.value)
