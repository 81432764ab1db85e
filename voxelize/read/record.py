"""What a file says of its voxels beside their values: size, axes, labels, thickness."""

import difflib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from dem.errors import InputError
from voxelize.read.order import AXES
from voxelize.write.metadata import VERSION, sidecar

_METRES = {
    "m": 1.0, "meter": 1.0, "metre": 1.0, "mm": 1e-3, "millimeter": 1e-3,
    "um": 1e-6, "µm": 1e-6, "μm": 1e-6, "\\u00b5m": 1e-6, "micron": 1e-6, "microns": 1e-6,
    "micrometer": 1e-6, "micrometre": 1e-6, "nm": 1e-9, "nanometer": 1e-9, "å": 1e-10, "pm": 1e-12,
}  # fmt: skip

Edges = tuple[float, float, float]

_SAME = 1e-3
"""Relative difference of lengths up to which two records agree: headers are rounded."""
_ZERO = 1e-12
"""Absolute, so that a share of 0 agrees with itself; far below any recorded length."""


@dataclass(frozen=True)
class Record:
    """What stands in a file, each None where nothing does.

    voxel_size : [m], edges along the file's three axes
    labels : value of each phase
    axes : what the file's axes are, as `read_volume` takes it
    thickness : [m], of the coating
    cbd_nanoporosity : pore share inside the carbon-binder domain
    periodic : in plane
    shape : voxels along the file's axes, of the volume that was written with this record
    note : what the file says that could not be used, such as a spacing without a unit
    ours : whether it stands under the key `calendem`, not only in another program's words
    """

    voxel_size: Edges | None = None
    labels: dict[str, int] | None = None
    axes: str | None = None
    thickness: float | None = None
    cbd_nanoporosity: float | None = None
    periodic: bool | None = None
    shape: tuple[int, int, int] | None = None
    note: str = ""
    ours: bool = False

    def over(self, other: "Record") -> "Record":
        """This record, its gaps filled from another."""
        gaps = [f.name for f in fields(self) if getattr(self, f.name) in (None, "")]
        filled = {name: getattr(other, name) for name in gaps}
        return replace(self, **filled, ours=self.ours or other.ours)

    def against(self, other: "Record") -> Iterator[tuple[str, Any, Any]]:
        """Key and both values of each figure that two records give differently."""
        for key, (name, _, _) in _KEYS.items():
            one, its = getattr(self, name), getattr(other, name)
            if one is not None and its is not None and not _agree(one, its):
                yield key, one, its


def _agree(one: Any, other: Any) -> bool:
    """Whether two recorded values are the same; lengths and shares may be rounded."""
    pairs = list(zip(np.ravel(one).tolist(), np.ravel(other).tolist(), strict=True))
    if not all(isinstance(value, float) for pair in pairs for value in pair):
        return one == other
    return all(math.isclose(a, b, rel_tol=_SAME, abs_tol=_ZERO) for a, b in pairs)


def length(number: Any, unit: Any) -> float | None:
    """A recorded length in metres; None where number or unit say nothing."""
    scale = _METRES.get(str(unit).strip().lower())
    try:
        value = float(number)
    except (TypeError, ValueError):
        return None
    return value * scale if scale and math.isfinite(value) and value > 0.0 else None


def edges(numbers: Any, units: Any) -> Edges | None:
    """Three recorded lengths, or None where one of them says nothing."""
    found = tuple(length(n, unit) for n, unit in zip(numbers, units, strict=False))
    return found if len(found) == 3 and None not in found else None


def from_json(text: Any, path: Path) -> Record:
    """The record in a JSON text that bears the key `calendem`; an empty one in any other text.

    The keys are those of `voxelize.write.metadata`; `voxel_size_m` may be one length.
    Raises InputError where one of them is not what it must be.
    """
    if not isinstance(text, str | bytes):
        return Record()
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return Record()
    return from_pairs(found, path) if isinstance(found, Mapping) else Record()


