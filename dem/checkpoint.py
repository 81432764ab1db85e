"""Saving and restoring a tree of states to the last bit, as HDF5.

Arrays become data sets, structures groups that name their class, plain values JSON text. Only named
tuples and data classes of `dem` itself are restored: a file cannot bring in code of its own.
"""

import dataclasses
import importlib
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from dem.errors import CheckpointError


class Enduring(io.RawIOBase):
    """A file that goes on without a word after an error, which it keeps: HDF5 breaks the whole
    process off where its own file fails at its close, on a full disk for one."""

    def __init__(self, file: io.BufferedRandom) -> None:
        super().__init__()
        self.file = file
        self.error: OSError | None = None

    def _try(self, action, *given, otherwise):
        if self.error is None:
            try:
                return action(*given)
            except OSError as error:
                self.error = error
        return otherwise

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._try(self.file.seek, offset, whence, otherwise=offset)

    def tell(self) -> int:
        return self._try(self.file.tell, otherwise=0)

    def readinto(self, buffer) -> int:
        return self._try(self.file.readinto, buffer, otherwise=len(buffer))

    def write(self, data) -> int:
        return self._try(self.file.write, data, otherwise=len(data))

    def truncate(self, size: int | None = None) -> int:
        return self._try(self.file.truncate, size, otherwise=size or 0)

    def flush(self) -> None:
        self._try(self.file.flush, otherwise=None)


@contextmanager
def new_file(path: Path, before: int = 0) -> Iterator[h5py.File]:
    """An HDF5 file at `path` to be filled, over what stands there; it is gone when the block does
    not end well. A process that is killed leaves a part of it: let it take a name of its own.

    before : bytes left free before HDF5's own, a power of two from 512 on, or none

    Raises OSError where it cannot be written, such as on a full disk.
    """
    plain = path.open("w+b")
    try:
        with plain:
            enduring = Enduring(plain)
            try:
                with h5py.File(enduring, "w", userblock_size=before) as file:
                    yield file
            finally:
                if enduring.error is not None:
                    raise enduring.error
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def save(parent: h5py.Group, name: str, value: Any) -> None:
    """Write a value under a name: arrays, plain values, lists, tuples, dictionaries with texts as
    keys, and the states. What stands in the tree twice is written once and comes back as one.

    Raises TypeError for anything else.
    """
    _save(parent, name, value, {})


def load(parent: h5py.Group, name: str) -> Any:
    """What `save` wrote under a name, bit for bit.

    Raises KeyError where there is none, CheckpointError where a class is unknown or has changed.
    """
    return _load(parent[name], {})


def _save(parent: h5py.Group, name: str, value: Any, saved: dict[int, str]) -> None:
    if not name or name == "." or "/" in name:
        raise TypeError(f"{name!r}: is no name in a checkpoint")
    if _is_plain(value):
        parent.create_dataset(name, data=json.dumps(_encoded(value))).attrs["kind"] = "plain"
        return
    if id(value) in saved:
        parent.create_dataset(name, data=saved[id(value)]).attrs["kind"] = "same"
        return
    if type(value) is np.ndarray:
        # Kernels compiled for columns must not meet rows when the run goes on.
        by_columns = value.flags.f_contiguous and not value.flags.c_contiguous
        item = parent.create_dataset(name, data=value.T if by_columns else value)
        item.attrs["kind"] = "columns" if by_columns else "array"
    else:
        kind, children = _opened(name, value)
        item = parent.create_group(name, track_order=True)
        item.attrs["kind"] = kind
        for key, child in children.items():
            _save(item, key, child, saved)
    saved[id(value)] = item.name


