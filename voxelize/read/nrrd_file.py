"""NRRD files: raw voxels memory-mapped, compressed ones as a stream."""

import bz2
import gzip
import warnings
from pathlib import Path
from typing import IO

import nrrd
import numpy as np

from dem.errors import InputError
from voxelize.read.order import Crop
from voxelize.read.record import Edges, Record, edges, from_pairs
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

_LONGEST_HEADER = 1 << 16
_KINDS = {
    "int8": ("signed char", "int8", "int8_t"),
    "uint8": ("uchar", "unsigned char", "uint8", "uint8_t"),
    "int16": ("short", "short int", "signed short", "signed short int", "int16", "int16_t"),
    "uint16": ("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"),
    "int32": ("int", "signed int", "int32", "int32_t"),
    "uint32": ("uint", "unsigned int", "uint32", "uint32_t"),
    "int64": (
        "longlong", "long long", "long long int", "signed long long", "signed long long int",
        "int64", "int64_t",
    ),
    "uint64": ("ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t"),
    "float32": ("float",),
    "float64": ("double",),
}  # fmt: skip
_TURNED = 1e-3
"""Share of an axis's direction that may lie along others: written directions are rounded."""
_OPENERS = {"gzip": gzip.open, "gz": gzip.open, "bzip2": bz2.open, "bz2": bz2.open}


def open_nrrd(path: Path) -> StoredImage:
    """Open an NRRD file (`.nrrd`, or `.nhdr` with its one data file)."""
    with damage_refused(path, "an NRRD file"):
        header, offset = _header(path)
        dtype = _dtype(path, header)
        shape = tuple(int(n) for n in np.atleast_1d(header["sizes"]))[::-1]
        if min(shape) < 0 or len(shape) != header.get("dimension", len(shape)):
            raise InputError(f"{path}: has the sizes {shape[::-1]}, expected three axes")
        kept = three_axes(path, shape)
        if len(shape) != 3:
            raise InputError(f"{path}: is {len(shape)}-D, expected three axes")
        source, offset = _data_file(path, header, offset)
        needed = int(np.prod(kept, dtype=object)) * dtype.itemsize
        stored = source.stat().st_size - offset
        record = _record(path, header)
        encoding = str(header.get("encoding", "")).lower()
        if encoding == "raw":
            offset = source.stat().st_size - needed if offset < 0 else offset
            expect_bytes(source, needed, source.stat().st_size - max(offset, 0))
            if offset < 0:
                raise InputError(f"{source}: is shorter than its header says, expected {needed}")
            data = np.memmap(source, dtype, "r", offset, kept)
            return StoredImage(path, kept, dtype, record, view_read(data))
        if encoding not in _OPENERS:
            raise InputError(
                f"{path}: its voxels are encoded as {encoding or 'nothing'}, expected raw, gzip "
                "or bzip2"
            )
        expect_bytes(source, needed, stored, DEFLATE if encoding[0] == "g" else ANY_CODEC)
        skip = int(header.get("byte skip", header.get("byteskip", 0)))
        stream = Stream(source, lambda: _start(source, offset, encoding, skip), kept, dtype)

        def read(crop: Crop) -> np.ndarray:
            with damage_refused(source, "an NRRD file"):
                return stream.read(crop)

        return StoredImage(path, kept, dtype, record, read, stream.close)


