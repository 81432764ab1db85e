"""The only file that converts units: quantities are written with one, the program reckons in SI.

Conversions run in decimal arithmetic, so that "1.5 um" becomes the very float 1.5e-6 and a value
that is written back reads as the same float again.
"""

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

import pint


@dataclass(frozen=True)
class Kind:
    """What a quantity is: its name in a message, the unit it is shown in, an example."""

    name: str
    unit: str
    example: str


KINDS = {
    kind.name: kind
    for kind in (
        Kind("length", "um", "1.5 um"),
        # Lengths and speeds of a machine: the kind above names what has a length's dimension.
        Kind("diameter", "mm", "400 mm"),
        Kind("speed", "m/min", "10 m/min"),
        Kind("density", "g/cm^3", "3.0 g/cm^3"),
        Kind("pressure", "MPa", "100 MPa"),
        Kind("modulus", "GPa", "100 GPa"),
        Kind("areal mass", "mg/cm^2", "19.8 mg/cm^2"),
        Kind("line load", "N/mm", "400 N/mm"),
        Kind("voltage", "V", "4.2 V"),
        Kind("conductivity", "S/m", "0.2 S/m"),
        Kind("thermal conductivity", "W/m/K", "0.2 W/m/K"),
        Kind("contact resistance", "ohm*cm^2", "0.1 ohm*cm^2"),
        Kind("concentration", "mol/L", "1.0 mol/L"),
        Kind("temperature", "degC", "25 degC"),
        Kind("areal capacity", "mAh/cm^2", "3.4 mAh/cm^2"),
        Kind("current density", "mA/cm^2", "2 mA/cm^2"),
        Kind("power density", "mW/cm^2", "8 mW/cm^2"),
        Kind("current", "A", "5 A"),
        Kind("power", "W", "10 W"),
        Kind("frequency", "Hz", "1 mHz"),
        Kind("double-layer capacitance", "uF/cm^2", "20 uF/cm^2"),
        Kind("energy density", "J/m^3", "1e5 J/m^3"),
        Kind("surface energy", "J/m^2", "0.05 J/m^2"),
        Kind("time", "s", "1 s"),
        Kind("angle", "deg", "40 deg"),
        Kind("share", "", "30 %"),
    )
}

_NUMBER = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*")
# Pint evaluates a unit text as an expression: nothing but what a unit is made of may reach it.
_UNIT = re.compile(r"[A-Za-zµμÅΩ°%0-9^*/·²³⁻¹().\s-]*")


@cache
def _registry() -> pint.UnitRegistry:
    return pint.UnitRegistry(non_int_type=Decimal)


@cache
def _unit(text: str) -> pint.Unit:
    if not _UNIT.fullmatch(text):
        raise ValueError(f'"{text}" is not a unit')
    try:
        return _registry().parse_units(text)
    except (pint.PintError, ValueError, AssertionError, AttributeError, TypeError):
        raise ValueError(f'"{text}" is not a known unit') from None


@cache
def _si_unit(unit: pint.Unit) -> pint.Unit:
    return _registry().Quantity(Decimal(1), unit).to_base_units().units


def _is_share(unit: pint.Unit) -> bool:
    return _si_unit(unit) == _si_unit(_unit(""))


def _split(text: str) -> tuple[Decimal, pint.Unit]:
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise ValueError("it does not begin with a number")
    return Decimal(match[1]), _unit(match[2])


def _to_si(number: Decimal, unit: pint.Unit) -> float:
    value = float(_registry().Quantity(number, unit).to_base_units().magnitude)
    if not math.isfinite(value):
        raise ValueError("it is not a finite number")
    return value


def read_quantity(given: object, kind: Kind) -> float:
    """The SI value of a text such as "1.5 um"; a share may also be a plain number.

    Raises ValueError, saying what is wrong with it, for a bare number where a unit is due, an
    unknown unit or another dimension than that of `kind`.
    """
    dimensionless = not kind.unit
    if isinstance(given, int | float) and not isinstance(given, bool):
        if not dimensionless:
            raise ValueError("it has no unit")
        if not math.isfinite(given):
            raise ValueError("it is not a finite number")
        return float(given)
    if not isinstance(given, str):
        raise ValueError("it is not a quantity")
    number, unit = _split(given)
    # An angle has no dimension: the unit in SI tells it from a share.
    if _si_unit(unit) != _si_unit(_unit(kind.unit)):
        if _is_share(unit):
            raise ValueError("it has no unit")
        raise ValueError(f"it is a {name_of(unit)}" if name_of(unit) else "its dimension is wrong")
    return _to_si(number, unit)


