"""Files that appear whole or not at all, alone or with those that belong to them."""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


def write_whole(path: str | os.PathLike, fill: Callable[[Path], object]) -> Path:
    """Let `fill` write a file beside its place, sync it and rename it to `path`, which it returns.

    What stood at `path` stays as it was until then, and where `fill` fails.
    raises OSError where the disk is full or the folder cannot be written
    """
    write_together({Path(path): fill})
    return Path(path)


def write_together(
    parts: Mapping[Path, Callable[[Path], object]], outdated: Iterable[Path] = ()
) -> None:
    """Write files that belong together: none is renamed to its place before all are synced.

    parts : what fills each file, in the order of renaming; outdated : files removed after that
    raises OSError where the disk is full or the folder cannot be written; all stays as it was
    """
    unfinished = {path: path.with_name(f".{path.name}.{os.getpid()}.part") for path in parts}
    try:
        for path, fill in parts.items():
            fill(unfinished[path])
            with open(unfinished[path], "rb+") as file:
                os.fsync(file.fileno())
        for path, part in unfinished.items():
            os.replace(part, path)
    finally:
        for part in unfinished.values():
            part.unlink(missing_ok=True)
    for path in outdated:
        path.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: str | os.PathLike) -> Iterator[Path]:
    """A folder to fill, whose contents move to `path`, new or empty, when the block ends well.

    raises OSError where the folder cannot be written; nothing is left in `path` where it fails
    """
    path = Path(path)
    is_new = not path.exists()
    path.mkdir(parents=True, exist_ok=True)
    unfinished = path / f".{os.getpid()}.part"
    unfinished.mkdir()
    try:
        yield unfinished
        for each in sorted(unfinished.iterdir()):
            os.replace(each, path / each.name)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
        if is_new and not any(path.iterdir()):
            path.rmdir()
