"""Label volumes and particle surfaces of a state, in the formats that a scenario asks for."""

from scenarios.runner.run_folder import RunFolder
from scenarios.runner.schema.output import Output
from voxelize.meshes.surface import particle_surfaces
from voxelize.meshes.write import write_surfaces
from voxelize.volume import Volume
from voxelize.write.formats import WRITERS


def export_volume(folder: RunFolder, name: str, volume: Volume, output: Output) -> None:
    """Write a state's volume into the run folder, but for the VTI of the series for ParaView."""
    volumes = folder.path / "volume"
    volumes.mkdir(exist_ok=True)
    for ending in dict.fromkeys(("tif", *output.formats)):
        # The VTI of the series holds the grains and figures of the state too.
        if not (ending == "vti" and output.vtk):
            WRITERS[ending](volumes / f"{name}.{ending}", volume)
    if output.surfaces != "none":
        surfaces = folder.path / "surfaces"
        surfaces.mkdir(exist_ok=True)
        write_surfaces(surfaces / f"{name}.{output.surfaces}", particle_surfaces(volume), volume)