def _header(path: Path) -> tuple[dict, int]:
    """Fields of the header, and where the voxels begin in this file."""
    with open(path, "rb") as file:
        text = file.read(_LONGEST_HEADER)
    for end in (b"\n\n", b"\r\n\r\n"):
        if end in text:
            offset = text.index(end) + len(end)
            break
    else:
        if path.suffix.lower() != ".nhdr":
            raise InputError(
                f"{path}: has no end of its header in its first {_LONGEST_HEADER} bytes, "
                "expected an NRRD file"
            )
        offset = len(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return dict(nrrd.read_header(text[:offset].splitlines(keepends=True))), offset


def _dtype(path: Path, header: dict) -> np.dtype:
    kind = str(header.get("type", "")).lower()
    for name, spellings in _KINDS.items():
        if kind in spellings:
            dtype = np.dtype(name)
            if dtype.itemsize > 1:
                endian = str(header.get("endian", "")).lower()
                if endian not in ("little", "big"):
                    raise InputError(f"{path}: its endian is {endian!r}, expected little or big")
                dtype = dtype.newbyteorder(endian)
            return dtype
    raise InputError(f"{path}: holds values of type {kind!r}, expected whole numbers")


def _data_file(path: Path, header: dict, offset: int) -> tuple[Path, int]:
    """The file that holds the voxels and their place in it; −1 where only its end is known."""
    name = header.get("data file", header.get("datafile"))
    skip = int(header.get("byte skip", header.get("byteskip", 0)))
    lines = int(header.get("line skip", header.get("lineskip", 0)))
    raw = str(header.get("encoding", "")).lower() == "raw"
    if name is not None:
        if "%" in name or name.upper().startswith("LIST"):
            raise InputError(f"{path}: its voxels lie in many files, expected one data file")
        source, offset = path.parent / name, 0
        if not source.is_file():
            raise InputError(f"{path}: its data file {source} does not exist, expected it there")
    else:
        source = path
    if lines or skip < -1 or (skip < 0 and not raw):
        raise InputError(
            f"{path}: skips {lines} lines and {skip} bytes before its voxels, expected no lines "
            "and bytes from 0 up"
        )
    if skip == -1:
        return source, -1
    return source, offset + (skip if raw else 0)


def _start(path: Path, offset: int, encoding: str, skip: int) -> IO[bytes]:
    file = open(path, "rb")  # noqa: SIM115 - closed with the stream
    file.seek(offset)
    stream = _Decoded(_OPENERS[encoding](file), file)
    # The format's byte skip counts decompressed bytes.
    stream.read(skip)
    return stream


class _Decoded:
    """A decoded stream that closes the file below it too."""

    def __init__(self, stream: IO[bytes], file: IO[bytes]):
        self._stream, self._file = stream, file
        self.read = stream.read

    def close(self) -> None:
        self._stream.close()
        self._file.close()


def _record(path: Path, header: dict) -> Record:
    own = from_pairs(header, path)
    own = own.over(Record(axes=_axes(path, header.get("space directions"))))
    sizes, units = _spacing(header)
    if sizes is None:
        return own
    found = edges(sizes, units) if units else None
    note = "" if found else "a spacing of " + " × ".join(f"{s:g}" for s in sizes) + " without unit"
    return own.over(Record(voxel_size=found, note=note))


def _axes(path: Path, directions: object) -> str | None:
    """What the axes are, slowest first, where their directions are not x, y, z, x fastest."""
    if directions is None:
        return None
    rows = np.asarray(directions, dtype=float)
    if rows.shape != (3, 3) or not np.isfinite(rows).all():
        return None
    along = np.abs(rows).argmax(axis=1)
    main = np.abs(rows).max(axis=1)
    if sorted(along) != [0, 1, 2] or (np.abs(rows).sum(axis=1) > (1.0 + _TURNED) * main).any():
        told = " ".join(f"({', '.join(f'{part:g}' for part in row)})" for row in rows)
        raise InputError(f"{path}: its axes are turned ({told}), expected them along x, y, z")
    signs = rows[np.arange(3), along] < 0.0
    axes = [("-" if back else "") + "xyz"[axis] for axis, back in zip(along, signs, strict=True)]
    return None if axes == ["x", "y", "z"] else "".join(axes[::-1])


def _spacing(header: dict) -> tuple[Edges | None, list[str] | None]:
    """Edges along the axes as stored in memory (slowest first), and their units."""
    directions, spacings = header.get("space directions"), header.get("spacings")
    if directions is not None:
        sizes = np.linalg.norm(np.asarray(directions, dtype=float), axis=1)
        units = header.get("space units")
    elif spacings is not None:
        sizes, units = np.asarray(spacings, dtype=float), header.get("units")
    else:
        return None, None
    if len(sizes) != 3 or not np.isfinite(sizes).all():
        return None, None
    units = list(units)[::-1] if units is not None and len(units) == 3 else None
    return tuple(sizes[::-1].tolist()), units
