"""Reads a calibration file, by path or bundled name, and writes it back resolved."""

import re
import tomllib
from importlib import resources

import tomlkit
from pydantic import ValidationError

from dem.errors import InputError
from scenarios.runner.load import find
from scenarios.runner.refusals import refusal_lines
from scenarios.runner.schema.calibration import Calibration


def bundled_calibrations() -> dict[str, str]:
    """Text of every bundled calibration file by its name."""
    folder = resources.files("scenarios") / "calibrations"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    return {file.name.removesuffix(".toml"): file.read_text("utf-8") for file in files}


def read_calibration(file: str) -> Calibration:
    """The calibration of a file or a bundled name; InputError naming file, key and what was
    expected."""
    source = find(file, bundled_calibrations(), "calibration")
    try:
        data = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            f"{source.name}: not valid TOML: {error}; a quantity with a unit stands in quotes"
        ) from None
    heading = data.setdefault("calibration", {})
    if isinstance(heading, dict):
        heading.setdefault("name", re.sub(r"[^A-Za-z0-9._-]+", "-", source.stem).lstrip("._-"))
    try:
        calibration = Calibration.model_validate(data)
    except ValidationError as error:
        lines = refusal_lines(error, data, Calibration)
    else:
        lines = _problems(calibration)
        if not lines:
            return calibration
    raise InputError("\n".join(f"{source.name}: {key} {text}" for key, text in lines))


def resolved_calibration(calibration: Calibration, versions: dict[str, str]) -> str:
    """The calibration as TOML with every default and the given versions; reads back as equal."""
    data = calibration.model_dump(mode="json", exclude_none=True)
    data["calibration"]["versions"] = versions
    document = tomlkit.document()
    document.add(tomlkit.comment(" Resolved by calendem: every default stands here."))
    for name, section in data.items():
        document.add(tomlkit.nl())
        document.add(name, tomlkit.item(section))
    return tomlkit.dumps(document)


def _problems(calibration: Calibration) -> list[tuple[str, str]]:
    """What is wrong between keys: bonds that never break, and particles that cannot."""
    material, found = calibration.material, []
    if material.bond_yield_strength is not None:
        found.append(
            ("material.bond_yield_strength", "is given; expected brittle bonds, which do not flow")
        )
    normal = calibration.mechanics.contact.normal
    if normal != "thornton_ning":
        found.append(
            (
                "mechanics.contact.normal",
                f'got "{normal}"; expected "thornton_ning", whose yield pressure is calibrated',
            )
        )
    smallest, single = (
        min(calibration.particles.diameters),
        calibration.decomposition.single_grain_below,
    )
    if smallest < single:
        found.append(
            (
                "particles.diameters",
                f"has one of {1e6 * smallest:g} um; expected none below "
                f"decomposition.single_grain_below, {1e6 * single:g} um: such a particle is one "
                "grain and cannot crush",
            )
        )
    return found
