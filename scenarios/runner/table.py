"""Rebuilds the electrode of a scenario of kind `table`, and holds the scenario against it."""

from dataclasses import replace

from dem.errors import InputError
from scenarios.runner.binder import with_domain
from scenarios.runner.consistency import volume_problems
from scenarios.runner.progress import Reporter
from scenarios.runner.schema import Scenario, Table
from voxelize.read.particle_table import read_particle_table
from voxelize.rebuild.electrode import RebuildFigures, RebuildSettings, rebuild
from voxelize.volume import Volume

_THIN_SIDES = 0.6
"""Fullness of a side below which a table lacks the particles there; others scatter above it."""
_KEYS = ("smallest", "voxel_size", "crop", "unit", "bounds", "columns")
"""Keys of `electrode` that messages of reader and rebuilding begin with."""


def read_table(scenario: Scenario, progress=None) -> tuple[Volume, RebuildFigures]:
    """The volume of `electrode.table` and what its rebuilding kept and changed.

    Raises InputError where file and scenario do not fit together.
    """
    table = scenario.electrode
    try:
        particles = read_particle_table(
            table.table, table.unit, dict(table.columns), table.bounds, table.delimiter
        )
    except InputError as error:
        raise InputError(_with_key(str(error), table.table)) from None
    try:
        volume, figures = rebuild(particles, _settings(table), progress)
    except InputError as error:
        raise InputError(_with_key(str(error), table.table)) from None
    # The table knows nothing of binder; what is brought in has the material's nanoporosity.
    volume = replace(volume, cbd_nanoporosity=scenario.materials.cbd.nanoporosity)
    volume = with_domain(volume, scenario)
    lines = [f"{table.table}: {key} {text}" for key, text in volume_problems(scenario, volume)]
    if lines:
        raise InputError("\n".join(lines))
    return volume, figures


def rebuilt_electrode(scenario: Scenario, reporter: Reporter) -> Volume:
    """The volume of `electrode.table`; says what was left out, moved and cut."""
    with reporter.stage("Rebuilding the electrode") as progress:
        volume, figures = read_table(scenario, progress)
    reporter.say(_sentence(figures, scenario.electrode.smallest))
    if figures.side_fullness < _THIN_SIDES:
        reporter.warn(
            f"a side of the window is {100 * figures.side_fullness:.0f} % as full of active "
            "material as all of it: a table that lacks the particles its image cut has empty "
            "sides; keep a particle's width off them with electrode.crop"
        )
    return volume


def _settings(table: Table) -> RebuildSettings:
    return RebuildSettings(
        voxel_size=table.voxel_size or table.unit,
        smallest=table.smallest,
        crop=table.crop_in_metres,
        trim=table.trim,
        collector_at_end=table.collector_side == "zmax",
        foil_thickness=table.foil_thickness,
    )


def _with_key(sentence: str, file: str) -> str:
    """The sentence under its key in the scenario, the table's file after it."""
    key, _, rest = sentence.partition(": ")
    if key in _KEYS:
        return f"electrode.{key}: {file}: {rest}"
    named = sentence if sentence.startswith(f"{file}: ") else f"{file}: {sentence}"
    return f"electrode.table: {named}"


def _sentence(figures: RebuildFigures, smallest: float) -> str:
    text = (
        f"{figures.particles} particles, {100 * figures.active_fraction:.1f} % of the window "
        f"(table: {100 * figures.table_fraction:.1f} %); {figures.specks} specks under "
        f"{smallest * 1e6:g} µm left out ({100 * figures.speck_share:.3g} % of the table's "
        f"volume), {100 * figures.trimmed_share:.3g} % trimmed at collector and top"
    )
    if figures.shift_median == figures.shift_median:
        text += (
            f"; overlaps of {100 * figures.overlap_share:.3g} % cut, centroids moved by "
            f"{figures.shift_median * 1e6:.2f} µm (median) and at most "
            f"{figures.shift_largest * 1e6:.2f} µm"
        )
    return text
