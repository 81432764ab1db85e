"""VTK file of the broken faces inside particles, each a disc of its area; lengths in µm."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkIOXML import vtkXMLPolyDataWriter

from dem.bonds import Bonds
from dem.box import Box
from dem.breaks import Breaks
from dem.fragments import crack_faces, fragments
from dem.grains import Grains
from dem.vtk_output import MICROMETRES, add_array, add_field, write_data_set

_CORNERS = 12
"""Of a disc; its polygon has the face's area."""


def write_cracks(
    path: Path,
    grains: Grains,
    bonds: Bonds,
    *,
    box: Box,
    aperture: np.ndarray,
    breaks: Breaks,
    field: Mapping[str, float],
) -> None:
    """Write the cracks as polygons of a `.vtp` file, square to the line between their grains.

    aperture : (m,) [m], how far each bond opened; breaks : when it broke
    field : figures of the whole state, written as field data
    Raises OSError when the file cannot be written.
    """
    faces = crack_faces(grains, bonds, fragments(grains, bonds))
    bond = faces.bond
    start = box.wrap(grains.position)[bonds.first[bond]]
    along = box.nearest(grains.position[bonds.second[bond]] - grains.position[bonds.first[bond]])
    data = vtkPolyData()
    points = vtkPoints()
    ring = _discs(start + 0.5 * along, along, faces.area).reshape(-1, 3) * MICROMETRES
    points.SetData(numpy_to_vtk(np.ascontiguousarray(ring, np.float32), deep=True))
    data.SetPoints(points)
    cells = vtkCellArray()
    corners = numpy_to_vtkIdTypeArray(np.arange(len(ring), dtype=np.int64), deep=True)
    cells.SetData(_CORNERS, corners)
    data.SetPolys(cells)
    arrays = data.GetCellData()
    step = np.full(len(bonds.state), -1)
    step[breaks.bond] = breaks.step
    opened = aperture[bond] * faces.area * MICROMETRES**3
    add_array(arrays, "aperture_um", aperture[bond] * MICROMETRES, np.float32)
    add_array(arrays, "mode", faces.mode, np.uint8)
    add_array(arrays, "area_um2", faces.area * MICROMETRES**2, np.float32)
    add_array(arrays, "opened_volume_um3", opened, np.float32)
    add_array(arrays, "particle_id", faces.particle, np.int32)
    add_array(arrays, "parts_fragments", faces.parts, np.uint8)
    add_array(arrays, "break_step", step[bond], np.int64)
    arrays.SetActiveScalars("aperture_um")
    add_field(data, field)
    write_data_set(vtkXMLPolyDataWriter(), data, path)


def _discs(centre: np.ndarray, along: np.ndarray, area: np.ndarray) -> np.ndarray:
    """Corners (k, _CORNERS, 3) of regular polygons of the areas (k,) around centres (k, 3)."""
    normal = along / np.maximum(np.linalg.norm(along, axis=1), np.finfo(float).tiny)[:, None]
    # The axis that the normal has least of is never along it.
    other = np.eye(3)[np.abs(normal).argmin(axis=1)]
    u = np.cross(normal, other)
    u /= np.maximum(np.linalg.norm(u, axis=1), np.finfo(float).tiny)[:, None]
    v = np.cross(normal, u)
    angle = 2 * np.pi * np.arange(_CORNERS) / _CORNERS
    radius = np.sqrt(2 * area / (_CORNERS * np.sin(2 * np.pi / _CORNERS)))
    circle = np.cos(angle)[:, None] * u[:, None] + np.sin(angle)[:, None] * v[:, None]
    return centre[:, None] + radius[:, None, None] * circle
