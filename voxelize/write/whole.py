"""Files that appear whole or not at all."""

import os
from collections.abc import Callable
from pathlib import Path


def write_whole(path: str | os.PathLike, fill: Callable[[Path], object]) -> Path:
    """Let `fill` write a file beside its place, sync it and rename it to `path`, which it returns.

    What stood at `path` stays as it was until then, and where `fill` fails.
    raises OSError where the disk is full or the folder cannot be written
    """
    path = Path(path)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        fill(unfinished)
        with open(unfinished, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path
