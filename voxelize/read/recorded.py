"""Recorded figures where a volume is read otherwise than it was written: do they still hold?"""

import math
from pathlib import Path

import numpy as np

from dem.errors import InputError
from voxelize.read.order import AxisOrder, Crop, axis_order
from voxelize.read.record import Edges, Record
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, foil_layers_of

_ROUNDING = 1e-6
"""Relative; figures in µm and decimal text differ from what was written by less."""


def recorded_thickness(
    path: Path,
    record: Record,
    order: AxisOrder,
    sizes: Edges,
    voxels: Crop,
    shape: tuple[int, int, int],
    phases: np.ndarray,
) -> float | None:
    """The recorded thickness [m] of the coating in the voxels that are read; else None.

    It holds where the volume is read over its height, along the recorded z and upwards as recorded.
    Where another voxel size is given, the coating grows with it.
    sizes : [m] along z, y, x, as used; voxels, shape : crop and file along z, y, x
    phases : (nz, ny, nx), not yet merged
    Raises InputError where the coating of these phases cannot have this thickness.
    """
    if record.thickness is None or voxels[0] != (0, shape[0]):
        return None
    place = order.letters.index("z")
    if record.axes is not None:
        recorded = axis_order(record.axes, path)
        if (recorded.letters[place], recorded.backwards[place]) != ("z", order.backwards[place]):
            return None
    elif order.backwards[place]:
        return None
    scale = sizes[0] / record.voxel_size[place] if record.voxel_size else 1.0
    thickness = record.thickness * scale
    lowest, highest = _range(phases)
    if not (lowest - _ROUNDING) * sizes[0] < thickness <= (highest + _ROUNDING) * sizes[0]:
        raise InputError(
            f"{path}: its record gives thickness_m = {record.thickness:g} for voxels that reach up "
            f"to layer {lowest + 1} of {highest} above the collector, expected "
            f"{lowest * sizes[0] / scale:.6g} to {highest * sizes[0] / scale:.6g}"
        )
    return thickness


def _range(phases: np.ndarray) -> tuple[int, int]:
    """Layers below the highest solid one, and all layers, both above the collector."""
    solid, foil = 0, foil_layers_of(phases)
    for k, layer in enumerate(phases):
        if ((layer == ACTIVE_MATERIAL) | (layer == CARBON_BINDER)).any():
            solid = k
    return max(solid - foil, 0), len(phases) - foil


def why_not_periodic(
    path: Path,
    record: Record,
    order: AxisOrder,
    sizes: Edges,
    voxels: Crop,
    shape: tuple[int, int, int],
    edge: float,
) -> str | None:
    """Why a volume that is recorded as periodic is not so as it is read; None where it is.

    sizes : [m] along z, y, x; voxels, shape : crop and file along z, y, x; edge : [m], of the
    voxels that come out
    """
    place = order.letters.index("z")
    if record.axes is not None and axis_order(record.axes, path).letters[place] != "z":
        return "another axis than the recorded one is through-plane"
    return cut_in_plane(voxels, shape) or broken_period(sizes, shape, edge)


def cut_in_plane(voxels: Crop, shape: tuple[int, int, int]) -> str | None:
    """What of a crop along z, y, x cuts the sides of a volume."""
    for letter, bounds, length in zip("zyx", voxels, shape, strict=True):
        if letter != "z" and bounds != (0, length):
            return f"the crop leaves voxels {bounds[0]} to {bounds[1]} of {length} along {letter}"
    return None


def broken_period(sizes: Edges, shape: tuple[int, int, int], edge: float) -> str | None:
    """Which side of a volume is no whole number of the voxels that come out."""
    for letter, size, length in zip("zyx", sizes, shape, strict=True):
        count = length * size / edge
        if letter != "z" and not math.isclose(count, round(count), rel_tol=_ROUNDING):
            return f"its side along {letter} is {count:.6g} voxels of those that come out"
    return None
