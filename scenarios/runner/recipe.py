"""The recipe of a scenario as the generator takes it, and what the generator refuses of it."""

from collections.abc import Iterator

from dem.errors import InputError
from scenarios.runner import schema
from voxelize.generate.drawing import draw_diameters
from voxelize.generate.electrode import check_sizes
from voxelize.generate.recipe import Recipe, check_recipe
from voxelize.generate.sizes import SizeMode, Sizes, SizeTable, read_table

_KEYS = {
    "modes": "electrode.size_modes",
    "table": "electrode.size_table",
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
        modes=sizes_of(electrode),
        cbd_nanoporosity=cbd.nanoporosity,
        roughness=electrode.roughness,
        roughness_length=electrode.roughness_length,
        sphericity=electrode.sphericity,
        void_fraction=electrode.void_fraction,
        void_size=electrode.void_size,
    )


def sizes_of(electrode: schema.Recipe) -> tuple[Sizes, ...]:
    """The size distribution, from modes, table or file; raises InputError for a bad file."""
    if electrode.size_file is not None:
        return (read_table(electrode.size_file),)
    if electrode.size_table:
        classes = electrode.size_table
        return (
            SizeTable(
                tuple(each.diameter for each in classes),
                tuple(each.volume_share for each in classes),
            ),
        )
    return tuple(
        SizeMode(mode.median_diameter, mode.spread, mode.mass_share)
        for mode in electrode.size_modes
    )


def refused_by_generator(
    scenario: schema.Scenario, electrode: schema.Recipe
) -> Iterator[tuple[str, str]]:
    """Key and sentence of what the generator would refuse, by its own checks."""
    if electrode.size_file is not None:
        try:
            read_table(electrode.size_file)
        except InputError as error:
            yield "electrode.size_file", f"does not fit: {error}"
            return
    recipe = coated(scenario, electrode)
    h = recipe.voxel_size
    nx, ny = (max(1, round(length / h)) for length in recipe.footprint)
    try:
        check_recipe(recipe)
        particles = recipe.particle_share * nx * ny * h**2 * recipe.thickness
        check_sizes(recipe, draw_diameters(recipe.modes, particles), min(nx, ny) * h)
    except InputError as error:
        name, _, sentence = str(error).partition(": ")
        yield _KEYS.get(name, f"electrode.{name}"), f"does not fit: {sentence}"
        return
    grain = scenario.decomposition.grain_size
    for sizes in recipe.modes:
        if isinstance(sizes, SizeTable) and sizes.median_diameter < grain:
            key = "size_table" if electrode.size_table else "size_file"
            yield (
                f"electrode.{key}",
                f"has a median diameter of {sizes.median_diameter * 1e6:.3g} µm: the particles are "
                f"smaller than a grain; expected at least decomposition.grain_size "
                f"({grain * 1e6:.3g} µm)",
            )
