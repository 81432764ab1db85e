"""Files that show when they were harmed: a block of text before the content, with a checksum.

HDF5 skips the block: what reads HDF5 reads a sealed file as it stands.
"""

import hashlib
import os
import re
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from dem.errors import CheckpointError
from dem.sources import SOURCES

FORMAT = 2
"""Counts up with every change of what a checkpoint looks like."""

BLOCK = 512
"""Length of the text; HDF5 looks for its own beginning at 0, 512, 1024 …"""
_BARE_HDF5 = b"\x89HDF\r\n\x1a\n"
_FIRST_LINES = re.compile(rb"calendem checkpoint\nformat (\d+)\ncalendem (.*)\n")
_ALL_LINES = re.compile(
    _FIRST_LINES.pattern + rb"sources (\S+)\nlength (\d+)\nblake2b ([0-9a-f]{64})\n+"
)


class Origin(NamedTuple):
    """What wrote a file: version of calendem, and digest of its sources and of Numba's version.

    A state comes back exactly with any sources that know its classes; only with the same ones does
    it go on to the same bits.
    """

    version: str
    sources: str


def seal(path: Path) -> None:
    """Fill the first BLOCK bytes of a file, which its content left free, with format, version,
    sources and checksum; HDF5 reads it as ever. Raises ValueError where they are not free."""
    with path.open("r+b") as file:
        if any(file.read(BLOCK)):
            raise ValueError(f"{path}: its first {BLOCK} bytes are not free for a seal")
        text = _text(FORMAT, _version(), SOURCES, os.fstat(file.fileno()).st_size - BLOCK)
        file.seek(BLOCK)
        checksum = hashlib.file_digest(file, lambda: hashlib.blake2b(text, digest_size=32))
        file.seek(0)
        file.write(_sealed(text, checksum.hexdigest()))


def check(path: Path) -> Origin:
    """Read a sealed file from end to end; returns what wrote it.

    Raises CheckpointError where it cannot be read, is cut short, was altered or is of another
    format.
    """
    try:
        with path.open("rb") as file:
            block = file.read(BLOCK)
            size = os.fstat(file.fileno()).st_size
            _refuse_foreign(path, block)
            lines = _ALL_LINES.fullmatch(block)
            if lines is not None and size - BLOCK < int(lines[4]):
                raise CheckpointError(
                    f"{path} is cut short: it holds {size} of {BLOCK + int(lines[4])} bytes"
                )
            text = block[: lines.start(5) - len("blake2b ")] if lines else b""
            checksum = hashlib.file_digest(file, lambda: hashlib.blake2b(text, digest_size=32))
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read ({error.strerror or error})") from error
    if lines is None or block != _sealed(text, checksum.hexdigest()):
        raise CheckpointError(f"{path} does not match its checksum: it was altered or harmed")
    return Origin(lines[2].decode(), lines[3].decode())


def _refuse_foreign(path: Path, block: bytes) -> None:
    """Raise CheckpointError for what is no whole block of this format."""
    if block.startswith(_BARE_HDF5):
        raise CheckpointError(
            f"{path} was written by format 1 of calendem, which had no checksum; this one reads "
            f"{FORMAT}"
        )
    first = _FIRST_LINES.match(block)
    if first is not None and int(first[1]) != FORMAT:
        raise CheckpointError(
            f"{path} was written by format {int(first[1])} of calendem "
            f"{first[2].decode(errors='replace')}; this one reads {FORMAT}"
        )
    if len(block) < BLOCK:
        raise CheckpointError(f"{path} is cut short: it holds {len(block)} bytes")


def _text(number: int, version: str, sources: str, length: int) -> bytes:
    return (
        f"calendem checkpoint\nformat {number}\ncalendem {version}\nsources {sources}\n"
        f"length {length}\n"
    ).encode()


def _sealed(text: bytes, checksum: str) -> bytes:
    return (text + f"blake2b {checksum}\n".encode()).ljust(BLOCK, b"\n")


def _version() -> str:
    try:
        return metadata.version("calendem")
    except metadata.PackageNotFoundError:
        return "of an unknown version"
