"""HDF5 datasets, read by hyperslab."""

import contextlib
import importlib
from pathlib import Path

import h5py
import numpy as np

from dem.errors import InputError
from voxelize.read.choice import chosen
from voxelize.read.order import Crop
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
    return own.over(Record(voxel_size=edges(sizes, ["um"] * 3)))
