"""The materials file that a calibration writes: the whole active material, and how sure it is."""

import textwrap

import tomlkit

from scenarios.runner.calibration.results import Results, remarks
from scenarios.runner.calibration.statistics import AtDiameter
from scenarios.runner.units import KINDS, write_quantity

_DIGITS = 3


def materials_text(results: Results, versions: dict[str, str]) -> str:
    """The file as TOML: [materials.active_material] and [calibration], which is read by people."""
    heading, target = results.calibration.calibration, results.calibration.target
    document = tomlkit.document()
    for line in (
        heading.description or heading.name,
        f"Written by calendem {versions.get('calendem', '')}".rstrip()
        + f": calendem calibrate {heading.name}",
        f'A scenario takes it up by materials.file = "{heading.name}.toml".',
        *(f"Source of target.{text}" for text in target.sources),
        *remarks(results),
    ):
        for part in textwrap.wrap(line, 96, subsequent_indent="  "):
            document.add(tomlkit.comment(part))
    materials = tomlkit.table(is_super_table=True)
    materials.add("active_material", tomlkit.item(_material(results)))
    document.add(tomlkit.nl())
    document.add("materials", materials)
    document.add(tomlkit.nl())
    document.add("calibration", _told(results))
    return tomlkit.dumps(document)


def rounded(value: float) -> float:
    """A value with the digits that its uncertainty leaves it."""
    return float(f"{value:.{_DIGITS}g}")


def _material(results: Results) -> dict[str, object]:
    best = results.best.material
    fitted = {value.name: rounded(value.value) for value in results.values}
    if results.calibration.target.modulus_of == "material":
        fitted["young_modulus"] = best.young_modulus
    return best.model_copy(update=fitted).model_dump(mode="json", exclude_none=True)


def _told(results: Results):
    calibration = results.calibration
    table = tomlkit.table()
    table.add("name", calibration.calibration.name)
    table.add("grain_size", _um(calibration.decomposition.grain_size))
    table.add("diameters", [_um(each) for each in calibration.particles.diameters])
    table.add("seeds", calibration.particles.seeds)
    table.add("targets_met", results.fitted.met)
    _add_ranges(
        table,
        "interval_95",
        "Of the values, from the scatter of the crushes.",
        {v.name: v.interval for v in results.values},
    )
    _add_ranges(
        table,
        "target_range",
        "Of the values, where the targets lie at the ends of their ranges.",
        {v.name: v.target_range for v in results.values},
    )
    shown = tomlkit.table()
    shown.add(tomlkit.comment("Of particles of the reference diameter, with their 95 % interval."))
    shown.add("reference_diameter", _um(calibration.target.reference_diameter))
    for figure in results.figures:
        shown.add(f"{_TABLE[figure.name]}", _with_interval(figure.shown))
    effect = results.size_effect
    shown.add(
        "weibull_modulus",
        [rounded(effect.modulus), *(rounded(end) for end in effect.interval)],
    )
    if results.half_speed is not None:
        shown.add(
            "change_at_half_speed",
            {_TABLE[name]: round(change, 4) for name, change in results.half_speed.items()},
        )
    table.add("shown", shown)
    return table


_TABLE = {
    "modulus": "particle_modulus",
    "strength": "crush_strength",
    "secant": "secant_modulus",
    "hertz": "hertz_modulus",
}


def _add_ranges(table, name: str, what: str, ranges: dict[str, tuple[float, float]]) -> None:
    inner = tomlkit.table()
    inner.add(tomlkit.comment(what))
    for key, (low, high) in ranges.items():
        inner.add(key, [_gpa(low), _gpa(high)])
    table.add(name, inner)


def _with_interval(shown: AtDiameter) -> list[str]:
    return [_gpa(shown.value), *(_gpa(end) for end in shown.interval)]


def _gpa(value: float) -> str:
    kind = "pressure" if value < 1e9 else "modulus"
    return write_quantity(rounded(value), KINDS[kind])


def _um(length: float) -> str:
    return write_quantity(length, KINDS["length"])
