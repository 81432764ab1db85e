"""Multi-page TIFFs: memory-mapped where their voxels lie in one piece, else page by page."""

import logging
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import tifffile

from dem.errors import InputError
from voxelize.read.order import Crop, axes_named
from voxelize.read.record import Record, edges, from_json, from_pairs, length
from voxelize.read.stored import (
    ANY_CODEC,
    DEFLATE,
    StoredImage,
    damage_refused,
    expect_bytes,
    expect_memory,
    view_read,
)

_RATIO = {1: 1, 8: DEFLATE, 32946: DEFLATE, 32773: 64, 5: 1 << 12}
"""Bytes that one stored byte stands for at most, by TIFF's number of the compression."""
_STACK = re.compile("[ZQITC]YX|QQQ")
"""tifffile's axes of a stack: slices, times, or images of a meaning that nobody says."""
_CHANNELS = 4
"""So few are channels; tifffile calls the layers of a stack so, too, where it is told no axes."""


def open_tiff(path: Path) -> StoredImage:
    """Open a label TIFF; raises InputError for what is damaged, no stack, or in colours."""
    with ExitStack() as on_refusal:
        with damage_refused(path, "a TIFF"), _no_damage(path):
            tiff = tifffile.TiffFile(path)
            on_refusal.callback(tiff.close)
            image = _opened(path, tiff)
        on_refusal.pop_all()
        return image


def read_slice(path: Path) -> np.ndarray:
    """The one page of a TIFF that is a slice of a stack; `check_slice` has looked at it."""
    with damage_refused(path, "a TIFF"), _no_damage(path), tifffile.TiffFile(path) as tiff:
        return tiff.pages[0].asarray()


def check_slice(path: Path) -> tuple[tuple[int, ...], np.dtype]:
    """Shape and kind of a TIFF that is a slice of a stack; InputError where it cannot be one."""
    with damage_refused(path, "a TIFF"), _no_damage(path), tifffile.TiffFile(path) as tiff:
        if len(tiff.pages) != 1:
            raise InputError(
                f"{path}: holds {len(tiff.pages)} pages, expected one slice a file in a folder of "
                "slices, or this file by itself"
            )
        page = tiff.pages[0]
        _check_page(path, page)
        return page.shape, page.dtype


def _opened(path: Path, tiff: tifffile.TiffFile) -> StoredImage:
    series = tiff.series[0]
    if len(tiff.series) > 1:
        shapes = ", ".join(f"{s.shape} of {s.dtype}" for s in tiff.series[:3])
        raise InputError(
            f"{path}: its pages are of {len(tiff.series)} sizes or kinds ({shapes}), expected "
            "slices that are all alike"
        )
    if "S" in series.axes or series.keyframe.photometric == tifffile.PHOTOMETRIC.RGB:
        raise InputError(
            f"{path}: holds colours (axes {series.axes}, shape {series.shape}), expected one "
            "label per voxel"
        )
    record = _record(path, tiff)
    shape = series.shape
    if record.shape and _long(record.shape) == _long(shape):
        # tifffile drops axes of length 1.
        shape = record.shape
    if len(shape) != 3 or 0 in shape:
        raise InputError(
            f"{path}: is {len(shape)}-D with shape {shape}, expected a stack with three axes"
        )
    named = axes_named(series.axes)
    channels = series.axes == "CYX" and shape[0] <= _CHANNELS
    if channels or not (named or len(series.axes) < 3 or _STACK.fullmatch(series.axes)):
        raise InputError(
            f"{path}: has the axes {series.axes} (shape {shape}), expected slices (ZYX): channels "
            "and the like are no layers; save the labels alone, or layers as slices"
        )
    record = record.over(Record(axes=named))
    _check_page(path, series.keyframe)
    size = path.stat().st_size
    needed = int(np.prod(shape, dtype=object)) * series.dtype.itemsize
    in_one_piece = series.dataoffset is not None and series.keyframe.is_memmappable
    if in_one_piece:
        expect_bytes(path, needed, size - series.dataoffset)
        tiff.close()
        kind = series.dtype.newbyteorder(tiff.byteorder)
        data = np.memmap(path, kind, "r", series.dataoffset, shape)
        return StoredImage(path, shape, kind, record, view_read(data))
    expect_bytes(path, needed, size, _ratio(series.keyframe))
    by_page = len(series.pages) == shape[0] and series.keyframe.shape == shape[1:]
    if by_page:
        _check_segments(path, series, size)

    def read_pages(crop: Crop) -> np.ndarray:
        rows, columns = (slice(*bounds) for bounds in crop[1:])
        with damage_refused(path, "a TIFF up to its end"), _no_damage(path):
            if not by_page:
                expect_memory(path, needed, "a volume that is stored in one piece")
                return series.asarray().reshape(shape)[tuple(slice(*bounds) for bounds in crop)]
            found = np.empty([stop - start for start, stop in crop], series.dtype)
            for target, k in zip(found, range(*crop[0]), strict=True):
                target[...] = series.pages[k].asarray()[rows, columns]
            return found

    return StoredImage(path, shape, series.dtype, record, read_pages, tiff.close)


