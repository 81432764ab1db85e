"""The values of an array in VTK's XML files: raw, base64 or text, in compressed blocks or plain.

Layout after "VTK XML Formats" (VTK documentation): a plain array is its count of bytes, then the
bytes; a compressed one is [blocks, block size, last block's size, compressed sizes…], then the
blocks, where a last size of 0 stands for a full last block.
"""

import base64
import lzma
import mmap
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from dem.errors import InputError
from voxelize.read.stored import ANY_CODEC, DEFLATE

try:
    from imagecodecs import lz4_decode
except ImportError:
    lz4_decode = None

_LONGEST = 1 << 16
"""Bytes that an array without a stated length may have."""


class Compressor(NamedTuple):
    """How blocks are decompressed; None where the codec is not installed."""

    decode: Callable[[bytes, int], bytes] | None
    ratio: int


class Payload(NamedTuple):
    """Where an array's values begin in the file, and how they are written.

    encoding : "raw", "base64" or "ascii"
    header : kind of the numbers before the values
    """

    start: int
    encoding: str
    header: np.dtype
    compressor: str | None


def _inflated(data: bytes, size: int) -> bytes:
    return zlib.decompressobj().decompress(data, size)


def _unpacked(data: bytes, size: int) -> bytes:
    return lzma.LZMADecompressor().decompress(data, size)


COMPRESSORS = {
    "vtkZLibDataCompressor": Compressor(_inflated, DEFLATE),
    "vtkLZMADataCompressor": Compressor(_unpacked, ANY_CODEC),
    "vtkLZ4DataCompressor": Compressor(
        None if lz4_decode is None else lambda data, size: bytes(lz4_decode(data, out=size)), 255
    ),
}
"""By the name in the file's `compressor`."""


def decoded(
    path: Path, data: mmap.mmap, payload: Payload, dtype: np.dtype, first: int, last: int | None
) -> np.ndarray:
    """Values `first` to `last` of an array; to its end where `last` is None (short arrays only).

    Only the blocks that hold them are decompressed. Raises InputError where they are not there.
    """
    if payload.encoding == "ascii":
        return _from_text(path, data, payload, dtype, first, last)
    start = first * dtype.itemsize
    stop = None if last is None else last * dtype.itemsize
    reader = _Reader(path, data, payload)
    found = reader.plain(start, stop) if payload.compressor is None else reader.blocks(start, stop)
    return np.frombuffer(found, dtype)


class _Reader:
    def __init__(self, path: Path, data: mmap.mmap, payload: Payload):
        self._path, self._data, self._payload = path, data, payload
        self._word = payload.header.itemsize

    def plain(self, start: int, stop: int | None) -> bytes:
        size = int(self._numbers(0, 1)[0])
        stop = self._limit(size) if stop is None else stop
        if stop > size:
            self._refuse(f"an array holds {size} bytes where {stop} are due")
        # The count is encoded together with the values.
        return self._bytes(self._word + start, stop - start, group=0)

    def blocks(self, start: int, stop: int | None) -> bytes:
        count, block, rest = (int(n) for n in self._numbers(0, 3))
        header = self._word * (3 + count)
        if count == 0 or block == 0 or header > len(self._data):
            self._refuse(f"an array has {count} blocks of {block} bytes")
        sizes = self._numbers(3 * self._word, count).astype(np.int64)
        total = (count - 1) * block + (rest or block)
        stop = self._limit(total) if stop is None else stop
        ratio = COMPRESSORS[self._payload.compressor].ratio
        if stop > total or (sizes < 0).any() or block > ratio * max(int(sizes.max()), 64):
            self._refuse(f"an array holds {total} bytes in blocks of {block}, {stop} are due")
        # Header and blocks are two groups of base64, each padded for itself.
        group = self._encoded(header)
        begins = np.concatenate(([0], np.cumsum(sizes)))
        decode, parts = COMPRESSORS[self._payload.compressor].decode, []
        for number in range(start // block, -(-stop // block)):
            full = rest if number == count - 1 and rest else block
            packed = self._bytes(int(begins[number]), int(sizes[number]), group)
            part = decode(packed, full)
            if len(part) != full:
                self._refuse(f"a block holds {len(part)} bytes where {full} are due")
            parts.append(part)
        skip = start % block
        return b"".join(parts)[skip : skip + stop - start]

    def _limit(self, size: int) -> int:
        if size > _LONGEST:
            self._refuse(f"a text of {size} bytes stands in the field data")
        return size

    def _numbers(self, start: int, count: int) -> np.ndarray:
        return np.frombuffer(
            self._bytes(start, count * self._word, group=0), self._payload.header, count
        )

    def _encoded(self, size: int) -> int:
        """Bytes of the file that so many bytes of a group take."""
        return size if self._payload.encoding == "raw" else -(-size // 3) * 4

    def _bytes(self, start: int, size: int, group: int) -> bytes:
        """Bytes of a group that begins so many bytes of the file behind the array's start."""
        at = self._payload.start + group
        if self._payload.encoding != "raw":
            at = self._first_letter(self._payload.start) + group
            first = start // 3
            end = at + self._encoded(start + size)
            text = self._data[at + 4 * first : end]
            found = base64.b64decode(text, validate=True)[start - 3 * first :][:size]
        else:
            found = self._data[at + start : at + start + size]
        if len(found) < size:
            self._refuse("its values end before their time")
        return found

    def _first_letter(self, at: int) -> int:
        while self._data[at : at + 1].isspace():
            at += 1
        return at

    def _refuse(self, found: str) -> None:
        raise InputError(f"{self._path}: is damaged ({found}), expected a whole file")


def _from_text(
    path: Path, data: mmap.mmap, payload: Payload, dtype: np.dtype, first: int, last: int | None
) -> np.ndarray:
    text = data[payload.start : data.find(b"<", payload.start)]
    values = np.array(text.split(), dtype=dtype.newbyteorder("="))
    if len(values) < (last or 0):
        raise InputError(
            f"{path}: is damaged (an array holds {len(values)} values where {last} are due), "
            "expected a whole file"
        )
    return values[first:last]
