"""The command `export`: volumes of a run, or a label volume, in other formats and as surfaces."""

import argparse
from dataclasses import replace
from pathlib import Path

from dem.errors import InputError
from scenarios.runner.exports import write_volume_as
from scenarios.runner.progress import Reporter
from scenarios.runner.run_folder import refuse_existing_run
from scenarios.runner.schema.output import Output
from voxelize.read.written import read_written
from voxelize.split.watershed import split_particles
from voxelize.volume import ACTIVE_MATERIAL, Volume
from voxelize.write.formats import WRITERS
from voxelize.write.whole import whole_folder

_NO_LABELS = (".particle", ".nanoporosity", "_fractions")
"""How the files beside a state's volumes end that hold other fields of it than its labels."""


def export(args: argparse.Namespace, reporter: Reporter) -> Path:
    """Write what the arguments ask for into a new folder, which is returned.

    Raises InputError for a wrong argument, a source without volumes, or a folder that is not empty.
    """
    formats = tuple(part.strip() for part in args.formats.split(",") if part.strip())
    for name in formats:
        if name not in WRITERS:
            raise InputError(f'--formats: "{name}"; expected some of {", ".join(WRITERS)}')
    output = Output(formats=formats, surfaces=args.surfaces)
    if not formats and args.surfaces == "none":
        raise InputError("export: nothing to write; expected --formats or --surfaces")
    source = Path(args.source)
    files = _volumes(source)
    folder = Path(args.output or f"{source.resolve().stem}-export")
    refuse_existing_run(folder)
    with whole_folder(folder) as place:
        for file in files:
            with reporter.stage(f"Exporting {file.stem}"):
                volume = read_written(file)
                if args.surfaces != "none" and volume.particle is None:
                    volume = _split(volume)
                    reporter.say(f"{file}: holds no ids of particles, so it was split at its necks")
                write_volume_as(place, file.stem, volume, output)
    reporter.say(f"Done: {folder}")
    return folder


def _split(volume: Volume) -> Volume:
    active = volume.labels == ACTIVE_MATERIAL
    particle = split_particles(active, volume.voxel_size, periodic=volume.periodic)
    return replace(volume, particle=particle)


def _volumes(source: Path) -> list[Path]:
    """The file itself, or the volumes of a run's states, those with ids of particles first."""
    if not source.is_dir():
        return [source]
    found = {}
    for ending in ("tif", "nrrd", "h5", "vti"):
        for file in sorted((source / "volume").glob(f"*.{ending}")):
            if not file.stem.endswith(_NO_LABELS):
                found[file.stem] = file
    if not found:
        raise InputError(f"{source}: holds no volume/*.vti or *.tif; expected a run's folder")
    return list(found.values())
