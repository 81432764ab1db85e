"""Label volumes and particle surfaces of a state, in the formats that a scenario asks for."""

from pathlib import Path

from scenarios.runner.run_folder import RunFolder
from scenarios.runner.schema.output import Output
from voxelize.meshes.surface import particle_surfaces
from voxelize.meshes.write import write_surfaces
from voxelize.volume import Volume
from voxelize.write.formats import WRITERS


def export_volume(folder: RunFolder, name: str, volume: Volume, output: Output) -> None:
    """Write a state's volume into the run folder, but for the VTI of the series for ParaView."""
    # The VTI of the series holds the grains and figures of the state too.
    wanted = [each for each in output.formats if not (each == "vti" and output.vtk)]
    formats = tuple(dict.fromkeys(("tif", *wanted)))
    for place in ("volume", *([] if output.surfaces == "none" else ["surfaces"])):
        (folder.path / place).mkdir(exist_ok=True)
    _write(folder.path / "volume", folder.path / "surfaces", name, volume, formats, output.surfaces)


def write_volume_as(folder: Path, name: str, volume: Volume, output: Output) -> None:
    """Write a volume into a folder in the formats asked for, and its particles' surfaces."""
    _write(folder, folder, name, volume, output.formats, output.surfaces)


def _write(volumes, surfaces, name, volume, formats, kind):
    for ending in formats:
        WRITERS[ending](volumes / f"{name}.{ending}", volume)
    if kind != "none":
        write_surfaces(surfaces / f"{name}.{kind}", particle_surfaces(volume), volume)
