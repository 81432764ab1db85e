"""VTK file of a height map, a sheet of quadrilaterals over the footprint; lengths in µm."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkIOXML import vtkXMLPolyDataWriter

from dem.vtk_output import MICROMETRES, add_array, add_field, write_data_set


def write_height_map(
    path: Path,
    height: np.ndarray,
    deviation: np.ndarray,
    voxel_size: float,
    *,
    field: Mapping[str, float],
) -> None:
    """Write a surface as a `.vtp` file, a point in the middle of each column of voxels.

    height, deviation : (ny, nx) [m], above the foil and from the mean plane; voxel_size [m]
    field : figures of the whole state, written as field data
    Raises OSError when the file cannot be written.
    """
    rows, columns = height.shape
    y, x = (np.indices(height.shape) + 0.5) * voxel_size
    points, data = vtkPoints(), vtkPolyData()
    place = np.stack([x, y, height], axis=-1).reshape(-1, 3) * MICROMETRES
    points.SetData(numpy_to_vtk(place.astype(np.float32), deep=True))
    data.SetPoints(points)
    index = np.arange(rows * columns, dtype=np.int64).reshape(rows, columns)
    corners = (index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1])
    quads = np.stack(corners, axis=-1).ravel()
    cells = vtkCellArray()
    cells.SetData(4, numpy_to_vtkIdTypeArray(np.ascontiguousarray(quads), deep=True))
    data.SetPolys(cells)
    arrays = data.GetPointData()
    add_array(arrays, "deviation_um", deviation.ravel() * MICROMETRES, np.float32)
    add_array(arrays, "height_um", height.ravel() * MICROMETRES, np.float32)
    arrays.SetActiveScalars("deviation_um")
    add_field(data, field)
    write_data_set(vtkXMLPolyDataWriter(), data, path)
