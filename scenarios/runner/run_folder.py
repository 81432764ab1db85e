"""The run folder: made when all checks have passed, every file in it whole or not there."""

import errno
import fcntl
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

from dem import sealed
from dem.errors import CheckpointError, InputError
from dem.sources import SOURCES
from scenarios.runner.kept_tables import with_tables
from scenarios.runner.load import load, resolved_text
from scenarios.runner.schema import Scenario

CHECKPOINTS_KEPT = 2
_CONTENTS = (
    "scenario.toml",
    "run.h5",
    "checkpoints",
    "summary.csv",
    "summary.json",
    "report.html",
    "calendem.log",
    "finished",
)
ANALYSED = "curves"
"""A folder that an analysis makes first of all, and a run never."""
_FINISHED = "finished"
_FINISHED_BEFORE = "checkpoints/finished"
"""Where earlier versions noted it."""
_CHECKPOINT = re.compile(r"checkpoint-(\d{6})\.h5")
_FOLDERS = (
    "", "checkpoints", "volume", "particles", "bonds", "cracks", "height_map", "discharge",
    "discharge/*", "surfaces", "tables/*",
)  # fmt: skip
_NO_PLACE = (
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.ENOENT,
    errno.ENAMETOOLONG, errno.EINVAL,
)  # fmt: skip
_UNFINISHED = ".*.part*"
_PACKAGES = ("calendem", "h5py", "numba", "numpy", "scikit-image", "scipy", "tifffile", "vtk")

logger = logging.getLogger("calendem")


class RunFailed(RuntimeError):
    """The run cannot go on; its last checkpoint is good."""


class TargetsMissed(RunFailed):
    """The run came to its end, its results are written, but states that were asked for are not."""


