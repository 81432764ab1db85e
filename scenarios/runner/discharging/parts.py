"""A state's volume measured part by part, for a cell of local properties."""

from electrochem.graded import Conductivities, LocalProperties, local_properties
from scenarios.runner import schema
from scenarios.runner.analysis.through_plane import contacts_of
from scenarios.runner.progress import ProgressCallback
from scenarios.runner.run_folder import RunFolder
from voxelize.read.written import read_written


def local_of(
    folder: RunFolder, state: str, scenario: schema.Scenario, progress: ProgressCallback
) -> LocalProperties | None:
    """Properties of `cell.parts` of a state's label volume; None where it is one part.

    Raises InputError where the volume cannot be read or its parts are too thin, and
    NotPercolatingError naming a part through which nothing finds its way.
    """
    parts = tuple(scenario.cell.parts)
    if parts == (1, 1, 1):
        return None
    analysis = scenario.analysis
    solids = Conductivities(
        analysis.am_conductivity, analysis.cbd_conductivity, contacts_of(analysis)
    )
    volume = read_written(folder.path / "volume" / f"{state}.tif")
    return local_properties(volume, parts, solids, analysis.tolerance, progress)
