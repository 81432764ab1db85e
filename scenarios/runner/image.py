"""Reads the volume that a scenario of kind `image` names, and holds the scenario against it."""

import dataclasses
from collections.abc import Callable
from typing import Any

from dem.errors import InputError
from scenarios.runner.binder import with_domain
from scenarios.runner.consistency import problems, volume_problems
from scenarios.runner.recorded_arrays import with_recorded_arrays
from scenarios.runner.schema import Image, Scenario
from scenarios.runner.units import length_in_words
from voxelize.read.formats import open_image
from voxelize.read.place import Place, placed
from voxelize.read.recorded import cut_in_plane
from voxelize.read.stored import StoredImage
from voxelize.read.volume import read_volume
from voxelize.volume import Volume


def with_record(scenario: Scenario, tell: Callable[[str], None] = lambda text: None) -> Scenario:
    """The scenario with what its image records for keys that were left out; others as they are.

    So the run's own copy of the scenario says what was used.
    tell : is given a sentence for what is recorded but does not hold for what is read
    Raises InputError where the file cannot be opened or cannot be read like this.
    """
    image = scenario.electrode
    if not isinstance(image, Image):
        return scenario
    try:
        with open_image(image.image, image.dataset) as stored:
            for doubt in stored.doubts:
                tell(doubt)
            record, found = stored.record, _recorded(image, stored, tell)
    except InputError as error:
        raise InputError(f"electrode.image: {error}") from None
    materials = scenario.materials
    if record.cbd_nanoporosity is not None and "nanoporosity" not in materials.cbd.model_fields_set:
        cbd = materials.cbd.model_copy(update={"nanoporosity": record.cbd_nanoporosity})
        materials = materials.model_copy(update={"cbd": cbd})
    electrode = image.model_copy(update=found)
    completed = scenario.model_copy(update={"electrode": electrode, "materials": materials})
    if lines := [f"{image.image}: records what does not fit: {key} {text}"
                 for key, text in problems(completed)]:  # fmt: skip
        raise InputError("\n".join(lines))
    return completed


def _recorded(image: Image, stored: StoredImage, tell: Callable[[str], None]) -> dict[str, Any]:
    """Keys of `electrode` that are left out and that the file tells."""
    record = stored.record
    place = placed(
        stored, image.voxel_size, image.axis_order, image.crop or None, image.coarsening,
        image.resample_to,
    )  # fmt: skip
    found = {"axis_order": record.axes, "voxel_size": _recorded_size(stored, place)}
    if image.thresholds is None:
        found["labels"] = record.labels
    found["sides"] = _sides(image, stored, place, tell)
    return {
        key: value
        for key, value in found.items()
        if value is not None and (getattr(image, key) is None or key not in image.model_fields_set)
    }


def _recorded_size(stored: StoredImage, place: Place) -> float | tuple[float, ...] | None:
    sizes = stored.record.voxel_size
    if sizes is None:
        return None
    return sizes[0] if len(set(sizes)) == 1 else place.order.ordered(sizes)


def _sides(image: Image, stored: StoredImage, place: Place, tell) -> str | None:
    """In-plane boundary as recorded, where that still holds; InputError where the given cannot."""
    if "sides" in image.model_fields_set:
        cut = cut_in_plane(place.voxels, place.shape)
        if image.sides == "periodic" and cut:
            raise InputError(
                f'{stored.path}: electrode.sides is "periodic", but {cut}; expected the whole '
                'of a periodic volume in plane, or sides = "symmetric"'
            )
        return None
    if not stored.record.periodic:
        return None if stored.record.periodic is None else "symmetric"
    why = place.why_not_periodic(stored)
    if why:
        tell(f"{stored.path}: is recorded as periodic, but {why}: read with symmetric sides")
    return "symmetric" if why else "periodic"


def read_image(scenario: Scenario, tell: Callable[[str], None] = lambda text: None) -> Volume:
    """The volume of `electrode.image`; InputError where file and scenario do not fit together.

    tell : as `image_as_read` has it
    """
    volume = image_as_read(scenario, tell)
    image = scenario.electrode.image
    if lines := [f"{image}: {key} {text}" for key, text in volume_problems(scenario, volume)]:
        raise InputError("\n".join(lines))
    return volume


def measures(volume: Volume) -> str:
    """Voxels and thickness of a volume, in words."""
    shape = " × ".join(map(str, volume.labels.shape))
    edge, thickness = map(length_in_words, (volume.voxel_size, volume.thickness))
    return f"{shape} voxels (z, y, x) of {edge}, a coating {thickness} thick"


def image_as_read(scenario: Scenario, tell: Callable[[str], None] = lambda text: None) -> Volume:
    """The volume of `electrode.image` as it is measured, whether or not it could be pressed.

    tell : is given a sentence for each array beside the labels that is taken, or left
    """
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
        volume = with_recorded_arrays(volume, image, tell)
    except InputError as error:
        raise InputError(f"electrode.image: {error}") from None
    volume = dataclasses.replace(volume, periodic=image.sides == "periodic")
    return with_domain(volume, scenario)
