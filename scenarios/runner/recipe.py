"""The recipe of a scenario as the generator takes it, and what the generator refuses of it."""

from collections.abc import Iterator

from dem.errors import InputError
from scenarios.runner import schema
from voxelize.generate.electrode import check_sizes
from voxelize.generate.recipe import Recipe, SizeMode, check_recipe, draw_diameters

_KEYS = {
    "footprint": "electrode.footprint",
    "modes": "electrode.size_modes",
    "voxel_size": "electrode.voxel_size",
    "coated_density": "electrode.coated_density",
    "cbd_nanoporosity": "materials.cbd.nanoporosity",
}
"""Key of the scenario by what the generator's messages begin with."""


def coated(scenario: schema.Scenario, electrode: schema.Recipe) -> Recipe:
    """The recipe as the generator takes it."""
    active, cbd = scenario.materials.active_material, scenario.materials.cbd
    return Recipe(
        active_fraction=electrode.active_material_fraction,
        carbon_fraction=electrode.carbon_fraction,
        binder_fraction=electrode.binder_fraction,
        active_density=active.density,
        carbon_density=cbd.carbon_density,
        binder_density=cbd.binder_density,
        coated_density=electrode.coated_density,
        loading=electrode.loading,
        footprint=electrode.footprint,
        voxel_size=electrode.voxel_size,
        foil_thickness=electrode.foil_thickness,
        modes=tuple(
            SizeMode(mode.median_diameter, mode.spread, mode.mass_share)
            for mode in electrode.size_modes
        ),
        cbd_nanoporosity=cbd.nanoporosity,
        roughness=electrode.roughness,
    )


def refused_by_generator(
    scenario: schema.Scenario, electrode: schema.Recipe
) -> Iterator[tuple[str, str]]:
    """Key and sentence of what the generator would refuse, by its own checks."""
    recipe = coated(scenario, electrode)
    h = recipe.voxel_size
    nx, ny = (max(1, round(length / h)) for length in recipe.footprint)
    try:
        check_recipe(recipe)
        diameter = draw_diameters(recipe, recipe.active_share * nx * ny * h**2 * recipe.thickness)
        check_sizes(recipe, diameter, min(nx, ny) * h)
    except InputError as error:
        name, _, sentence = str(error).partition(": ")
        yield _KEYS.get(name, f"electrode.{name}"), f"does not fit: {sentence}"
