"""What a scenario's values must be to each other, and to the volume that it names."""

from collections.abc import Iterator

from dem.errors import InputError
from scenarios.runner.binder import binder_problems
from scenarios.runner.cell_problems import cell_problems
from scenarios.runner.contact_problems import contact_problems
from scenarios.runner.densities import volume_densities
from scenarios.runner.electrode_problems import (
    image_problems,
    mesh_problems,
    particle_problems,
    recipe_problems,
    resolution_problems,
)
from scenarios.runner.foil_problems import foil_problems, symmetry_problems
from scenarios.runner.part_problems import part_problems
from scenarios.runner.recipe import refused_by_generator
from scenarios.runner.roll_temperature import temperature_problems
from scenarios.runner.schema import Image, Meshes, Particle, Recipe, Scenario
from scenarios.runner.strip_problems import strip_problems
from scenarios.runner.target_problems import target_kind_problems, target_problems
from scenarios.runner.units import length_in_words
from voxelize.deposit.output import fitting_voxel_size
from voxelize.volume import Volume

Problem = tuple[str, str]


def problems(scenario: Scenario, *, protocol: bool = True) -> Iterator[Problem]:
    """Key and sentence of whatever does not fit together, as far as the scenario alone tells.

    protocol : whether what is done to the cell beside rates counts
    """
    electrode = scenario.electrode
    if isinstance(electrode, Recipe):
        found = list(recipe_problems(scenario, electrode))
        # What the generator would say of values that are refused already is no news.
        yield from found or refused_by_generator(scenario, electrode)
    elif isinstance(electrode, Image):
        yield from image_problems(electrode)
    elif isinstance(electrode, Meshes):
        yield from mesh_problems(scenario, electrode)
    elif isinstance(electrode, Particle):
        yield from particle_problems(scenario, electrode)
    yield from contact_problems(scenario)
    yield from strip_problems(scenario)
    yield from _pressed_voxel_problems(scenario)
    yield from temperature_problems(scenario)
    cbd, cell = scenario.materials.cbd, scenario.cell
    if cbd.minimum_nanoporosity > cbd.nanoporosity:
        yield (
            "materials.cbd.minimum_nanoporosity",
            f"is {cbd.minimum_nanoporosity:g}; expected at most materials.cbd.nanoporosity "
            f"({cbd.nanoporosity:g})",
        )
    yield from binder_problems(scenario)
    active = scenario.materials.active_material
    if active.reference_particle_diameter and not active.particle_weibull_modulus:
        yield (
            "materials.active_material.reference_particle_diameter",
            "has no effect without particle_weibull_modulus; expected both or neither",
        )
    yield from foil_problems(scenario)
    undone = {"protocol": (), "impedance": None}
    yield from cell_problems(cell if protocol else cell.model_copy(update=undone))
    if cell.contact_resistance > 0.0 < scenario.analysis.contact_resistance.collector:
        yield (
            "cell.contact_resistance",
            "is given beside analysis.contact_resistance.collector, which the coating's electronic "
            "conductivity holds already; expected one of them",
        )
    yield from target_kind_problems(scenario)


def volume_problems(scenario: Scenario, volume: Volume) -> Iterator[Problem]:
    """What does not fit between a scenario and the volume that it names."""
    yield from resolution_problems(scenario, volume.voxel_size)
    if scenario.decomposition.foil_grain_size is not None and volume.collector_layers == 0:
        yield (
            "decomposition.foil_grain_size",
            "is given for a volume without collector; expected one with it, or none",
        )
    elif isinstance(scenario.electrode, Image):
        yield from symmetry_problems(scenario, volume.collector_layers * volume.voxel_size)
    start, crystal, shut = volume_densities(scenario, volume)
    yield from target_problems(scenario, start, crystal, shut, volume.thickness)
    across = tuple(edge * volume.voxel_size for edge in volume.labels.shape[1:])
    yield from part_problems(scenario, start, crystal, volume.thickness, across, volume.voxel_size)
    if scenario.voxels.voxel_size is not None:
        try:
            fitting_voxel_size(volume, scenario.voxels.voxel_size)
        except InputError as error:
            key, _, sentence = str(error).partition(": ")
            yield key, sentence


def _pressed_voxel_problems(scenario: Scenario) -> Iterator[Problem]:
    # A grain smaller than a voxel has no voxel of its own to be shown by.
    size, divided = scenario.voxels.voxel_size, scenario.decomposition
    name = min("grain_size", "cbd_grain_size", key=lambda each: getattr(divided, each))
    grain = getattr(divided, name)
    if size is not None and size > grain:
        yield (
            "voxels.voxel_size",
            f"is {length_in_words(size)}, too coarse to show a grain; expected at most "
            f"decomposition.{name} ({length_in_words(grain)})",
        )
