"""Reads a scenario file with its overrides into a checked `Scenario`, and writes one back."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import tomlkit
from pydantic import ValidationError

from dem.errors import InputError
from scenarios.runner.bundled import bundled
from scenarios.runner.consistency import problems
from scenarios.runner.refusals import refusal_lines, suggestion
from scenarios.runner.roll_temperature import warm_binder_in_words
from scenarios.runner.schema import Scenario
from scenarios.runner.take_up import take_up


class Source(NamedTuple):
    """A scenario file: its name in messages, its text, the folder its paths are relative to."""

    name: str
    stem: str
    text: str
    folder: Path


def find(file: str, known: Mapping[str, str] | None = None, what: str = "scenario") -> Source:
    """The file at a path, or the known one of that name; InputError if there is neither.

    known : texts by name, of the bundled scenarios if left out; what : they are, in messages
    """
    path = Path(file)
    if path.is_file():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            raise InputError(f"{file}: not a text file; expected a {what} in TOML") from None
        except OSError as error:
            raise InputError(f"{file}: cannot be read ({error.strerror})") from None
        return Source(file, path.stem, text, path.resolve().parent)
    known = bundled() if known is None else known
    if file in known:
        return Source(file, file, known[file], Path.cwd())
    if path.is_dir():
        raise InputError(f"{file}: is a folder; expected a {what} file (TOML)")
    raise InputError(
        f"{file}: no such file, and no bundled {what} of that name"
        f"{suggestion(file, known)}; bundled are {', '.join(known)}"
    )


def load(file: str, settings: Sequence[str] = (), *, protocol: bool = True) -> Scenario:
    """The scenario of a file, or of a bundled name, with `section.key=value` settings put over it.

    protocol : whether its cell's protocol and impedance must be possible. Raises InputError naming
    file and key for whatever is wrong with it.
    """
    source = find(file)
    try:
        data = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            f"{source.name}: not valid TOML: {error}; a quantity with a unit stands in quotes"
        ) from None
    return read(data, source, settings, protocol=protocol)


def read(
    data: dict[str, Any], source: Source, settings: Sequence[str] = (), *, protocol: bool = True
) -> Scenario:
    """The scenario of parsed TOML, with settings put over it; InputError as `load`."""
    keys = {apply(data, setting): setting for setting in settings}
    take_up(data, source.folder, keys, _origin("materials.file", keys, source))
    if isinstance(heading := data.setdefault("scenario", {}), dict):
        heading.setdefault("name", re.sub(r"[^A-Za-z0-9._-]+", "-", source.stem).lstrip("._-"))
    names = {key.rpartition(".")[2] for key in keys}
    for setting in settings:
        names |= _inner_names(_value(setting.partition("=")[2].strip()))
    context = {"folder": source.folder, "set_keys": names}
    try:
        scenario = Scenario.model_validate(data, context=context)
    except ValidationError as error:
        lines = refusal_lines(error, data)
    else:
        lines = list(problems(scenario, protocol=protocol))
        if not lines:
            return scenario
    raise InputError(
        "\n".join(f"{_origin(key, keys, source)}: {key} {text}" for key, text in lines)
    )


def _origin(key: str, keys: dict[str, str], source: Source) -> str:
    """Where a refused key was given: on the command line, or in the file."""
    dotted = re.sub(r"\[(\d+)\]", r".\1", key)
    for given in keys:
        if f"{dotted}.".startswith(f"{given}.") or given.startswith(f"{dotted}."):
            return "--set"
    return source.name


def apply(data: dict[str, Any], setting: str) -> str:
    """Put one `section.key=value` over parsed TOML and return its key; InputError for none."""
    key, equals, text = setting.partition("=")
    parts = key.strip().split(".")
    if not equals or len(parts) < 2 or not all(parts):
        raise InputError(f"--set {setting}: expected section.key=value")
    place: Any = data
    for part in parts[:-1]:
        place = _step(place, part, setting)
    if isinstance(place, list):
        place[_index(place, parts[-1], setting)] = _value(text.strip())
    else:
        place[parts[-1]] = _value(text.strip())
    return ".".join(parts)


def _step(place: Any, part: str, setting: str) -> Any:
    if isinstance(place, list):
        inner = place[_index(place, part, setting)]
    else:
        inner = place.setdefault(part, {})
    if not isinstance(inner, dict | list):
        raise InputError(f"--set {setting}: {part} is a value, not a section")
    return inner


def _index(place: list, part: str, setting: str) -> int:
    if not place:
        raise InputError(f"--set {setting}: the list is empty; expected it as a whole, KEY=[...]")
    if not part.isdecimal() or int(part) >= len(place):
        raise InputError(
            f"--set {setting}: expected a list index from 0 to {len(place) - 1}, got {part}"
        )
    return int(part)


def _value(text: str) -> Any:
    """A value read as TOML and, where it is none, as a string."""
    try:
        parsed = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text
    return parsed["value"] if parsed.keys() == {"value"} else text


def _inner_names(value: Any) -> set[str]:
    """Keys of the tables within a value."""
    if isinstance(value, dict):
        return set(value).union(*map(_inner_names, value.values()))
    return set().union(*map(_inner_names, value)) if isinstance(value, list) else set()


def resolved_text(scenario: Scenario, versions: dict[str, str]) -> str:
    """The scenario as TOML with every default, its seed and the given versions.

    Reads back as an equal scenario, `versions` apart.
    """
    data = scenario.model_dump(mode="json", exclude_none=True)
    data["scenario"]["versions"] = versions
    document = tomlkit.document()
    document.add(tomlkit.comment("Resolved by calendem: every default stands here."))
    for line in warm_binder_in_words(scenario):
        document.add(tomlkit.comment(line))
    for name, section in data.items():
        document.add(tomlkit.nl())
        document.add(name, tomlkit.item(section))
    return tomlkit.dumps(document)
