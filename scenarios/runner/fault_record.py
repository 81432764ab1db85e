"""What a run leaves of a motion that blew up: the whole state, and its grains for ParaView."""

from pathlib import Path

import h5py
import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkIOXML import vtkXMLPolyDataWriter

from dem import checkpoint
from dem.body import RADIUS, VX, WX, X
from dem.faults import far_from
from dem.simulation import Simulation
from dem.vtk_output import MICROMETRES, add_array, add_field, write_data_set
from scenarios.runner.run_folder import RunFolder

STATE, GRAINS = "checkpoints/fault.h5", "checkpoints/fault.vtp"
WHERE = f"the state it failed in is kept in {STATE} and {GRAINS}"


def write(folder: RunFolder, sim: Simulation | None) -> None:
    """Write the simulation as it stood, whatever it holds; none leaves nothing.

    STATE holds it as a checkpoint does, under the name `simulation`; GRAINS each grain at its place
    (where that is none, at the one that the last list of neighbours was built with, `lost` 1), with
    its radius, particle, velocity, spin and net force.
    """
    if sim is None:
        return

    def state(path: Path) -> None:
        with checkpoint.new_file(path) as file:
            checkpoint.save(file, "simulation", sim)

    folder.write(STATE, state)
    folder.write(GRAINS, lambda path: _write_grains(path, sim))


def forget(folder: RunFolder) -> None:
    """Remove what an earlier attempt left: it says nothing of the one that begins."""
    for name in (STATE, GRAINS):
        (folder.path / name).unlink(missing_ok=True)


def read(path: Path) -> Simulation:
    """The simulation that a fault file holds."""
    with h5py.File(path) as file:
        return checkpoint.load(file, "simulation")


def _write_grains(path: Path, sim: Simulation) -> None:
    position = sim.body[:, X : X + 3]
    # Written so that NaN counts as lost.
    lost = ~(np.abs(position) < far_from(sim.box, sim.walls)).all(axis=1)
    place = np.where(lost[:, None], sim.listed, position)
    points, vertices, data = vtkPoints(), vtkCellArray(), vtkPolyData()
    points.SetData(numpy_to_vtk(sim.box.wrap(place) * MICROMETRES, deep=True))
    for i in range(len(place)):
        vertices.InsertNextCell(1, [i])
    data.SetPoints(points)
    data.SetVerts(vertices)
    arrays = data.GetPointData()
    add_array(arrays, "radius_um", sim.body[:, RADIUS] * MICROMETRES, np.float64)
    add_array(arrays, "particle_id", sim.particle, np.int32)
    add_array(arrays, "grain_id", np.arange(len(sim.body)), np.int32)
    add_array(arrays, "material", sim.material, np.int32)
    add_array(arrays, "lost", lost, np.uint8)
    for name, values in (
        ("velocity_m_s", sim.body[:, VX : VX + 3]),
        ("spin_rad_s", sim.body[:, WX : WX + 3]),
        ("force_N", sim.net_load[:, :3]),
    ):
        add_array(arrays, name, values, np.float64, components="xyz")
    arrays.SetActiveScalars("radius_um")
    add_field(data, {"step": float(sim.steps_done), "height_um": sim.height * MICROMETRES})
    write_data_set(vtkXMLPolyDataWriter(), data, path)
