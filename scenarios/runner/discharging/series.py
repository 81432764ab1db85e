"""A discharge for ParaView: a file a time, a cell a volume, z in µm from the negative side."""

from pathlib import Path

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonDataModel import vtkRectilinearGrid
from vtkmodules.vtkIOXML import vtkXMLRectilinearGridWriter

from dem.vtk_output import MICROMETRES, add_array, add_field, write_data_set, write_series
from scenarios.runner.discharging.profiles import NEGATIVE, POSITIVE, SEPARATOR, Profiles

LAYERS = (NEGATIVE, SEPARATOR, POSITIVE)
_BREADTH = 0.25
"""Drawn width over the thickness of a cell of one dimension: an eye wants an area."""
FIELDS = {
    "salt_concentration_mol_m3": "salt",
    "electrolyte_potential_V": "electrolyte_potential",
    "solid_potential_V": "solid_potential",
    "reaction_current_A_m3": "reaction",
    "surface_stoichiometry": "surface",
    "mean_stoichiometry": "mean",
}


def write_profiles(
    folder: Path, name: str, profiles: Profiles, voltage: np.ndarray, capacity: np.ndarray
) -> None:
    """Write `<name>.pvd` and `<name>/<number>.vtr` in a folder; the series' time is in seconds.

    voltage [V], capacity [A h/m²] : (k,), kept as field data. Raises OSError.
    """
    (folder / name).mkdir(parents=True, exist_ok=True)
    entries = []
    for k, time in enumerate(profiles.time):
        entries.append((float(time), f"{name}/{k:02d}.vtr"))
        data = _grid(profiles, k)
        field = {"time_s": time, "voltage_V": voltage[k], "capacity_mAh_cm2": 0.1 * capacity[k]}
        add_field(data, field)
        write_data_set(vtkXMLRectilinearGridWriter(), data, folder / entries[-1][1])
    write_series(folder / f"{name}.pvd", entries)
    # Files of an earlier discharge with more times.
    kept = {folder / file for _, file in entries}
    for old in set((folder / name).glob("*.vtr")) - kept:
        old.unlink()


def _grid(profiles: Profiles, k: int) -> vtkRectilinearGrid:
    edge = profiles.edge * MICROMETRES
    columns = profiles.columns
    if columns is None:
        y = x = np.array([0.0, _BREADTH * edge[-1]])
    else:
        y, x = (
            np.linspace(0.0, size * MICROMETRES, count + 1)
            for size, count in zip(columns.footprint, columns.salt.shape[2:], strict=True)
        )
    data = vtkRectilinearGrid()
    data.SetDimensions(x.size, y.size, edge.size)
    data.SetXCoordinates(numpy_to_vtk(x, deep=True))
    data.SetYCoordinates(numpy_to_vtk(y, deep=True))
    data.SetZCoordinates(numpy_to_vtk(edge, deep=True))
    arrays = data.GetCellData()
    layer = np.array([LAYERS.index(name) for name in profiles.layer])
    add_array(arrays, "layer", np.repeat(layer, (y.size - 1) * (x.size - 1)), np.uint8)
    for name, field in FIELDS.items():
        values = getattr(profiles if columns is None else columns, field)[k]
        add_array(arrays, name, values.ravel(), np.float64)
    arrays.SetActiveScalars("salt_concentration_mol_m3")
    return data
