"""A volume as a file holds it: known by its header, read by crops."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from dem.errors import InputError
from voxelize.read.order import Crop
from voxelize.read.record import Record

DEFLATE = 1032
"""Bytes that one byte of a deflated stream can stand for at most (zlib, technical details)."""
ANY_CODEC = 1 << 16
"""The same for a codec whose bound nobody states; absurd headers exceed it by far."""


@dataclass(frozen=True)
class StoredImage:
    """An image that is open: what its header says, and how to read a crop of it.

    shape : voxels along the file's three axes
    record : what stands beside the values
    read : a crop along the file's axes → its values; no more than the crop (or what is stored
        together with it) is loaded
    layers : how many layers of the first axis are stored together
    doubts : sentences on what stands beside the values, of which a user should be told
    """

    path: Path
    shape: tuple[int, int, int]
    dtype: np.dtype
    record: Record
    read: Callable[[Crop], np.ndarray]
    close: Callable[[], None] = field(default=lambda: None)
    layers: int = 1
    doubts: tuple[str, ...] = ()

    def __enter__(self) -> "StoredImage":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextmanager
def damage_refused(path: Path, what: str) -> Iterator[None]:
    """Turn whatever a library raises over a damaged file into one refusal.

    Libraries raise nearly anything over damaged bytes, so nothing narrower would do.
    """
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        why = str(error) or type(error).__name__
        why = " ".join(why.split())[:200]
        raise InputError(
            f"{path}: cannot be read as {what} ({why}), expected a whole one"
        ) from error


def expect_bytes(path: Path, needed: int, stored: int, ratio: int = 1) -> None:
    """Refuse a header that announces more than its bytes can hold, before anything is allocated."""
    if needed > ratio * max(stored, 64):
        raise InputError(
            f"{path}: its header announces {needed} bytes of voxels, but {stored} bytes of them "
            "are there, expected a whole file"
        )


def expect_memory(path: Path, needed: int, what: str = "") -> None:
    """Refuse to load more than the machine's memory."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if needed > memory // 2:
        raise InputError(
            f"{path}: {what or 'what is to be read'} takes {needed / 2**30:.3g} GiB of the "
            f"machine's {memory / 2**30:.3g} GiB of memory, expected a crop that fits"
        )


def three_axes(path: Path, shape: Sequence[int]) -> tuple[int, int, int]:
    """A shape without its axes of length 1 beyond three; InputError where three are not left."""
    kept = list(shape)
    while len(kept) > 3 and 1 in kept:
        kept.remove(1)
    if len(kept) != 3:
        colours = ": colours, or channels," if len(kept) == 4 and min(kept) <= 4 else ""
        raise InputError(
            f"{path}: is {len(kept)}-D{colours} with shape {tuple(shape)}, expected a stack with "
            "three axes and one label per voxel"
        )
    if 0 in kept:
        raise InputError(f"{path}: is empty (shape {tuple(shape)}), expected voxels")
    return tuple(int(length) for length in kept)


def view_read(array: np.ndarray) -> Callable[[Crop], np.ndarray]:
    """Reading of a crop where an array, memory-mapped or not, holds it."""
    return lambda crop: array[tuple(slice(*bounds) for bounds in crop)]
