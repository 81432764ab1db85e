"""Reads the volume that a scenario of kind `image` names, and holds the scenario against it."""

import dataclasses

from dem.errors import InputError
from scenarios.runner.consistency import volume_problems
from scenarios.runner.schema import Scenario
from voxelize.read.volume import read_volume
from voxelize.volume import Volume


def read_image(scenario: Scenario) -> Volume:
    """The volume of `electrode.image`; InputError where file and scenario do not fit together."""
    image = scenario.electrode
    try:
        volume = read_volume(
            image.image,
            image.voxel_size,
            dict(image.labels),
            axis_order=image.axis_order,
            crop=image.crop_in_voxels,
            coarsening=image.coarsening,
            cbd_nanoporosity=scenario.materials.cbd.nanoporosity,
        )
    except InputError as error:
        raise InputError(f"electrode.image: {error}") from None
    volume = dataclasses.replace(volume, periodic=image.sides == "periodic")
    lines = [f"{image.image}: {key} {text}" for key, text in volume_problems(scenario, volume)]
    if lines:
        raise InputError("\n".join(lines))
    return volume
