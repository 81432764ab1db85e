"""HDF5 datasets, read by hyperslab."""

import contextlib
import importlib
import itertools
import math
from pathlib import Path

import h5py
import numpy as np

from dem.errors import InputError
from voxelize.read.choice import chosen
from voxelize.read.order import Crop, axes_named
from voxelize.read.record import Record, edges, from_pairs
from voxelize.read.stored import (
    StoredImage,
    damage_refused,
    expect_bytes,
    expect_memory,
    three_axes,
)

_MOST_OBJECTS = 10_000


def open_hdf5(path: Path, dataset: str | None) -> StoredImage:
    """Open one dataset of an HDF5 file; `dataset` is its path inside."""
    with damage_refused(path, "an HDF5 file"):
        file = h5py.File(path, "r")
        try:
            return _opened(path, file, dataset)
        except BaseException:
            file.close()
            raise


def _opened(path: Path, file: h5py.File, name: str | None) -> StoredImage:
    shapes = _datasets(file)
    name = chosen(path, "dataset", shapes, None if name is None else name.strip("/"))
    data = file[name]
    if data.dtype.kind not in "buif":
        raise InputError(f"{path}: {name} holds {data.dtype} values, expected whole-number labels")
    kept = three_axes(path, data.shape)
    _check_stored(path, name, data)
    # Axes of length 1 beyond three fall away from the front of the list of equal lengths.
    spare = _spare_axes(data.shape)
    axes = [axis for axis in range(len(data.shape)) if axis not in spare]

    def read(crop: Crop) -> np.ndarray:
        where = [0] * len(data.shape)
        for axis, bounds in zip(axes, crop, strict=True):
            where[axis] = slice(*bounds)
        with damage_refused(path, "an HDF5 file"):
            _check_chunks(path, name, data, where)
            return data[tuple(where)]

    layers = data.chunks[axes[0]] if data.chunks else 1
    record = _record(path, file, data, axes)
    return StoredImage(path, kept, data.dtype, record, read, file.close, layers)


def _datasets(file: h5py.File) -> dict[str, tuple[int, ...]]:
    """Path and shape of every dataset."""
    found: dict[str, tuple[int, ...]] = {}
    seen = 0

    def look(name: str, item: object) -> bool | None:
        nonlocal seen
        seen += 1
        if isinstance(item, h5py.Dataset) and item.shape is not None:
            found[name] = item.shape
        return True if seen > _MOST_OBJECTS else None

    file.visititems(look)
    return found


def _spare_axes(shape: tuple[int, ...]) -> set[int]:
    spare: set[int] = set()
    for axis, length in enumerate(shape):
        if length == 1 and len(shape) - len(spare) > 3:
            spare.add(axis)
    return spare


def _check_stored(path: Path, name: str, data: h5py.Dataset) -> None:
    """Refuse a filter that is not installed, and a shape that the file does not fill."""
    layout = data.id.get_create_plist()
    filters = [layout.get_filter(i) for i in range(layout.get_nfilters())]
    for code, _, _, label in filters:
        if not _is_installed(code):
            called = label.decode("ascii", "replace") or f"number {code}"
            raise InputError(
                f"{path}: {name} is compressed by {called}, whose filter is not installed, "
                "expected the package hdf5plugin beside this one, or gzip"
            )
    if data.is_virtual:
        for source in data.virtual_sources():
            _check_source(path, name, source.file_name, source.dset_name)
    if data.is_virtual or data.external:
        return
    stored = data.id.get_storage_size()
    if not stored:
        raise InputError(f"{path}: {name} was never written, expected labels in it")
    needed = data.size * data.dtype.itemsize
    if not data.chunks:
        expect_bytes(path, needed, min(stored, path.stat().st_size))
    elif not filters:
        # Chunks are stored whole: beyond the dataset's edges too, but those left out stand empty.
        expect_bytes(path, needed, 64 * stored)
    if data.chunks:
        chunk = int(np.prod(data.chunks)) * data.dtype.itemsize
        expect_memory(path, chunk, f"one chunk of {name}")


def _check_source(path: Path, name: str, source: str, dataset: str) -> None:
    """A part of a virtual dataset whose source is not there would read as its fill value."""
    if source == "." or "%" in source:
        return
    # HDF5 looks beside the file, then in the working folder.
    places = (path.parent / source, Path(source))
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise InputError(
            f"{path}: {name} is put together of other files, and {source} is not there, expected "
            "it beside this one"
        )
    with h5py.File(found, "r") as file:
        if dataset not in file:
            raise InputError(
                f"{path}: {name} is put together of other files, and {source} holds no {dataset}, "
                "expected that dataset in it"
            )


def _check_chunks(path: Path, name: str, data: h5py.Dataset, where: list) -> None:
    """Refuse a crop of which chunks were never written: they would read as the fill value."""
    if not data.chunks or data.is_virtual:
        return
    lengths = zip(data.shape, data.chunks, strict=True)
    if data.id.get_num_chunks() == math.prod(-(-n // chunk) for n, chunk in lengths):
        return
    starts = []
    for bounds, chunk in zip(where, data.chunks, strict=True):
        first, stop = (
            (bounds, bounds + 1) if isinstance(bounds, int) else (bounds.start, bounds.stop)
        )
        starts.append(range(first // chunk * chunk, stop, chunk))
    count = math.prod(map(len, starts))
    written = sum(
        data.id.get_chunk_info_by_coord(corner).byte_offset is not None
        for corner in itertools.product(*starts)
    )
    if written < count:
        raise InputError(
            f"{path}: {name}: {count - written} of {count} chunks were never written, expected "
            "labels in them: the program that wrote the file did not end, or give a crop"
        )


def _is_installed(code: int) -> bool:
    if not h5py.h5z.filter_avail(code):
        # The package registers its filters as it is imported.
        with contextlib.suppress(ImportError):
            importlib.import_module("hdf5plugin")
    return h5py.h5z.filter_avail(code)


def _record(path: Path, file: h5py.File, data: h5py.Dataset, axes: list[int]) -> Record:
    """What stands in the attributes of the dataset, else of the file."""
    own = from_pairs(dict(data.attrs), path).over(from_pairs(dict(file.attrs), path))
    # Fiji's and ilastik's convention: edges along the dataset's axes, in µm.
    sizes = np.ravel(data.attrs.get("element_size_um", ()))
    if len(sizes) == len(data.shape):
        sizes = sizes[axes]
    letters = [data.dims[axis].label for axis in axes]
    if "c" in letters:
        raise InputError(
            f"{path}: {data.name} has the axes {', '.join(letters)}, expected x, y, z: channels "
            "are no layers"
        )
    return own.over(Record(voxel_size=edges(sizes, ["um"] * 3), axes=axes_named(letters)))
