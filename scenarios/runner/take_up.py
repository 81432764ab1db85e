"""Takes up what a materials file holds into a scenario that names it."""

import tomllib
from collections.abc import Collection
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from dem.errors import InputError
from scenarios.runner.refusals import refusal_lines, suggestion
from scenarios.runner.schema.materials import ActiveMaterial
from scenarios.runner.schema.quantities import Section


class _Calibrated(Section):
    """Section `materials` of a materials file."""

    active_material: ActiveMaterial = Field(description="The active material.")


class _MaterialsFile(Section):
    """A materials file; `calibration` says how sure its values are, and is not read."""

    materials: _Calibrated = Field(description="The materials.")
    calibration: dict[str, Any] = Field({}, description="How sure the values are.")


def bundled_materials() -> dict[str, str]:
    """Text of every bundled materials file by its name."""
    folder = resources.files("scenarios") / "materials"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    return {file.name.removesuffix(".toml"): file.read_text("utf-8") for file in files}


def take_up(data: dict[str, Any], folder: Path, set_keys: Collection[str], where: str) -> None:
    """Put the active material of `materials.file` under what the scenario's data says itself.

    folder : of the scenario; set_keys : keys given by --set, whose paths are relative to the
    working folder; where : of the key, in messages. Raises InputError.
    """
    section = data.get("materials")
    if not isinstance(section, dict) or not isinstance(section.get("file"), str):
        return
    own = section.get("active_material", {})
    if not isinstance(own, dict):
        return
    given = section.pop("file")
    base = Path.cwd() if "materials.file" in set_keys else folder
    text, name = _text(given, base, where)
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{name}: not valid TOML: {error}") from None
    try:
        _MaterialsFile.model_validate(found)
    except ValidationError as error:
        lines = refusal_lines(error, found, _MaterialsFile)
        raise InputError("\n".join(f"{name}: {key} {line}" for key, line in lines)) from None
    section["active_material"] = found["materials"]["active_material"] | own
    section["taken_from"] = given


def _text(given: str, base: Path, where: str) -> tuple[str, str]:
    """Text of the file and its name in messages."""
    path = base / Path(given).expanduser()
    known = bundled_materials()
    if path.is_file():
        try:
            return path.read_text("utf-8"), str(path)
        except UnicodeDecodeError:
            raise InputError(f"{path}: not a text file; expected a materials file") from None
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    if given in known:
        return known[given], given
    raise InputError(
        f"{where}: materials.file: {path}: no such file, and no bundled materials file of that "
        f"name{suggestion(given, known)}; bundled are {', '.join(known)}"
    )
