"""Axis order and crop: which of a file's voxels are meant, and where they stand."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from dem.errors import InputError

AXES = re.compile("(-?[xyz]){3}")
Crop = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]
"""Half-open voxel ranges along three axes."""


class AxisOrder(NamedTuple):
    """What the axes of a file are: a letter each, and whether it runs backwards."""

    letters: tuple[str, str, str]
    backwards: tuple[bool, bool, bool]

    def ordered(self, along_file: tuple) -> tuple:
        """Three values along the file's axes → along z, y, x."""
        return tuple(along_file[self.letters.index(letter)] for letter in "zyx")

    def in_file(self, crop: Crop, shape: tuple[int, int, int]) -> Crop:
        """A crop along z, y, x → the file's own ranges; `shape` is the file's."""
        ranges = [crop["zyx".index(letter)] for letter in self.letters]
        return tuple(
            (length - stop, length - start) if back else (start, stop)
            for (start, stop), back, length in zip(ranges, self.backwards, shape, strict=True)
        )

    def as_stored(self, volume: np.ndarray) -> np.ndarray:
        """A view of a (z, y, x) array whose axes are those of the file."""
        turned = volume.transpose(["zyx".index(letter) for letter in self.letters])
        return turned[tuple(slice(None, None, -1 if back else 1) for back in self.backwards)]


def axis_order(text: str, path: Path) -> AxisOrder:
    """The order that a text such as "zyx" or "-zyx" names; InputError where it names none."""
    axes = re.findall("-?[xyz]", text)
    if "".join(axes) != text or sorted(axis[-1] for axis in axes) != ["x", "y", "z"]:
        raise InputError(
            f"{path}: axis_order is {text!r}, expected each of x, y, z once, as in 'zyx' or '-zyx'"
        )
    return AxisOrder(tuple(axis[-1] for axis in axes), tuple(axis.startswith("-") for axis in axes))


def axes_named(letters: Iterable[str]) -> str | None:
    """The axes that a file names, slowest first, where they are x, y and z in another order.

    Of z, y, x nothing is known: programs call the direction of slices z, through-plane or not.
    """
    text = "".join(letters).lower()
    return text if sorted(text) == ["x", "y", "z"] and text != "zyx" else None


def order_of(
    given: str | None, recorded: str | None, shape: tuple[int, int, int], path: Path
) -> AxisOrder:
    """The order that is given, else recorded, else "zyx"; a cube's is never guessed."""
    text = given or recorded
    if text is None and len(set(shape)) == 1:
        raise InputError(
            f"{path}: is a cube of {shape[0]} voxels an edge and records no axes, so nothing "
            "tells which is through-plane, expected axis_order, such as 'zyx' where the first "
            "axis is through-plane from the collector up"
        )
    return axis_order(text or "zyx", path)


def crop_in_voxels(
    crop: tuple | None,
    voxel_size: tuple[float, float, float],
    shape: tuple[int, int, int],
    path: Path,
) -> Crop:
    """A crop along z, y, x in voxels, its lengths [m] (floats) converted; None takes all."""
    if crop is None:
        return tuple((0, length) for length in shape)
    try:
        pairs = [tuple(pair) for pair in crop]
    except TypeError:
        pairs = []
    if len(pairs) != 3 or any(len(pair) != 2 for pair in pairs):
        raise InputError(f"{path}: crop is {crop}, expected ((z0, z1), (y0, y1), (x0, x1))")
    found = []
    for axis, (name, pair, length) in enumerate(zip("zyx", pairs, shape, strict=True)):
        start, stop = (_in_voxels(bound, voxel_size[axis], path) for bound in pair)
        if not 0 <= start < stop <= length:
            raise InputError(
                f"{path}: crop in {name} is {start} to {stop} voxels, "
                f"expected a range inside 0 to {length}"
            )
        found.append((start, stop))
    return tuple(found)


def _in_voxels(bound: object, size: float, path: Path) -> int:
    """A bound of a crop: whole numbers are voxels, floats are lengths [m]."""
    if isinstance(bound, int | np.integer):
        return int(bound)
    if not isinstance(bound, float | np.floating) or not np.isfinite(bound):
        raise InputError(
            f"{path}: crop has the bound {bound!r}, expected whole voxels or a length in metres"
        )
    return round(float(bound) / size)