def _long(shape: tuple[int, ...]) -> list[int]:
    return [length for length in shape if length != 1]


def _check_page(path: Path, page: tifffile.TiffPage) -> None:
    """Refuse a page whose codec is missing or whose size nothing in the file could fill."""
    compression = int(page.compression)
    if compression != 1:
        try:
            tifffile.TIFF.DECOMPRESSORS[compression]
        except KeyError:
            name = getattr(page.compression, "name", compression)
            raise InputError(
                f"{path}: is compressed by {name}, whose codec is not installed, expected the "
                "package imagecodecs beside this one, or a file that is not compressed"
            ) from None
    if page.dtype is None:
        raise InputError(f"{path}: its voxels are of an unknown kind, expected whole numbers")
    needed = page.size * page.dtype.itemsize
    expect_bytes(path, needed, path.stat().st_size, _ratio(page))


def _ratio(page: tifffile.TiffPage) -> int:
    """Bytes of voxels that a stored byte stands for at most; packed bits become bytes."""
    bits = page.bitspersample if isinstance(page.bitspersample, int) else 8
    packed = -(-8 * page.dtype.itemsize // max(bits, 1))
    return _RATIO.get(int(page.compression), ANY_CODEC) * packed


def _check_segments(path: Path, series: tifffile.TiffPageSeries, size: int) -> None:
    """Every strip and tile of every page must lie inside the file."""
    for number, page in enumerate(series.pages):
        ends = [o + c for o, c in zip(page.dataoffsets, page.databytecounts, strict=True)]
        if not ends or max(ends) > size or min(page.databytecounts) <= 0:
            raise InputError(
                f"{path}: cannot be read as a TIFF up to its end (page {number + 1} of "
                f"{len(series.pages)} lies outside the file's {size} bytes), expected a whole file"
            )


def _record(path: Path, tiff: tifffile.TiffFile) -> Record:
    """What calendem, ImageJ or OME wrote beside the voxels."""
    imagej = tiff.imagej_metadata or {}
    shaped = (tiff.shaped_metadata or ({},))[0]
    first = tiff.pages[0]
    own = from_json(imagej.get("Info"), path)
    own = own.over(from_pairs(imagej, path)).over(from_pairs(shaped, path))
    own = own.over(from_json(first.description, path))
    if imagej:
        return own.over(_imagej_size(imagej, first.tags))
    return own.over(_ome_size(tiff.ome_metadata))


def _imagej_size(imagej: dict, tags: tifffile.TiffTags) -> Record:
    unit = imagej.get("unit", "")
    # A missing spacing says nothing: ImageJ writes none where it is that of a pixel or unknown.
    if "spacing" not in imagej or "XResolution" not in tags or "YResolution" not in tags:
        if length(1, unit):
            return Record(
                note=f"pixels in {unit} and no spacing of the slices, ImageJ's voxel depth"
            )
        return Record()
    counts = [tags[key].value for key in ("YResolution", "XResolution")]
    if any(0 in ratio for ratio in counts):
        return Record()
    sizes = [imagej["spacing"], *(units / pixels for pixels, units in counts)]
    found = edges(sizes, [unit] * 3)
    note = "" if found else f"a spacing of {sizes[0]} in {unit or 'no unit'}"
    return Record(voxel_size=found, note=note)


def _ome_size(text: str | None) -> Record:
    if not text:
        return Record()
    try:
        pixels = next(e for e in ElementTree.fromstring(text).iter() if e.tag.endswith("}Pixels"))
    except (ElementTree.ParseError, StopIteration, ValueError):
        return Record()
    sizes = [pixels.get(f"PhysicalSize{axis}") for axis in "ZYX"]
    # The OME schema's default unit.
    units = [pixels.get(f"PhysicalSize{axis}Unit", "µm") for axis in "ZYX"]
    return Record(voxel_size=edges(sizes, units))


@contextmanager
def _no_damage(path: Path) -> Iterator[None]:
    """Refuse what tifffile only logs: of a torn file it returns the pages before the tear."""
    damage = _Damage(logging.ERROR)
    tifffile.logger().addHandler(damage)
    try:
        yield
    finally:
        tifffile.logger().removeHandler(damage)
        # Before anything else that is found: pages behind a tear are missing.
        if damage.found:
            raise InputError(
                f"{path}: cannot be read as a TIFF up to its end ({damage.found[0]:.200}), "
                "expected a whole file"
            ) from None


class _Damage(logging.Handler):
    def __init__(self, level: int):
        super().__init__(level)
        self.found = []

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(record.getMessage())
