"""What is done to a cell beside discharges at rates: steps of a protocol, and an impedance."""

from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from scenarios.runner.schema.quantities import (
    DoubleLayerOrZero,
    Frequency,
    Integer,
    OpenShare,
    Section,
    Time,
    Voltage,
    bounded,
)
from scenarios.runner.schema.values import Converted, File
from scenarios.runner.units import (
    KINDS,
    read_any,
    read_rate,
    write_quantity,
    write_rate,
    write_time,
)

RATE = "C-rate"
_LOADS = ("current density", "power density", "current", "power")
_ENDS = ("voltage", "time", "current density", "current")


@dataclass(frozen=True)
class Amount:
    """What a step passes, or where it ends: its kind ("C-rate" or one of `units.KINDS`) and its
    SI value, or the C-rate."""

    kind: str
    value: float

    @property
    def text(self) -> str:
        """As it is written back, in the unit of its kind."""
        if self.kind == RATE:
            return write_rate(self.value)
        return write_quantity(self.value, KINDS[self.kind])

    @property
    def shown(self) -> str:
        """As a sentence has it."""
        return write_time(self.value) if self.kind == "time" else self.text

    @property
    def group(self) -> str:
        """What it limits where it ends a step: voltage, time or current."""
        return self.kind if self.kind in ("voltage", "time") else "current"


def _amount(given: object, kinds: tuple[str, ...]) -> Amount:
    if isinstance(given, Amount):
        return given
    if not isinstance(given, str):
        raise ValueError("it has no unit")
    try:
        return Amount(RATE, read_rate(given))
    except ValueError as error:
        if "C" in given and "above" in str(error):
            raise
    kind, value = read_any(given, kinds)
    if not value > 0.0:
        raise ValueError("it is not above zero")
    return Amount(kind, value)


def _ends(given: object) -> tuple[Amount, ...]:
    ends = tuple(
        _amount(each, _ENDS) for each in (given if isinstance(given, list | tuple) else [given])
    )
    if not ends or len({end.group for end in ends}) < len(ends):
        raise ValueError("it has no end or two of a kind")
    return ends


def _written(ends: tuple[Amount, ...]) -> Any:
    texts = [end.text for end in ends]
    return texts[0] if len(texts) == 1 else texts


Passed = Annotated[
    Amount,
    Converted(
        lambda given: _amount(given, _LOADS),
        lambda amount: amount.text,
        'a C-rate ("C/3"), a current ("2 mA/cm^2", of a BPX file\'s cell also "5 A") or a power '
        '("8 mW/cm^2", "10 W"), above zero',
        (("type", "string"), ("examples", ("C/3", "2 mA/cm^2", "8 mW/cm^2"))),
    ),
]
Ends = Annotated[
    tuple[Amount, ...],
    Converted(
        _ends,
        _written,
        'a voltage ("4.2 V"), a time ("10 min"), of a hold a current ("C/20"), or a list of them, '
        "of which the first to come ends the step",
        (("type", ("string", "array")), ("examples", ("4.2 V", ("C/20", "2 h")))),
    ),
]
_WORDS = {
    "voltage": 'a voltage ("4.2 V")',
    "current": 'a current ("C/20")',
    "time": 'a time ("10 min")',
}
_ALLOWED = {
    "charge": ("voltage", "time"),
    "discharge": ("voltage", "time"),
    "hold": ("current", "time"),
}
VERBS = ("charge", "discharge", "hold", "rest", "follow")


class Step(Section):
    """One step of a protocol: one of charge, discharge, hold, rest and follow."""

    charge: Passed | None = Field(None, description="Charge at a C-rate, current or power.")
    discharge: Passed | None = Field(None, description="Discharge at a C-rate, current or power.")
    hold: Voltage | None = Field(None, description="Hold a voltage.")
    rest: Time | None = Field(None, description="No current for so long.")
    follow: File | None = Field(
        None,
        description="CSV table of currents or powers over time, column time_s beside one of "
        "current_mA_cm2, current_A, rate_C, power_mW_cm2 and power_W; positive discharges.",
    )
    until: Ends | None = Field(
        None,
        description="Where the step ends; left out, a charge or discharge ends at the cell's "
        "voltage limit.",
    )

    @property
    def verb(self) -> str:
        """The one key that says what is done."""
        return next(name for name in VERBS if getattr(self, name) is not None)

    @property
    def words(self) -> str:
        """The step as a sentence names it."""
        verb = self.verb
        what = getattr(self, verb)
        ends = " or ".join(end.shown for end in self.until or ())
        shown = {
            "charge": lambda: what.shown, "discharge": lambda: what.shown,
            "hold": lambda: f"{what:g} V", "rest": lambda: write_time(what),
            "follow": lambda: what.name,
        }[verb]()  # fmt: skip
        return f"{verb} {shown}" + (f" until {ends}" if ends else "")

    @model_validator(mode="after")
    def _checked(self) -> Self:
        verbs = [name for name in VERBS if getattr(self, name) is not None]
        if len(verbs) != 1:
            raise _refused(
                f"has {' and '.join(verbs) or 'nothing to do'}; expected one of {', '.join(VERBS)}"
            )
        verb = verbs[0]
        allowed = _ALLOWED.get(verb, ())
        expected = " or ".join(_WORDS[kind] for kind in allowed)
        for end in self.until or ():
            if end.group not in allowed:
                wanted = f"until {expected}" if expected else "no until"
                raise _refused(f"has a {verb} until {end.shown}; expected {wanted}")
        if verb == "hold" and self.until is None:
            raise _refused(f"has a hold that would never end; expected until {expected}")
        return self


def _refused(sentence: str) -> PydanticCustomError:
    return PydanticCustomError("value", "{sentence}", {"sentence": sentence})


Bounded = bounded(Frequency, at_least=1e-6, at_most=1e9)


class Impedance(Section):
    """A spectrum of the rested cell."""

    frequencies: tuple[Bounded, Bounded] = Field(
        ("1 mHz", "10 kHz"), description="Lowest and highest frequency, within 1 uHz and 1 GHz."
    )
    per_decade: Annotated[Integer, Field(ge=1, le=100)] = Field(
        10, description="Frequencies a decade."
    )
    state_of_charge: OpenShare = Field(
        0.5, description="Of the charge between the voltage limits, at which the cell rests."
    )
    double_layer: DoubleLayerOrZero = Field(
        "20 uF/cm^2",
        description="Capacitance of the double layer on the reacting surface; a usual value, of "
        "no parameter set.",
    )

    @model_validator(mode="after")
    def _rising(self) -> Self:
        low, high = self.frequencies
        if not low < high:
            raise _refused(
                f"has frequencies from {low:g} to {high:g} Hz; expected the lowest first"
            )
        return self
