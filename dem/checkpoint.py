"""Saving and restoring a tree of states to the last bit, as HDF5.

Arrays become data sets, structures groups that name their class, plain values JSON text. Only the
classes listed here are restored: a file cannot bring in code of its own.
"""

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from dem.bonding.rows import BondRows
from dem.bonds import Bonds
from dem.box import Box
from dem.calender import Calendering, Pressing, State
from dem.crush import Crushing
from dem.grains import Grains
from dem.materials import PairTable
from dem.neighbours import Contacts
from dem.release import Branch
from dem.simulation import Numerics, Simulation
from dem.walls.plane import Planes

_CLASSES = {
    cls.__name__: cls
    for cls in (
        BondRows, Bonds, Box, Branch, Calendering, Contacts, Crushing, Grains, Numerics, PairTable,
        Planes, Pressing, Simulation, State,
    )
}  # fmt: skip
_PLAIN = (str, int, float, bool, type(None), np.bool_, np.integer, np.floating)


_GROWTH = 1 << 24
"""Bytes by which a file grows in memory."""


@contextmanager
def new_file(path: Path) -> Iterator[h5py.File]:
    """A new HDF5 file to be filled, written to `path` in one piece when the block ends well.

    It is filled in memory: on a full disk HDF5's own writing breaks the whole process off at its
    close, where plain writing raises OSError.
    """
    with h5py.File(path, "w", driver="core", backing_store=False, block_size=_GROWTH) as file:
        yield file
        file.flush()
        image = file.id.get_file_image()
    path.write_bytes(image)


def save(parent: h5py.Group, name: str, value: Any) -> None:
    """Write a value under a name: arrays, plain values, lists, dictionaries and the states.

    Raises TypeError for anything else.
    """
    if isinstance(value, np.ndarray):
        parent.create_dataset(name, data=value)
    elif _is_plain(value):
        parent.create_dataset(name, data=json.dumps(_encoded(value)))
    elif type(value).__name__ in _CLASSES:
        group = _group(parent, name, type(value).__name__)
        for field in _fields(type(value)):
            save(group, field, getattr(value, field))
    elif isinstance(value, list | tuple):
        group = _group(parent, name, type(value).__name__)
        for index, item in enumerate(value):
            save(group, f"{index:06d}", item)
    elif isinstance(value, dict):
        group = _group(parent, name, "dict")
        for key, item in value.items():
            save(group, key, item)
    else:
        raise TypeError(f"{name}: {type(value).__name__} cannot be kept in a checkpoint")


def load(parent: h5py.Group, name: str) -> Any:
    """What `save` wrote under a name, bit for bit. Raises KeyError where there is none."""
    item = parent[name]
    if isinstance(item, h5py.Dataset):
        if h5py.check_string_dtype(item.dtype) is not None:
            return _decoded(json.loads(item.asstr()[()]))
        return item[()]
    kind = item.attrs["kind"]
    if kind in ("list", "tuple"):
        items = [load(item, key) for key in sorted(item)]
        return items if kind == "list" else tuple(items)
    if kind == "dict":
        return {key: load(item, key) for key in item}
    return _CLASSES[kind](**{field: load(item, field) for field in _fields(_CLASSES[kind])})


def _group(parent: h5py.Group, name: str, kind: str) -> h5py.Group:
    group = parent.create_group(name, track_order=True)
    group.attrs["kind"] = kind
    return group


def _fields(cls: type) -> tuple[str, ...]:
    if dataclasses.is_dataclass(cls):
        return tuple(field.name for field in dataclasses.fields(cls))
    return cls._fields


def _is_plain(value: Any) -> bool:
    if isinstance(value, _PLAIN):
        return True
    if type(value) in (list, tuple):
        return all(_is_plain(item) for item in value)
    return False


def _encoded(value: Any) -> Any:
    """JSON tells no tuples from lists; floats survive it to the last bit."""
    if type(value) is tuple:
        return {"tuple": [_encoded(item) for item in value]}
    if type(value) is list:
        return [_encoded(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value


def _decoded(value: Any) -> Any:
    if isinstance(value, dict):
        return tuple(_decoded(item) for item in value["tuple"])
    if isinstance(value, list):
        return [_decoded(item) for item in value]
    return value