class RunFolder:
    """A folder that holds one run; `path` is where, its other names are the contract's."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._was_there: set[Path] = set()
        self._made: list[Path] = []
        self._unreadable: set[Path] = set()
        self._told: set[str] = set()

    @classmethod
    def create(cls, path: Path, scenario: Scenario) -> "RunFolder":
        """A new run in a folder that holds none, its resolved scenario written, and the tables
        that its cell's protocol follows.

        Raises InputError where the folder holds a run or cannot be made.
        """
        own, tables = with_tables(scenario)
        return cls.make(path, tables | {"scenario.toml": resolved_text(own, versions())})

    @classmethod
    def make(cls, path: Path, files: Mapping[str, str] | None = None) -> "RunFolder":
        """A new or empty folder with these text files in it; raises InputError as `create`."""
        refuse_existing_run(path)
        folder = cls(path)
        try:
            missing = [p for p in (path, *path.parents) if not p.exists()]
            path.mkdir(parents=True, exist_ok=True)
            folder._made, folder._was_there = missing, set(path.iterdir())
            for name, text in (files or {}).items():
                folder.write_text(name, text)
        except OSError as error:
            folder.discard()
            if error.errno in _NO_PLACE:
                raise InputError(f"{path}: cannot be written to ({error.strerror})") from None
            raise
        return folder

    @classmethod
    def open(cls, path: Path) -> "RunFolder":
        """The run in an existing folder; raises InputError where there is none."""
        if not path.is_dir():
            raise InputError(f"{path}: no such folder; expected one that a run has written")
        if not (path / "scenario.toml").is_file():
            raise InputError(f"{path}: holds no run (scenario.toml is missing)")
        return cls(path)

    def scenario(self, settings: Sequence[str] = (), *, protocol: bool = True) -> Scenario:
        """The resolved scenario that the run was started with, settings put over it; protocol : as
        of `load`."""
        return load(str(self.path / "scenario.toml"), settings, protocol=protocol)

    def discard(self) -> None:
        """Take back what this object's `create` and later writes put there: wrong input leaves
        nothing behind."""
        for entry in set(self.path.iterdir()) - self._was_there if self.path.is_dir() else ():
            if entry.is_dir():
                shutil.rmtree(entry)
            else:
                entry.unlink()
        for made in self._made:
            if made.is_dir():
                made.rmdir()

    def write(self, name: str, write: Callable[[Path], None]) -> Path:
        """Let `write` fill a new file that then takes the name's place, whole and synced.

        name : relative to the run folder; its folder is made. An error leaves the old file.
        """
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(
            prefix=f".{target.stem}-", suffix=f".part{target.suffix}", dir=target.parent
        )
        os.close(handle)
        try:
            write(Path(unfinished))
            _sync(Path(unfinished))
            os.chmod(unfinished, 0o666 & ~_umask())
            os.replace(unfinished, target)
        finally:
            Path(unfinished).unlink(missing_ok=True)
        _sync(target.parent)
        return target

    def write_text(self, name: str, text: str) -> Path:
        """Write a text file, whole or not at all."""
        return self.write(name, lambda path: path.write_text(text, "utf-8", newline="\n"))

    def write_checkpoint(self, write: Callable[[Path], None]) -> Path:
        """Seal and keep a checkpoint that `write` fills from sealed.BLOCK on; the last two that
        can be read stay, a failure leaves both as they were."""
        kept = self._checkpoints()
        number = int(_CHECKPOINT.fullmatch(kept[-1].name)[1]) + 1 if kept else 1

        def fill(path: Path) -> None:
            write(path)
            sealed.seal(path)

        written = self.write(f"checkpoints/checkpoint-{number:06d}.h5", fill)
        good = [path for path in kept if path not in self._unreadable]
        for old in self._unreadable.union([*good, written][:-CHECKPOINTS_KEPT]):
            old.unlink(missing_ok=True)
        self._unreadable.clear()
        return written

    def last_checkpoint(self) -> Path | None:
        """The newest checkpoint that can be read from end to end, or None before the first.

        One that cannot is logged and passed over. Raises CheckpointError where none can be read.
        """
        reasons = []
        for path in reversed(self._checkpoints()):
            try:
                origin = sealed.check(path)
            except CheckpointError as error:
                self._unreadable.add(path)
                reasons.append(str(error))
                continue
            for reason in reasons:
                self._warn(f"{reason}; going on from {path.name} instead")
            if origin.sources != SOURCES:
                self._warn(
                    f"{path} was written by other sources of calendem ({origin.version}): the run "
                    "goes on, but its results may differ from those of one set of sources"
                )
            return path
        if reasons:
            raise CheckpointError(
                f"{'; '.join(reasons)}; no other checkpoint is left to go on from"
            )
        return None

    def _warn(self, text: str) -> None:
        """Log a warning once."""
        if text not in self._told:
            logger.warning(text)
        self._told.add(text)

    def _checkpoints(self) -> list[Path]:
        folder = self.path / "checkpoints"
        found = folder.iterdir() if folder.is_dir() else ()
        return sorted(path for path in found if _CHECKPOINT.fullmatch(path.name))

    def _remove_unfinished(self) -> None:
        """Remove what a killed process was writing."""
        for folder in _FOLDERS:
            for left in self.path.glob(f"{folder}/{_UNFINISHED}".lstrip("/")):
                shutil.rmtree(left) if left.is_dir() else left.unlink()

    @property
    def is_finished(self) -> bool:
        """Whether the run came to its end."""
        return self._note_of_its_end is not None

    @property
    def what_it_missed(self) -> str:
        """What a finished run did not reach, a sentence a line; empty where it did all."""
        return self._note_of_its_end.read_text("utf-8")

    @property
    def _note_of_its_end(self) -> Path | None:
        notes = (self.path / name for name in (_FINISHED, _FINISHED_BEFORE))
        return next((note for note in notes if note.is_file()), None)

    def mark_finished(self, missed: str = "") -> None:
        """Note that the run came to its end, and what it missed; nobody needs its checkpoints.

        The note tells `resume` and `discharge` that all results are there: a run that was killed
        while it wrote them has none.
        """
        self.write_text(_FINISHED, missed)
        for checkpoint in self._checkpoints():
            checkpoint.unlink()
        folder = self.path / "checkpoints"
        # The state in which a motion blew up stays there.
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()

    @contextmanager
    def log(self) -> Iterator[None]:
        """Append what the program logs, warnings included, to the folder's calendem.log.

        Raises InputError while another process works in the folder: it holds the log's lock.
        """
        handler = _LogFile(self.path / "calendem.log", encoding="utf-8")
        try:
            fcntl.flock(handler.stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handler.close()
            raise InputError(f"{self.path}: another process is at work on this run") from None
        self._remove_unfinished()
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        root = logging.getLogger()
        level = root.level
        root.addHandler(handler)
        root.setLevel(logging.INFO)
        logging.captureWarnings(True)
        try:
            yield
        finally:
            logging.captureWarnings(False)
            root.setLevel(level)
            root.removeHandler(handler)
            handler.close()


class _LogFile(logging.FileHandler):
    """A log that falls silent where it cannot be written: it never stops a run."""

    def handleError(self, record: logging.LogRecord) -> None:
        pass


def refuse_existing_run(path: Path) -> None:
    """Raise InputError if a folder holds a run or anything else already, or is no folder."""
    if path.exists() and not path.is_dir():
        raise InputError(f"{path}: is a file; expected a folder to write the run into")
    if any((path / name).exists() for name in _CONTENTS):
        if holds_analysis(path):
            raise InputError(f"{path}: already holds an analysis; choose another folder with -o")
        if RunFolder(path).is_finished:
            raise InputError(
                f"{path}: already holds a run, which is finished; choose another folder with -o"
            )
        raise InputError(
            f"{path}: already holds a run; choose another folder with -o, or continue it with "
            f"calendem resume {path}"
        )
    if path.is_dir() and any(path.iterdir()):
        raise InputError(f"{path}: is not empty; expected a new or an empty folder for the run")


def holds_analysis(path: Path) -> bool:
    """Whether a folder holds an analysis of a volume, or what a killed one left of it."""
    return (path / ANALYSED).is_dir()


def versions() -> dict[str, str]:
    """Versions of this program and of the packages that its numbers depend on."""
    return {name: metadata.version(name) for name in _PACKAGES if _is_installed(name)}


def _is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
