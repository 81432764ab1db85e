"""Quantities of a scenario: an SI float in the program, a number with its unit in the file."""

from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, Strict
from pydantic_core import PydanticCustomError, core_schema

from scenarios.runner.units import KINDS, Kind, read_quantity, write_quantity


class Section(BaseModel):
    """A section of a scenario: unknown keys are refused, defaults are checked like given values.

    beside_required : which other keys the section needs where a required one is missing, in words
    """

    beside_required: ClassVar[str] = ""
    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


def refusal(given: object, why: str, expected: str) -> PydanticCustomError:
    """The error that the loader turns into its one sentence."""
    return PydanticCustomError(
        "value",
        "got {given}: {why}; expected {expected}",
        {"given": shown(given), "why": why, "expected": expected},
    )


def shown(given: object) -> str:
    """A given value as it would stand in the file, cut where it is long."""
    if isinstance(given, bool):
        return str(given).lower()
    text = f'"{given}"' if isinstance(given, str) else str(given)
    return text if len(text) <= 60 else text[:57] + "..."


@dataclass(frozen=True)
class Quantity:
    """Annotation of an SI float that is written with a unit; bounds stand in the kind's unit."""

    kind: str
    above: float | None = None
    at_least: float | None = None
    below: float | None = None
    at_most: float | None = None

    @property
    def bounds(self) -> str:
        """The bounds in words, empty where there are none."""
        unit = f" {KINDS[self.kind].unit}".rstrip()
        words = (
            ("above", self.above),
            ("at least", self.at_least),
            ("below", self.below),
            ("at most", self.at_most),
        )
        return " and ".join(f"{word} {value:g}{unit}" for word, value in words if value is not None)

    @property
    def expected(self) -> str:
        """What a message asks for."""
        kind = KINDS[self.kind]
        if not kind.unit:
            what = 'a number or a percentage ("30 %")'
        else:
            article = "an" if kind.name[0] in "aeiou" else "a"
            what = f'{article} {kind.name} with its unit, such as "{kind.example}",'
        return f"{what} {self.bounds}".rstrip(" ,")

    def read(self, given: object) -> float:
        """The SI value; refuses what is no such quantity or lies outside the bounds."""
        kind = KINDS[self.kind]
        try:
            value = read_quantity(given, kind)
        except ValueError as error:
            raise refusal(given, str(error), self.expected) from None
        limit = {name: self._si(getattr(self, name), kind) for name in _BOUNDS}
        if not (limit["above"] is None or value > limit["above"]):
            raise refusal(given, "it is too small", self.expected)
        if not (limit["at_least"] is None or value >= limit["at_least"]):
            raise refusal(given, "it is too small", self.expected)
        if not (limit["below"] is None or value < limit["below"]):
            raise refusal(given, "it is too large", self.expected)
        if not (limit["at_most"] is None or value <= limit["at_most"]):
            raise refusal(given, "it is too large", self.expected)
        return value

    @staticmethod
    def _si(bound: float | None, kind: Kind) -> float | None:
        if bound is None:
            return None
        return read_quantity(f"{bound!r} {kind.unit}", kind) if kind.unit else bound

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        kind = KINDS[self.kind]
        return core_schema.no_info_plain_validator_function(
            self.read,
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda value: write_quantity(value, kind), when_used="json"
            ),
        )

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict:
        kind = KINDS[self.kind]
        text = {"type": "string", "pattern": r"^\s*[+-]?[0-9.]", "examples": [kind.example]}
        return text if kind.unit else {"anyOf": [{"type": "number"}, text]}


_BOUNDS = ("above", "at_least", "below", "at_most")


def _positive(kind: str) -> Any:
    return Annotated[float, Quantity(kind, above=0)]


Length = _positive("length")
Diameter = _positive("diameter")
Speed = _positive("speed")
Density = _positive("density")
Pressure = _positive("pressure")
Modulus = _positive("modulus")
ArealMass = _positive("areal mass")
ArealCapacity = _positive("areal capacity")
Conductivity = _positive("conductivity")
ThermalConductivity = _positive("thermal conductivity")
ContactResistanceOrZero = Annotated[float, Quantity("contact resistance", at_least=0)]
Concentration = _positive("concentration")
Voltage = _positive("voltage")
Temperature = Annotated[float, Quantity("temperature", above=-100, below=200)]
Frequency = _positive("frequency")
DoubleLayerOrZero = Annotated[float, Quantity("double-layer capacitance", at_least=0)]
LengthOrZero = Annotated[float, Quantity("length", at_least=0)]
EnergyDensityOrZero = Annotated[float, Quantity("energy density", at_least=0)]
SurfaceEnergyOrZero = Annotated[float, Quantity("surface energy", at_least=0)]
Time = _positive("time")
Angle = Annotated[float, Quantity("angle", at_least=0, at_most=90)]
Share = Annotated[float, Quantity("share", at_least=0, at_most=1)]
OpenShare = Annotated[float, Quantity("share", above=0, below=1)]
PositiveShare = Annotated[float, Quantity("share", above=0, at_most=1)]
PositiveNumber = Annotated[float, Quantity("share", above=0)]
NumberOrZero = Annotated[float, Quantity("share", at_least=0)]
PoissonRatio = Annotated[float, Quantity("share", at_least=0, below=0.5)]

Integer = Annotated[int, Strict()]
Switch = Annotated[bool, Strict()]
Text = Annotated[str, Strict()]


def bounded(quantity: Any, **bounds: float) -> Any:
    """One of the types above with other bounds, in its kind's unit; one a side."""
    (marker,) = quantity.__metadata__
    other = {"above": "at_least", "at_least": "above", "below": "at_most", "at_most": "below"}
    bounds = {other[name]: None for name in bounds} | bounds
    return Annotated[float, replace(marker, **bounds)]
