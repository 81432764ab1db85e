"""Values of a scenario that are no plain quantity: targets, C-rates, crops and files."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import GetJsonSchemaHandler
from pydantic_core import core_schema

from scenarios.runner.schema.quantities import refusal
from scenarios.runner.units import (
    KINDS,
    read_any,
    read_quantity,
    read_rate,
    write_percent,
    write_quantity,
    write_rate,
)


@dataclass(frozen=True)
class Converted:
    """Annotation of a value that one function reads from TOML and another writes back."""

    read: Callable[[Any], Any]
    write: Callable[[Any], Any]
    expected: str
    json_schema: tuple[tuple[str, Any], ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self._checked,
            serialization=core_schema.plain_serializer_function_ser_schema(
                self.write, when_used="json"
            ),
        )

    def _checked(self, given: object) -> Any:
        try:
            return self.read(given)
        except ValueError as error:
            raise refusal(given, str(error), self.expected) from None

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict:
        return dict(self.json_schema)


Rate = Annotated[
    float,
    Converted(
        read_rate,
        write_rate,
        'a C-rate such as "1C", "0.1C" or "C/10"',
        (("type", ["string", "number"]), ("examples", ["1C", "C/10"])),
    ),
]


@dataclass(frozen=True)
class Target:
    """A state to press to: what is given ("density", "thickness", …) and its SI value.

    given : as the user wrote it, for messages; empty where the target was made otherwise
    """

    kind: str
    value: float
    given: str = field(default="", compare=False)

    @property
    def text(self) -> str:
        """As it is written back, in the unit of its kind."""
        if self.kind == "porosity":
            return write_percent(self.value)
        return write_quantity(self.value, KINDS[_TARGET_KINDS[self.kind]])


_TARGET_KINDS = {
    "density": "density",
    "thickness": "length",
    "porosity": "share",
    "pressure": "pressure",
    "line_load": "line load",
}
STRUCTURAL_TARGETS = ("density", "thickness", "porosity")
"""Kinds of target that say what remains: each means a density. The others say what is applied."""


def _read_target(given: object) -> Target:
    if isinstance(given, Target):
        return given
    kind, value = read_any(given, tuple(_TARGET_KINDS.values()))
    name = next(name for name, its_kind in _TARGET_KINDS.items() if its_kind == kind)
    if value <= 0 or (name == "porosity" and value >= 1):
        raise ValueError("it is out of bounds")
    return Target(name, value, str(given))


TargetValue = Annotated[
    Target,
    Converted(
        _read_target,
        lambda target: target.text,
        "a density, thickness, porosity, pressure or line load with its unit "
        '("3.0 g/cm^3", "55 um", "30 %", "100 MPa", "400 N/mm")',
        (("type", "string"), ("examples", ["3.0 g/cm^3", "55 um", "30 %", "100 MPa", "400 N/mm"])),
    ),
]


def _read_crop_bound(given: object) -> int | float:
    if isinstance(given, bool) or (isinstance(given, float) and given != int(given)):
        raise ValueError("it is neither a length nor a whole number")
    whole = isinstance(given, int | float)
    value = int(given) if whole else read_quantity(given, KINDS["length"])
    if value < 0:
        raise ValueError("it is negative")
    return value


CropBound = Annotated[
    int | float,
    Converted(
        _read_crop_bound,
        lambda bound: bound if isinstance(bound, int) else write_quantity(bound, KINDS["length"]),
        'a length with its unit ("50 um") or a whole number of voxels',
        (("type", ["string", "integer"]), ("examples", ["50 um", 120])),
    ),
]


def _read_voxel_size(given: object) -> float | tuple[float, float, float]:
    edges = list(given) if isinstance(given, list | tuple) else [given]
    found = tuple(read_quantity(edge, KINDS["length"]) for edge in edges)
    if len(found) not in (1, 3):
        raise ValueError(f"it has {len(found)} edges")
    if min(found) <= 0.0:
        raise ValueError("it is too small")
    return found[0] if len(set(found)) == 1 else found


def _write_voxel_size(size: float | tuple[float, float, float]) -> Any:
    if isinstance(size, tuple):
        return [write_quantity(edge, KINDS["length"]) for edge in size]
    return write_quantity(size, KINDS["length"])


VoxelSize = Annotated[
    float | tuple[float, float, float],
    Converted(
        _read_voxel_size,
        _write_voxel_size,
        'a length with its unit, such as "398 nm", above 0, or three of them along z, y and x',
        (
            ("type", ("string", "array")),
            ("examples", ("398 nm", ("32.5 nm", "37.2 nm", "37.2 nm"))),
        ),
    ),
]


def _read_grey(given: object) -> float:
    if given in ("inf", "-inf"):
        return float(given)
    if isinstance(given, bool) or not isinstance(given, int | float) or math.isnan(given):
        raise ValueError("it is no number")
    return float(given)


def _write_grey(value: float) -> Any:
    # JSON, through which values are written, has no infinity.
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return int(value) if value == int(value) and abs(value) < 1e15 else value


GreyValue = Annotated[
    float,
    Converted(
        _read_grey,
        _write_grey,
        "a grey value, such as 120, or inf",
        (("type", ("number", "string")), ("examples", (120, "inf"))),
    ),
]


@dataclass(frozen=True)
class InputFile:
    """Annotation of a path: relative to the scenario file; from `--set`, to the working folder."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.with_info_plain_validator_function(
            self._absolute,
            serialization=core_schema.plain_serializer_function_ser_schema(str, when_used="json"),
        )

    @staticmethod
    def _absolute(given: object, info: core_schema.ValidationInfo) -> Path:
        if not isinstance(given, str | Path) or not str(given):
            raise refusal(given, "it is not a path", "the path of a file")
        context = info.context or {}
        from_command_line = info.field_name in context.get("set_keys", ())
        folder = Path.cwd() if from_command_line else Path(context.get("folder", Path.cwd()))
        return (folder / Path(given).expanduser()).resolve()

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict:
        return {"type": "string", "format": "path"}


File = Annotated[Path, InputFile()]
