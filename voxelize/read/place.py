"""Where the voxels that are read lie in a file, how large they are, and which come out."""

import math
from pathlib import Path
from typing import NamedTuple

import numpy as np

from dem.errors import InputError
from voxelize.read.order import AxisOrder, Crop, crop_in_voxels, order_of
from voxelize.read.record import Edges
from voxelize.read.recorded import why_not_periodic
from voxelize.read.stored import StoredImage, expect_memory

WantedCrop = tuple[tuple[float, float], tuple[float, float], tuple[float, float]]
"""Along z, y, x: whole numbers are voxels, floats are lengths [m]."""

_CUBE = 1e-3
"""Relative difference of edges up to which voxels count as cubes: headers are rounded."""
_COARSEST = 16
"""Edge of the coarsest voxels that come out, in those of the file."""
_FINEST, _WIDEST = 1e-9, 1e-4
"""[m]; images of electrodes have voxels between: what lies outside is a wrong unit."""


class Place(NamedTuple):
    """Where the voxels that are read lie in a file, and which come out.

    sizes : [m] along z, y, x; shape, voxels : of the file and of the crop, along z, y, x
    edge : [m] of the voxels that come out; in_blocks : whether cubes are merged whole
    """

    order: AxisOrder
    sizes: Edges
    shape: tuple[int, int, int]
    voxels: Crop
    edge: float
    in_blocks: bool

    def why_not_periodic(self, image: StoredImage) -> str | None:
        """Why a volume that is recorded as periodic is not so when it is read like this."""
        return why_not_periodic(
            image.path, image.record, self.order, self.sizes, self.voxels, self.shape, self.edge
        )


def placed(
    image: StoredImage,
    voxel_size: float | Edges | None,
    axis_order: str | None,
    crop: WantedCrop | None,
    coarsening: int,
    resample_to: float | None,
) -> Place:
    """What `read_volume` reads of an image that is open; InputError as there."""
    sizes = _sizes(voxel_size, image)
    order = order_of(axis_order, image.record.axes, image.shape, image.path)
    if voxel_size is None:
        sizes = order.ordered(sizes)
    shape = order.ordered(image.shape)
    voxels = crop_in_voxels(crop, sizes, shape, image.path)
    in_blocks = resample_to is None and max(sizes) <= (1.0 + _CUBE) * min(sizes)
    if in_blocks:
        sizes = (sizes[0],) * 3
    edge = (min(sizes) if resample_to is None else resample_to) * coarsening
    return Place(order, sizes, shape, voxels, edge, in_blocks)


def expect_resampling(path: Path, place: Place) -> None:
    """Refuse voxels that come out too coarse to mean anything, or too many for the memory."""
    factor = float(np.cbrt(np.prod([place.edge / size for size in place.sizes])))
    if factor > _COARSEST * (1.0 + _CUBE):
        raise InputError(
            f"{path}: voxels of {place.edge:g} m (resample_to × coarsening) are {factor:.3g} "
            f"times those of the file, expected at most {_COARSEST} times"
        )
    lengths = zip(place.voxels, place.sizes, strict=True)
    counts = [(stop - start) * size / place.edge for (start, stop), size in lengths]
    needed = int(np.prod([math.ceil(count) for count in counts], dtype=object))
    expect_memory(path, needed, f"the volume in voxels of {place.edge:g} m (resample_to)")


def _sizes(given: float | Edges | None, image: StoredImage) -> Edges:
    """Edges of a voxel [m]: as given, else as recorded along the file's axes."""
    if given is None:
        sizes = image.record.voxel_size
        if sizes is None:
            note = f" of use ({image.record.note})" if image.record.note else ""
            raise InputError(
                f"{image.path}: no voxel size was given and the file records none{note}; expected "
                "voxel_size"
            )
    else:
        sizes = _numbers(given)
        if len(sizes) not in (1, 3):
            raise InputError(
                f"{image.path}: voxel_size is {given!r}, expected one edge or three in metres"
            )
        sizes = sizes * (3 // len(sizes))
    for size in sizes:
        if not (math.isfinite(size) and size > 0.0):
            raise InputError(
                f"{image.path}: the voxel size is {size:g} m, expected a length above 0"
            )
        if not _FINEST * (1.0 - _CUBE) <= size <= _WIDEST * (1.0 + _CUBE):
            raise InputError(
                f"{image.path}: the voxel size is {size:g} m, expected {_FINEST:g} m to "
                f"{_WIDEST:g} m: give voxel_size where the file's unit is wrong"
            )
    return sizes


def _numbers(given: object) -> tuple[float, ...]:
    """A length or several; none where it is anything else."""
    if isinstance(given, str | bytes):
        return ()
    try:
        return tuple(float(each) for each in np.ravel(np.asarray(given)))
    except (TypeError, ValueError):
        return ()