def read_any(given: object, kinds: tuple[str, ...]) -> tuple[str, float]:
    """The kind, out of `kinds`, and the SI value of a text whose dimension says what it is.

    Raises ValueError for a bare number (a share is written "30 %") or a dimension not in `kinds`.
    """
    if not isinstance(given, str):
        raise ValueError("it has no unit")
    number, unit = _split(given)
    if _is_share(unit) and not _NUMBER.fullmatch(given)[2]:
        raise ValueError("it has no unit")
    for name in kinds:
        if _si_unit(unit) == _si_unit(_unit(KINDS[name].unit)):
            return name, _to_si(number, unit)
    raise ValueError(f"it is a {name_of(unit)}" if name_of(unit) else "its dimension is wrong")


def name_of(unit: pint.Unit) -> str | None:
    """Name of the kind that has a unit's dimension, if we know one."""
    for kind in KINDS.values():
        if _si_unit(unit) == _si_unit(_unit(kind.unit)):
            return kind.name
    return None


def write_quantity(value: float, kind: Kind) -> str | float:
    """The shortest text in the kind's unit that reads back as `value`, bit for bit; shares stay."""
    if not kind.unit:
        return value
    unit = _unit(kind.unit)
    si = _si_unit(unit)
    exact = _registry().Quantity(Decimal(repr(value)), si).to(unit).magnitude
    for digits in range(1, 25):
        text = f"{exact:.{digits}g}"
        if _to_si(Decimal(text), unit) == value:
            return f"{_plain(text)} {kind.unit}"
    return f"{value!r} {si:~}"


def write_rounded(value: float, kind: Kind) -> str:
    """A value in the kind's unit with four digits, for messages."""
    unit = _unit(kind.unit)
    number = _registry().Quantity(Decimal(repr(value)), _si_unit(unit)).to(unit).magnitude
    return f"{float(f'{number:.4g}'):g} {kind.unit}"


def length_in_words(value: float) -> str:
    """A length [m] for a message."""
    return write_rounded(value, KINDS["length"])


def density_in_words(value: float) -> str:
    """A density [kg/m³] for a message."""
    return write_rounded(value, KINDS["density"])


def _plain(number: str) -> str:
    """1e+2 as 100: people write exponents only for the very large and the very small."""
    plain = f"{Decimal(number):f}"
    return plain if len(plain) <= 9 else number


def write_percent(share: float) -> str:
    """The shortest percentage that reads back as exactly `share`."""
    for digits in range(1, 25):
        text = f"{Decimal(repr(share)) * 100:.{digits}g}"
        if float(Decimal(text) / 100) == share:
            return f"{_plain(text)} %"
    raise AssertionError("a float has fewer than 25 digits")


def read_rate(given: object) -> float:
    """The C-rate of "1C", "0.1C", "C/10" or of a plain number; ValueError else."""
    text = given if isinstance(given, str) else ""
    if isinstance(given, int | float) and not isinstance(given, bool):
        rate = float(given)
    elif match := re.fullmatch(r"\s*C\s*/\s*(\d+\.?\d*)\s*", text):
        rate = 1.0 / float(match[1]) if float(match[1]) else math.inf
    elif match := re.fullmatch(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*C\s*", text):
        rate = float(match[1])
    elif _NUMBER.fullmatch(text) and not _NUMBER.fullmatch(text)[2]:
        rate = float(text)
        if rate > 0.0:
            raise ValueError(f"it has no unit; {text.strip()}C is a C-rate")
    else:
        raise ValueError("it is not a C-rate")
    if not (0 < rate < math.inf):
        raise ValueError("a C-rate is above zero")
    return rate


def write_rate(rate: float) -> str:
    """A C-rate as "1C" or "C/3", the shorter; reads back as exactly `rate`."""
    text = f"{int(rate)}C" if rate == int(rate) else f"{rate!r}C"
    part = round(1.0 / rate) if rate > 1e-9 else 0
    if part and 1.0 / part == rate and len(f"C/{part}") < len(text):
        return f"C/{part}"
    return text


def write_time(seconds: float) -> str:
    """A time as it is read best: "1 h", "10 min", "90 s"."""
    for unit, length in (("h", 3600.0), ("min", 60.0)):
        if seconds >= length and (seconds / length).is_integer():
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:g} s"
