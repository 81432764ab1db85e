"""Reads the bodies that a scenario of kind `meshes` names, and holds the scenario against them."""

from collections.abc import Callable

from dem.errors import InputError
from scenarios.runner.binder import with_domain
from scenarios.runner.consistency import volume_problems
from scenarios.runner.schema import Scenario
from scenarios.runner.schema.meshes import UNITS
from voxelize.meshes.read import Placing, read_meshes
from voxelize.volume import Volume


def read_bodies(scenario: Scenario, tell: Callable[[str], None] = lambda text: None) -> Volume:
    """The volume of `electrode.meshes`; InputError where files and scenario do not fit together.

    tell : is given a sentence for all that was mended, cut or left out
    """
    electrode = scenario.electrode
    placing = Placing(
        voxel_size=electrode.voxel_size,
        unit=UNITS[electrode.unit],
        box=electrode.box,
        origin=electrode.origin,
        thickness=electrode.thickness,
        foil_thickness=electrode.foil_thickness,
        periodic=electrode.sides == "periodic",
        overlap_limit=electrode.overlap_limit,
        repair=electrode.repair,
    )
    try:
        volume = read_meshes(electrode.meshes, placing, scenario.materials.cbd.nanoporosity, tell)
    except InputError as error:
        raise InputError(f"electrode.meshes: {error}") from None
    volume = with_domain(volume, scenario)
    lines = [f"{electrode.meshes}: {key} {text}" for key, text in volume_problems(scenario, volume)]
    if lines:
        raise InputError("\n".join(lines))
    return volume
