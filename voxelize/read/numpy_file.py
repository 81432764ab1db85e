"""NumPy's own files: `.npy` memory-mapped, an array of an `.npz` as a stream."""

import io
import zipfile
from pathlib import Path
from typing import IO

import numpy as np

from dem.errors import InputError
from voxelize.read.choice import chosen
from voxelize.read.order import Crop
from voxelize.read.record import Record, from_pairs
from voxelize.read.stored import (
    ANY_CODEC,
    DEFLATE,
    StoredImage,
    damage_refused,
    expect_bytes,
    three_axes,
    view_read,
)
from voxelize.read.stream import Stream

_LONGEST_HEADER = 10_000
_SMALL = 1 << 16
"""Bytes up to which an array of an `.npz` is taken for a record, not for voxels."""


def open_npy(path: Path) -> StoredImage:
    """Open a `.npy` file; its voxels stay on the disk until a crop is read."""
    with damage_refused(path, "an NPY file"), open(path, "rb") as file:
        shape, fortran, dtype = _header(file, path)
        offset = file.tell()
        _check(path, shape, dtype, path.stat().st_size - offset)
        order = "F" if fortran else "C"
        data = np.memmap(path, dtype, "r", offset, shape, order)
        kept = three_axes(path, shape)
        return StoredImage(path, kept, dtype, Record(), view_read(data.reshape(kept, order=order)))


def open_npz(path: Path, dataset: str | None) -> StoredImage:
    """Open one array of an `.npz` file; the other arrays may be a record (see `Record`)."""
    with damage_refused(path, "an NPZ file"):
        archive = zipfile.ZipFile(path)
        try:
            return _opened(path, archive, dataset)
        except BaseException:
            archive.close()
            raise


def _opened(path: Path, archive: zipfile.ZipFile, dataset: str | None) -> StoredImage:
    arrays = {}
    for info in archive.infolist():
        if info.filename.endswith(".npy"):
            with archive.open(info) as file:
                arrays[info.filename.removesuffix(".npy")] = (info, *_header(file, path))
    shapes = {name: tuple(shape) for name, (_, shape, _, _) in arrays.items()}
    name = chosen(path, "array", shapes, dataset)
    info, shape, fortran, dtype = arrays[name]
    ratio = DEFLATE if info.compress_type == zipfile.ZIP_DEFLATED else ANY_CODEC
    stored = info.compress_size
    _check(path, shape, dtype, stored if info.compress_type else info.file_size, ratio)
    record = from_pairs(_record_arrays(archive, arrays, name), path)
    kept = three_axes(path, shape)

    def start() -> IO[bytes]:
        file = archive.open(info)
        _header(file, path)
        return file

    # Fortran's order is C order of the axes turned round.
    stream = Stream(path, start, kept[::-1] if fortran else kept, dtype)

    def read(crop: Crop) -> np.ndarray:
        with damage_refused(path, "an NPZ file"):
            return stream.read(crop[::-1]).transpose() if fortran else stream.read(crop)

    def close() -> None:
        stream.close()
        archive.close()

    # Turned round, every slab along the first axis would run through the whole stream.
    layers = kept[0] if fortran else 1
    return StoredImage(path, kept, dtype, record, read, close, layers)


def _header(file: IO[bytes], path: Path) -> tuple[tuple[int, ...], bool, np.dtype]:
    version = np.lib.format.read_magic(file)
    if version == (1, 0):
        read = np.lib.format.read_array_header_1_0
    elif version == (2, 0):
        read = np.lib.format.read_array_header_2_0
    else:
        raise InputError(f"{path}: is of NPY version {version}, expected 1.0 or 2.0")
    return read(file, max_header_size=_LONGEST_HEADER)


def _check(path: Path, shape, dtype: np.dtype, stored: int, ratio: int = 1) -> None:
    if dtype.hasobject or dtype.kind not in "buif":
        raise InputError(f"{path}: holds {dtype} values, expected whole-number labels")
    if any(length < 0 for length in shape):
        raise InputError(f"{path}: has the shape {shape}, expected three axes")
    needed = int(np.prod([int(n) for n in shape], dtype=object)) * dtype.itemsize
    expect_bytes(path, needed, stored, ratio)


def _record_arrays(archive: zipfile.ZipFile, arrays: dict, but: str) -> dict[str, np.ndarray]:
    """The small arrays beside the voxels."""
    found = {}
    for name, (info, _, _, dtype) in arrays.items():
        if name != but and info.file_size <= _SMALL and not dtype.hasobject:
            found[name] = np.load(io.BytesIO(archive.read(info)), allow_pickle=False)
    return found
