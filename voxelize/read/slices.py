"""Folders of slices, TIFF or PNG, one layer a file in natural order."""

import re
import warnings
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from dem.errors import InputError
from voxelize.read.order import Crop
from voxelize.read.record import Record
from voxelize.read.stored import DEFLATE, StoredImage, damage_refused, expect_bytes
from voxelize.read.tiff import check_slice, read_slice

_TIFF, _PNG = (".tif", ".tiff"), (".png",)
_KINDS = {"1": np.uint8, "L": np.uint8, "P": np.uint8, "I": np.int32, "I;16": np.uint16}
"""Pillow's modes of one value a pixel; of a palette the indices are the labels."""


def open_slices(folder: Path) -> StoredImage:
    """Open a folder whose files are the layers of a stack, first to last in natural order."""
    paths = _slices(folder)
    look = check_slice if paths[0].suffix.lower() in _TIFF else _check_png
    shape, dtype = look(paths[0])
    if len(shape) != 2:
        raise InputError(
            f"{paths[0]}: has the shape {shape}: colours or many slices, expected one label per "
            "pixel of one slice"
        )
    for path in paths[1:]:
        its_shape, its_dtype = look(path)
        if (its_shape, its_dtype) != (shape, dtype):
            raise InputError(
                f"{path}: is a slice of {_told(its_shape)} {its_dtype} pixels, expected "
                f"{_told(shape)} of {dtype} as in {paths[0].name}"
            )

    def read(crop: Crop) -> np.ndarray:
        (first, last), rows, columns = crop
        found = np.empty((last - first, rows[1] - rows[0], columns[1] - columns[0]), dtype)
        for target, path in zip(found, paths[first:last], strict=True):
            page = read_slice(path) if look is check_slice else _read_png(path)
            if page.shape != shape:
                raise InputError(f"{path}: was changed while it was read, expected {_told(shape)}")
            target[...] = page[slice(*rows), slice(*columns)]
        return found

    return StoredImage(folder, (len(paths), *shape), np.dtype(dtype), Record(), read)


def natural(name: str) -> tuple:
    """Sorting key in which `slice_10` comes after `slice_9`."""
    parts = re.split(r"(\d+)", name.casefold())
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in parts), name


def _slices(folder: Path) -> list[Path]:
    files = [each for each in folder.iterdir() if each.is_file() and not each.name.startswith(".")]
    found = [each for each in files if each.suffix.lower() in _TIFF + _PNG]
    if not found:
        others = f" among its {len(files)} files" if files else ": it is empty"
        raise InputError(f"{folder}: holds no TIFF or PNG{others}, expected a file for each slice")
    kinds = Counter("PNG" if each.suffix.lower() in _PNG else "TIFF" for each in found)
    if len(kinds) > 1:
        told = " and ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
        raise InputError(f"{folder}: holds {told} files, expected slices of one kind")
    found.sort(key=lambda each: natural(each.name))
    _check_numbers(folder, found)
    return found


def _check_numbers(folder: Path, paths: list[Path]) -> None:
    """A stack whose numbers leave one out has lost a slice."""
    parts = [re.split(r"(\d+)", each.stem) for each in paths]
    if len({len(each) for each in parts}) > 1:
        return
    varying = [place for place, each in enumerate(zip(*parts, strict=True)) if len(set(each)) > 1]
    if len(varying) != 1 or varying[0] % 2 == 0:
        return
    numbers = [int(each[varying[0]]) for each in parts]
    for (one, other), (low, high) in zip(pairwise(paths), pairwise(numbers), strict=True):
        if low == high:
            raise InputError(
                f"{folder}: two slices have the number {low}, {one.name} and {other.name}, "
                "expected each once"
            )
    steps = Counter(b - a for a, b in pairwise(numbers))
    if len(steps) > 1:
        usual = min(steps)
        at = next(i for i in range(len(numbers)) if numbers[i + 1] - numbers[i] != usual)
        raise InputError(
            f"{folder}: after {paths[at].name} comes {paths[at + 1].name}, expected one slice "
            f"every {usual}: a slice is missing"
        )


def _told(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))


def _open_png(path: Path) -> Image.Image:
    with warnings.catch_warnings():
        # Its warning of large images: ours compares with the file's size.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            return Image.open(path, formats=("PNG",))
        except UnidentifiedImageError:
            raise InputError(f"{path}: is no PNG image, expected one") from None


def _check_png(path: Path) -> tuple[tuple[int, int], np.dtype]:
    with damage_refused(path, "a PNG image"), _open_png(path) as image:
        if image.mode not in _KINDS:
            raise InputError(
                f"{path}: holds colours (mode {image.mode}), expected one label per pixel"
            )
        width, height = image.size
        kind = np.dtype(_KINDS[image.mode])
        expect_bytes(path, width * height // 8, path.stat().st_size, DEFLATE)
        return (height, width), kind


def _read_png(path: Path) -> np.ndarray:
    with damage_refused(path, "a PNG image"):
        bits = path.read_bytes()[24]
        with _open_png(path) as image:
            kind = _KINDS[image.mode]
            page = np.asarray(image).astype(kind)
            if image.mode == "L" and bits < 8:
                # Pillow stretches 2 and 4 bit greys to 255.
                page //= 255 // (2**bits - 1)
            return page