def from_pairs(pairs: Mapping[str, Any], path: Path) -> Record:
    """The record in attributes: one JSON text under `calendem`, or its keys one by one.

    For formats that keep such names for themselves the label map may be called `label_map`, or its
    phases `label_<phase>`. Raises InputError where a value is not what it must be.
    """
    mark = _plain(pairs.get("calendem"))
    if mark is None:
        return Record()
    values = {str(key): _plain(value) for key, value in pairs.items()}
    if isinstance(mark, Mapping):
        values |= mark
        mark = mark.get("calendem", VERSION)
    if isinstance(mark, int | float) and mark > VERSION:
        raise InputError(
            f"{path}: its record is of version {mark:g} (calendem), expected at most {VERSION}: "
            "read it with the program that wrote it, or a newer one of this"
        )
    single = {key[6:]: value for key, value in values.items() if key.startswith("label_")}
    values.setdefault("labels", single.pop("map", None) or single or None)
    read = {}
    for key, (name, check, expected) in _KEYS.items():
        if values.get(key) is None:
            continue
        try:
            read[name] = check(values[key])
        except (TypeError, ValueError, AttributeError, OverflowError):
            raise InputError(
                f"{path}: its record gives {key} = {values[key]!r:.80}, expected {expected}"
            ) from None
    return Record(**read, ours=True)


def record_beside(path: Path) -> Record:
    """The record in the file of that name with `.json` behind it, if there is one.

    A JSON file without the key `calendem` is another program's: its record is a note of that.
    Raises InputError where the file is damaged or holds what no record has.
    """
    path = path if path.name else path.resolve()
    beside = sidecar(path) if path.name else path
    if not beside.is_file():
        return Record()
    try:
        found = json.loads(beside.read_bytes())
    except OSError as error:
        raise InputError(f"{beside}: cannot be read ({error.strerror})") from None
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{beside}: is no JSON ({' '.join(str(error).split()):.100}), expected the record of "
            f"{path.name}, or no file of this name"
        ) from None
    if not isinstance(found, Mapping) or "calendem" not in found:
        return Record(note=f'{beside.name} lacks the key "calendem"')
    for key in found:
        if key not in _KEYS and key != "calendem":
            near = difflib.get_close_matches(key, _KEYS, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise InputError(
                f"{beside}: holds the unknown key {key!r:.80}, expected {', '.join(_KEYS)}{hint}"
            )
    return from_pairs(found, beside)


def _plain(value: Any) -> Any:
    """A value as JSON would give it: bytes decoded, arrays as lists, JSON texts parsed."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.item() if value.size == 1 else value.tolist()
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, str):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _sizes(value: Any) -> Edges:
    found = [value] * 3 if isinstance(value, int | float) else list(value)
    found = tuple(float(each) for each in found)
    if len(found) != 3 or not all(math.isfinite(each) and each > 0.0 for each in found):
        raise ValueError
    return found


def _shape(value: Any) -> tuple[int, int, int]:
    found = tuple(int(each) for each in value)
    if len(found) != 3 or list(found) != list(value) or min(found) < 1:
        raise ValueError
    return found


def _label_map(value: Any) -> dict[str, int]:
    found = {str(name): int(label) for name, label in value.items()}
    if found != dict(value) or not found:
        raise ValueError
    return found


def _axes(value: Any) -> str:
    if not AXES.fullmatch(value) or sorted(value.replace("-", "")) != ["x", "y", "z"]:
        raise ValueError
    return value


def _number(value: Any, below: float) -> float:
    if not 0.0 <= float(value) < below:
        raise ValueError
    return float(value)


_KEYS = {
    "voxel_size_m": ("voxel_size", _sizes, "three lengths above 0 along the axes"),
    "labels": ("labels", _label_map, 'a value for each phase, as {"pore": 0}'),
    "axes": ("axes", _axes, "each of x, y, z once, as in 'zyx' or '-zyx'"),
    "thickness_m": ("thickness", lambda v: _number(v, math.inf), "a length"),
    "cbd_nanoporosity": ("cbd_nanoporosity", lambda v: _number(v, 1.0), "a share below 1"),
    "periodic": ("periodic", lambda v: bool(_number(v, 2.0)), "true or false"),
    "shape": ("shape", _shape, "three whole numbers of voxels"),
}
