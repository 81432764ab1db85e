"""What a file of a run holds beside its labels: particles, and nanoporosities by voxel."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from scenarios.runner.schema import Image
from voxelize.read.formats import open_image
from voxelize.read.written import arrays_beside, read_written
from voxelize.volume import Volume


def with_recorded_arrays(volume: Volume, image: Image, say: Callable[[str], None]) -> Volume:
    """The volume with the particles and nanoporosities by voxel that a run wrote beside its labels.

    They belong to whole voxels of the file, its own axes and labels: else, and where the key
    `dataset` names the labels, the volume stays as it is.
    say : is given a sentence for what is taken, and for what is left
    """
    if image.thresholds or image.dataset or not image.image.is_file():
        return volume
    names = arrays_beside(image.image)
    with open_image(image.image) as stored:
        record = stored.record
    if not names or None in (record.labels, record.axes, record.voxel_size):
        return volume
    if image.crop or image.coarsening > 1 or image.resample_to is not None:
        say(f"{image.image}: read in part or in other voxels, {_without(names, volume)}")
        return volume
    own = read_written(image.image)
    if not np.array_equal(own.labels, volume.labels):
        say(f"{image.image}: read with other axes or labels than recorded, "
            f"{_without(names, volume)}")  # fmt: skip
        return volume
    if own.particle is not None:
        count = len(np.unique(own.particle[own.particle >= 0]))
        say(f"{image.image}: its {count} particles were taken as recorded (dataset leaves them)")
    field = own.nanoporosity_field
    if field is not None and own.cbd_nanoporosity != volume.cbd_nanoporosity:
        say(f"{image.image}: another nanoporosity was given than is recorded, "
            f"{_without(('nanoporosity_field',), volume)}")  # fmt: skip
        field = None
    elif field is not None:
        say(f"{image.image}: the nanoporosity of each voxel was taken as recorded")
    return replace(volume, particle=own.particle, nanoporosity_field=field)


def _without(names: tuple[str, ...], volume: Volume) -> str:
    told = []
    if "particle" in names:
        told.append("without the particles that the file records")
    if "nanoporosity_field" in names:
        told.append(
            f"so with one nanoporosity, {volume.cbd_nanoporosity:.3g}, throughout, where the file "
            "has them by voxel"
        )
    return "; ".join(told)