def _opened(name: str, value: Any) -> tuple[str, dict[str, Any]]:
    """Kind and children of a composed value."""
    cls = type(value)
    if cls in (list, tuple):
        return cls.__name__, {f"{index:06d}": item for index, item in enumerate(value)}
    if cls is dict and all(type(key) is str for key in value):
        return "dict", value
    kind = f"{cls.__module__}:{cls.__qualname__}"
    if _class_of(kind) is not cls:
        raise TypeError(f"{name}: {cls.__name__} cannot be kept in a checkpoint")
    return kind, {field: getattr(value, field) for field in _fields(cls)}


def _load(item: h5py.Group | h5py.Dataset, loaded: dict[str, Any]) -> Any:
    if item.name not in loaded:
        loaded[item.name] = _made(item, loaded)
    return loaded[item.name]


def _made(item: h5py.Group | h5py.Dataset, loaded: dict[str, Any]) -> Any:
    kind = item.attrs["kind"]
    if kind == "plain":
        return _decoded(json.loads(item.asstr()[()]))
    if kind == "same":
        return _load(item.file[item.asstr()[()]], loaded)
    if kind in ("array", "columns"):
        array = np.empty(item.shape, item.dtype)
        if array.size:
            item.read_direct(array)
        return array.T if kind == "columns" else array
    children = {key: _load(child, loaded) for key, child in item.items()}
    if kind == "list":
        return list(children.values())
    if kind == "tuple":
        return tuple(children.values())
    return children if kind == "dict" else _restored(kind, children, item.file.filename)


def _restored(kind: str, children: dict[str, Any], path: str) -> Any:
    cls = _class_of(kind)
    if cls is None:
        raise CheckpointError(f"{path} holds a {kind}, which this calendem does not know")
    if changed := set(children) ^ set(_fields(cls)):
        raise CheckpointError(
            f"{path} holds a {kind} of other sources: {', '.join(sorted(changed))} "
            "came or went since"
        )
    if not dataclasses.is_dataclass(cls):
        return cls(**children)
    made = cls(**{f.name: children[f.name] for f in dataclasses.fields(cls) if f.init})
    for name, value in children.items():
        # Past what a class makes of its arguments, and past being frozen.
        object.__setattr__(made, name, value)
    return made


def _class_of(kind: str) -> type | None:
    """The named tuple or data class `module:name` of the package `dem`; None for anything else."""
    module, _, name = kind.partition(":")
    if not module.startswith("dem."):
        return None
    try:
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError):
        return None
    ours = isinstance(found, type) and found.__module__ == module
    is_state = ours and (dataclasses.is_dataclass(found) or _is_named_tuple(found))
    return found if is_state else None


def _is_named_tuple(cls: type) -> bool:
    return issubclass(cls, tuple) and hasattr(cls, "_fields")


def _fields(cls: type) -> tuple[str, ...]:
    if dataclasses.is_dataclass(cls):
        return tuple(field.name for field in dataclasses.fields(cls))
    return cls._fields


def _is_plain(value: Any) -> bool:
    if type(value) in (list, tuple):
        return all(_is_plain(item) for item in value)
    return type(value) in (str, int, float, bool, type(None)) or isinstance(
        value, np.bool_ | np.integer | np.floating
    )


def _encoded(value: Any) -> Any:
    """JSON keeps floats to the last bit, but tells no tuples from lists nor NumPy's numbers."""
    if type(value) is tuple:
        return {"tuple": [_encoded(item) for item in value]}
    if type(value) is list:
        return [_encoded(item) for item in value]
    if isinstance(value, np.generic):
        return {"numpy": value.dtype.str, "bytes": value.tobytes().hex()}
    if type(value) is float and value != value:
        return {"nan": np.float64(value).tobytes().hex()}
    return value


def _decoded(value: Any) -> Any:
    if isinstance(value, list):
        return [_decoded(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "tuple" in value:
        return tuple(_decoded(item) for item in value["tuple"])
    if "nan" in value:
        return np.frombuffer(bytes.fromhex(value["nan"])).item()
    return np.frombuffer(bytes.fromhex(value["bytes"]), value["numpy"])[0]
