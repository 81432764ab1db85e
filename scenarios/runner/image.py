"""Reads the volume that a scenario of kind `image` names, and holds the scenario against it."""

import dataclasses
from typing import Any

from dem.errors import InputError
from scenarios.runner.binder import with_domain
from scenarios.runner.consistency import problems, volume_problems
from scenarios.runner.schema import Image, Scenario
from voxelize.read.formats import open_image
from voxelize.read.record import Record
from voxelize.read.volume import read_volume
from voxelize.volume import Volume


def with_record(scenario: Scenario) -> Scenario:
    """The scenario with what its image records for keys that were left out; others as they are.

    So the run's own copy of the scenario says what was used. Raises InputError where the file
    cannot be opened.
    """
    image = scenario.electrode
    if not isinstance(image, Image):
        return scenario
    try:
        with open_image(image.image, image.dataset) as stored:
            record = stored.record
    except InputError as error:
        raise InputError(f"electrode.image: {error}") from None
    materials = scenario.materials
    if record.cbd_nanoporosity is not None and "nanoporosity" not in materials.cbd.model_fields_set:
        cbd = materials.cbd.model_copy(update={"nanoporosity": record.cbd_nanoporosity})
        materials = materials.model_copy(update={"cbd": cbd})
    electrode = image.model_copy(update=_recorded(image, record))
    completed = scenario.model_copy(update={"electrode": electrode, "materials": materials})
    if lines := [f"{image.image}: records what does not fit: {key} {text}"
                 for key, text in problems(completed)]:  # fmt: skip
        raise InputError("\n".join(lines))
    return completed


def _recorded(image: Image, record: Record) -> dict[str, Any]:
    """Keys of `electrode` that are left out and that the file tells; voxel sizes stay its own."""
    found = {"axis_order": record.axes}
    if image.thresholds is None:
        found["labels"] = record.labels
    if record.periodic is not None:
        found["sides"] = "periodic" if record.periodic else "symmetric"
    return {
        key: value
        for key, value in found.items()
        if value is not None and (getattr(image, key) is None or key not in image.model_fields_set)
    }


def read_image(scenario: Scenario) -> Volume:
    """The volume of `electrode.image`; InputError where file and scenario do not fit together."""
    volume = image_as_read(scenario)
    image = scenario.electrode.image
    if lines := [f"{image}: {key} {text}" for key, text in volume_problems(scenario, volume)]:
        raise InputError("\n".join(lines))
    return volume


def image_as_read(scenario: Scenario) -> Volume:
    """The volume of `electrode.image` as it is measured, whether or not it could be pressed."""
    scenario = with_record(scenario)
    image = scenario.electrode
    try:
        volume = read_volume(
            image.image,
            image.voxel_size,
            image.labels,
            image.axis_order,
            image.crop or None,
            image.coarsening,
            scenario.materials.cbd.nanoporosity,
            dataset=image.dataset,
            thresholds=image.thresholds,
            resample_to=image.resample_to,
            coarsening_rule=image.coarsening_rule,
        )
    except InputError as error:
        raise InputError(f"electrode.image: {error}") from None
    volume = dataclasses.replace(volume, periodic=image.sides == "periodic")
    return with_domain(volume, scenario)
