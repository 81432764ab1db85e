"""Sections of a BPX file: each key is taken once, by kind; what is wrong names file and key."""

import difflib
import json
import math
import re
from pathlib import Path

import numpy as np

from dem.errors import InputError
from electrochem.bpx.functions import function_of

LENGTHS, LARGEST_LENGTH = ("Thickness [m]", "Particle radius [m]"), 0.01
LARGEST = 1e30  # of any number, so that products of several stay finite


_KEYS = {
    "lower_voltage": '"Lower voltage cut-off [V]"',
    "upper_voltage": '"Upper voltage cut-off [V]"',
    "negative_stoichiometry": 'the negative electrode\'s "Maximum stoichiometry"',
    "positive_stoichiometry": 'the positive electrode\'s "Minimum stoichiometry"',
    "temperature": '"Ambient temperature [K]"',
    "contact_resistance": '"Contact resistance [Ohm]"',
    "active_fraction": "the active share (surface area per volume times radius over 3)",
    "porosity": '"Porosity"',
    "thickness": '"Thickness [m]"',
    "tortuosity_factor": "the tortuosity factor (porosity over transport efficiency)",
}
# Bare words such as "temperature" are prose; bare names with an underscore are not.
_BARE = "|".join(key for key in _KEYS if "_" in key)
_NAMES = re.compile(rf"\b(?:(?:Cell|Electrode|Separator)\.({'|'.join(_KEYS)})|({_BARE}))\b")


def in_keys(text: str) -> str:
    """A refusal of the cell's parts with the keys of the format for their names here."""
    named = _NAMES.sub(lambda match: _KEYS[match[1] or match[2]], text)
    return re.sub(r"\b(?:Cell|Electrode|Separator): ", "", named)


class Section:
    """An object of the file, named by the keys that lead to it."""

    def __init__(self, file: Path, name: str, content) -> None:
        if not isinstance(content, dict):
            raise InputError(f"{file}: {name} is no object; expected one with keys and values")
        self.file, self.name, self.content = file, name, content
        self.taken: set[str] = set()

    def wrong(self, key: str, found: str, expected: str) -> InputError:
        """The one sentence on a value that cannot be."""
        return InputError(f'{self.file}: {self.name}: "{key}" is {found}; expected {expected}')

    def take(self, key: str, default=None, required: bool = True):
        """The value of a key. Raises InputError where a required one is missing."""
        self.taken.add(key)
        if key in self.content and self.content[key] is not None:
            return self.content[key]
        if required and default is None:
            raise InputError(f'{self.file}: {self.name}: "{key}" is missing')
        return default

    def part(self, key: str, required: bool = True) -> "Section":
        """The section within; empty where it is missing and need not be there."""
        name = key if self.name in ("the file", "Parameterisation") else f"{self.name}, {key}"
        return Section(self.file, name, self.take(key, None if required else {}, required))

    def number(
        self, key: str, default: float | None = None, above: float | None = None, at_least=-math.inf
    ) -> float:
        """A finite number within its bounds; no layer or particle is a centimetre large."""
        given = self.take(key, default)
        if isinstance(given, bool) or not isinstance(given, (int, float)):
            raise self.wrong(key, f"{json.dumps(given)[:60]}", "a number")
        high_enough = given > above if above is not None else given >= at_least
        if not (abs(given) < LARGEST and high_enough):
            bound = f" of at least {at_least:g}" if math.isfinite(at_least) else ""
            bound = f" above {above:g}" if above is not None else bound
            raise self.wrong(key, f"{given:g}", f"a finite number{bound}")
        if key in LENGTHS and given > LARGEST_LENGTH:
            in_metres = f"metres, such as {1e-6 * given:g} for {given:g} µm"
            raise self.wrong(key, f"{given:g}", in_metres)
        return float(given)

    def function(self, key: str, default: float | None = None):
        """A number, a table or an expression in x as a function with its slope."""
        try:
            return function_of(self.take(key, default))
        except ValueError as error:
            raise InputError(f'{self.file}: {self.name}: "{key}" is {error}') from error

    def function_at(
        self, key: str, at, default: float | None = None, above: float = -math.inf, reach=()
    ):
        """As `function`; its values must be finite, with their slopes, at `at` and at `reach`, and
        above a bound at `at`."""
        function = self.function(key, default)
        for places, bound in ((at, above), (reach, -math.inf)):
            places = np.asarray(places, dtype=float)
            value, slope = function(places)
            good = np.isfinite(value) & np.isfinite(slope) & (value > bound)
            if not good.all():
                expected = "finite values" + ("" if bound == -math.inf else f" above {bound:g}")
                found = f"{value[~good][0]:g} with the slope {slope[~good][0]:g}"
                raise self.wrong(key, f"{found} at x = {places[~good][0]:g}", expected)
        return function

    def made(self, kind, **values):
        """An object of these values, its refusal said with this section's name."""
        try:
            return kind(**values)
        except InputError as error:
            raise InputError(f"{self.file}: {self.name}: {in_keys(str(error))}") from error

    def refuse(self, keys, why: str) -> None:
        """Raises InputError where one of these keys stands here."""
        for key in keys:
            if key in self.content:
                raise InputError(f'{self.file}: {self.name}: "{key}" stands there; {why}')

    def end(self, left_out=()) -> list[str]:
        """Keys that nothing here uses. Raises InputError on any that is not among left_out."""
        rest = [key for key in self.content if key not in self.taken]
        for key in rest:
            if key not in left_out:
                names = sorted(self.taken | set(left_out))
                near = difflib.get_close_matches(key, names, n=1, cutoff=0.5)
                meant = f' (did you mean "{near[0]}"?)' if near else ""
                known = ", ".join(f'"{name}"' for name in names)
                raise InputError(
                    f'{self.file}: {self.name}: "{key}" is no key known here{meant}; known are '
                    f"{known}"
                )
        return [f"{self.name}: {key}" for key in rest]


def sections_of(path: Path) -> Section:
    """A file's content. Raises InputError where it cannot be read or is no JSON object."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise InputError(f"{path}: cannot be read: {reason}") from error
    try:
        return Section(path, "the file", json.loads(text, parse_int=_integer))
    except (json.JSONDecodeError, RecursionError) as error:
        where = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "its depth"
        raise InputError(f"{path}: is no JSON file ({where}); expected a BPX file") from error


def _integer(digits: str) -> int | float:
    """A whole number; one that no float holds is infinite, and refused where it is used."""
    return int(digits) if len(digits) < 300 else float(digits)
