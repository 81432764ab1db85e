"""States that no deposit can show: broken figures, grains out of the box, voxels too coarse."""

import numpy as np

from dem.errors import InputError
from dem.fragments import diameter_by_volume
from dem.grains import ACTIVE, CBD, Grains
from voxelize.divide.decompose import Decomposition

_UNIT = 1e-4
"""Most by which the length of a quaternion may differ from 1: a hundredth of a voxel over a grain
of a hundred."""


def check_figures(decomposition: Decomposition, grains: Grains) -> None:
    """Raises InputError, naming the first grain, where one has no finite place and orientation."""
    expected = len(decomposition.grains.radius)
    if len(grains.position) != expected:
        raise InputError(
            f"grains: found {len(grains.position)}, expected the {expected} of the decomposition"
        )
    for what, unit, values in (
        ("position", " m", grains.position), ("orientation", "", grains.orientation)
    ):  # fmt: skip
        wrong = np.flatnonzero(~np.isfinite(values).all(axis=1))
        if len(wrong):
            found = ", ".join(f"{value:g}" for value in values[wrong[0]])
            raise InputError(
                f"grains: the {what} of grain {wrong[0]} is ({found}){unit}; expected finite "
                f"numbers{_others(wrong)}"
            )
    length = np.linalg.norm(grains.orientation, axis=1)
    wrong = np.flatnonzero(np.abs(length - 1.0) > _UNIT)
    if len(wrong):
        raise InputError(
            f"grains: the orientation of grain {wrong[0]} has the length {length[wrong[0]]:g}; "
            f"expected a unit quaternion{_others(wrong)}"
        )


def check_inside(decomposition: Decomposition, grains: Grains, thickness: float) -> None:
    """Raises InputError, naming the first grain, where one has left the box of the new volume.

    thickness : [m], of the new coating
    """
    volume = decomposition.volume
    _, ny, nx = volume.labels.shape
    h = volume.voxel_size
    # A grain pressed into a plane is put back; one wholly beyond it has flown out.
    size = np.cbrt(0.75 / np.pi * decomposition.grains.volume)
    sides = [(2, "z", decomposition.floor, thickness)]
    if not volume.periodic:
        sides += [(0, "x", 0.0, nx * h), (1, "y", 0.0, ny * h)]
    for axis, name, start, length in sides:
        place = grains.position[:, axis]
        wrong = np.flatnonzero((place < start - size) | (place > length + size))
        if len(wrong):
            first = wrong[0]
            raise InputError(
                f"grains: grain {first} lies at {name} = {place[first] * 1e6:.4g} µm, out of the "
                f"box by more than its radius of {size[first] * 1e6:.3g} µm; expected "
                f"{start * 1e6:.4g} … "
                f"{length * 1e6:.4g} µm{_others(wrong)}"
            )


def _others(wrong: np.ndarray) -> str:
    return f" (and of {len(wrong) - 1} more grains)" if len(wrong) > 1 else ""


def check_voxel_size(decomposition: Decomposition, voxel_size: float | None) -> None:
    """Raises InputError where voxels [m] are coarser than the input's and than the median grain.

    A grain smaller than a voxel has none to show it.
    """
    if voxel_size is None or voxel_size <= decomposition.volume.voxel_size * (1.0 + 1e-9):
        return
    for material, name in ((ACTIVE, "active material"), (CBD, "binder")):
        size = decomposition.grains.volume[decomposition.grains.material == material]
        if len(size) and voxel_size > (grain := diameter_by_volume(size, 0.5)):
            raise InputError(
                f"voxels.voxel_size: {voxel_size * 1e9:.4g} nm is too coarse to show the grains "
                f"of {name}, {grain * 1e9:.4g} nm wide (median by volume); expected at most that"
            )
