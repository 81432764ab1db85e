"""VTK file of a pore network as balls and sticks; lengths in µm, z = 0 at the coated face."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkIOXML import vtkXMLPolyDataWriter

from dem.vtk_output import MICROMETRES, add_array, add_field, write_data_set
from electrochem.structure.network import PoreNetwork


def write_network(path: Path, network: PoreNetwork, *, field: Mapping[str, float]) -> None:
    """Write pores as points and throats as lines of a `.vtp` file.

    A throat across a periodic side ends at an image of its second pore, a point of its own that
    bears `image` 1: glyphs of points with `image` 0 show each pore once. Arrays of cells say of a
    throat its radius, and 0 of a pore.

    field : figures of the whole volume, written as field data
    Raises OSError when the file cannot be written.
    """
    count = len(network.volume)
    start = network.position[network.first]
    end = network.position[network.second]
    turns = np.zeros((len(end), 2))
    if network.period is not None:
        turns = np.round((end - start)[:, :2] / network.period)
        end[:, :2] -= network.period * turns
    crosses = np.flatnonzero(turns.any(axis=1))
    target = network.second.copy()
    target[crosses] = count + np.arange(len(crosses))
    source = np.concatenate((np.arange(count), network.second[crosses]))

    data, points = vtkPolyData(), vtkPoints()
    place = np.concatenate((network.position, end[crosses])) * MICROMETRES
    points.SetData(numpy_to_vtk(place.astype(np.float32), deep=True))
    data.SetPoints(points)
    data.SetVerts(_cells(np.arange(count), 1))
    data.SetLines(_cells(np.stack((network.first, target), axis=1).ravel(), 2))
    arrays = data.GetPointData()
    for name, radius in (
        ("radius_um", network.equivalent_radius),
        ("inscribed_radius_um", network.inscribed_radius),
    ):
        add_array(arrays, name, radius[source] * MICROMETRES, np.float32)
    add_array(arrays, "coordination", network.coordination[source], np.int32)
    add_array(arrays, "pore_id", source, np.int32)
    add_array(arrays, "image", np.arange(len(source)) >= count, np.uint8)
    arrays.SetActiveScalars("radius_um")
    throat = np.concatenate((np.zeros(count), network.throat_radius * MICROMETRES))
    add_array(data.GetCellData(), "throat_radius_um", throat, np.float32)
    add_field(data, field)
    write_data_set(vtkXMLPolyDataWriter(), data, path)


def _cells(connectivity: np.ndarray, points_per_cell: int) -> vtkCellArray:
    cells = vtkCellArray()
    ids = numpy_to_vtkIdTypeArray(np.ascontiguousarray(connectivity, np.int64), deep=True)
    cells.SetData(points_per_cell, ids)
    return cells
