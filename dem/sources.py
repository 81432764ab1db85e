"""Digests of the project's sources, which name its compiled kernels and mark its checkpoints."""

import functools
import hashlib
import re
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_PACKAGES = ("dem", "voxelize", "electrochem")
_IMPORT = re.compile(
    rf"^\s*(?:from|import) ((?:{'|'.join(_PACKAGES)})\b[\w.]*)(?: import (\([^)]*\)|.*))?", re.M
)
_LAWS = ("dem/contact/", "dem/bonding/")
"""Rooms whose laws a kernel calls by their role, without importing the files they stand in."""


def source_digest() -> str:
    """Digest of every source file and of Numba's version, 16 hexadecimal digits."""
    return _digest(path for package in _PACKAGES for path in (_ROOT / package).rglob("*.py"))


@functools.cache
def digest_behind(module: str) -> str:
    """Digest of the source files that code in a module can reach, as `source_digest` gives it.

    They are those that it imports, those of laws, which it calls by their roles, and those that
    define tuples of names: Numba reads a field by its place, whoever hands the tuple in.
    Of a module outside the project: `source_digest`, for nobody knows what it reaches.
    """
    start = _file(module)
    if start is None:
        return source_digest()
    package = module.split(".")[0]
    # Whoever hands a tuple in stands no higher in the chain of packages than the kernel's room.
    rooms = _PACKAGES[: _PACKAGES.index(package) + 1]
    return _digest(_closure({start, *_laws()}) | _tuples(rooms))


@functools.cache
def _laws() -> frozenset[Path]:
    return frozenset(path for room in _LAWS for path in (_ROOT / room).rglob("*.py"))


@functools.cache
def _tuples(packages: tuple[str, ...]) -> frozenset[Path]:
    files = (path for package in packages for path in (_ROOT / package).rglob("*.py"))
    return frozenset(path for path in files if b"NamedTuple" in _content(path))


def _digest(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256(metadata.version("numba").encode())
    for path in sorted(paths):
        digest.update(_name(path).encode())
        digest.update(_content(path))
    return digest.hexdigest()[:16]


@functools.cache
def _content(path: Path) -> bytes:
    """What a file held when this process first read it."""
    return path.read_bytes()


@functools.cache
def _name(path: Path) -> str:
    return path.relative_to(_ROOT).as_posix()


def _file(module: str) -> Path | None:
    if module.split(".")[0] not in _PACKAGES:
        return None
    stem = _ROOT.joinpath(*module.split("."))
    return next((p for p in (stem.with_suffix(".py"), stem / "__init__.py") if p.is_file()), None)


def _closure(paths: set[Path]) -> set[Path]:
    reached, ahead = set(), set(paths)
    while ahead:
        path = ahead.pop()
        reached.add(path)
        ahead |= _imported(path) - reached
    return reached


@functools.cache
def _imported(path: Path) -> frozenset[Path]:
    """Files that a file imports by name; `from room import a` may name modules."""
    found = set()
    for module, names in _IMPORT.findall(_content(path).decode()):
        found.add(_file(module))
        found |= {_file(f"{module}.{name}") for name in re.findall(r"\w+", names)}
    return frozenset(found - {None})


SOURCES = source_digest()
"""Of the sources that this process began with."""
