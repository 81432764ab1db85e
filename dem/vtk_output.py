"""VTK files of grains and bonds, and the series that ParaView plays; lengths in µm."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import (
    vtkCellArray,
    vtkDataSet,
    vtkDataSetAttributes,
    vtkPolyData,
)
from vtkmodules.vtkIOXML import vtkXMLPolyDataWriter, vtkXMLWriter

from dem.bonds import Bonds
from dem.box import Box
from dem.breaks import Breaks
from dem.grains import Grains
from dem.skeleton import Skeleton
from dem.stress import particle_stress, von_mises

MICROMETRES = 1e6
MEGAPASCALS = 1e-6
PICOJOULES = 1e12
_TENSOR_COMPONENTS = ("xx", "xy", "xz", "yx", "yy", "yz", "zx", "zy", "zz")


def write_grains(
    path: Path,
    grains: Grains,
    *,
    box: Box,
    stress: np.ndarray,
    displacement: np.ndarray,
    fragment: np.ndarray,
    field: Mapping[str, float],
    cracked: np.ndarray | None = None,
    skeleton: Skeleton | None = None,
    unbroken: np.ndarray | None = None,
) -> None:
    """Write the grains as points of a `.vtp` file, wrapped into a periodic box.

    stress : (n, 3, 3) [Pa], with the sign it is given
    displacement : (n, 3) [m], from the unloaded picture
    fragment : (n,), id of the fragment a grain belongs to
    field : figures of the whole state, such as `density_g_cm3`, written as field data
    cracked : (n,) bool, whether the grain's particle is cracked; left out when None
    skeleton : what carried the load; without it there are neither contacts nor chains
    unbroken : (n,) [Pa], von Mises stress where no bond breaks; left out when None
    Raises OSError when the file cannot be written.
    """
    centre = box.wrap(grains.position) * MICROMETRES
    data = vtkPolyData()
    data.SetPoints(_points(centre))
    data.SetVerts(_cells(np.arange(len(centre)), points_per_cell=1))
    stress_MPa = np.asarray(stress, dtype=np.float64).reshape(-1, 3, 3) * MEGAPASCALS
    arrays = data.GetPointData()
    add_array(arrays, "radius_um", grains.radius * MICROMETRES, np.float32)
    add_array(arrays, "particle_id", grains.particle, np.int32)
    add_array(arrays, "material", grains.material, np.int32)
    add_array(arrays, "fragment_id", fragment, np.int32)
    if cracked is not None:
        add_array(arrays, "cracked", cracked, np.uint8)
    add_array(arrays, "von_mises_MPa", von_mises(stress_MPa), np.float32)
    if unbroken is not None:
        add_array(arrays, "unbroken_von_mises_MPa", unbroken * MEGAPASCALS, np.float32)
    _add_tensor(arrays, "stress_MPa", stress_MPa)
    _, of_particle, row = particle_stress(stress_MPa, grains.volume, grains.particle)
    add_array(arrays, "particle_von_mises_MPa", von_mises(of_particle)[row], np.float32)
    _add_tensor(arrays, "particle_stress_MPa", of_particle[row])
    if skeleton is not None:
        add_array(arrays, "contacts", skeleton.contacts, np.int32)
        add_array(arrays, "coordination", skeleton.neighbours, np.int32)
        add_array(arrays, "force_chain_id", skeleton.chain, np.int32)
    add_array(arrays, "displacement_um", displacement * MICROMETRES, np.float32, components="xyz")
    arrays.SetActiveScalars("radius_um")
    add_field(data, field)
    write_data_set(vtkXMLPolyDataWriter(), data, path)


def write_bonds(
    path: Path,
    grains: Grains,
    bonds: Bonds,
    *,
    box: Box,
    force: np.ndarray,
    field: Mapping[str, float],
    breaks: Breaks | None = None,
    aperture: np.ndarray | None = None,
) -> None:
    """Write the bonds as lines of a `.vtp` file, each from its first grain along the minimum image.

    force : (m, 3) [N], force on the first grain; `normal_force_N` is its part along the line to the
        second grain, tension positive
    field : figures of the whole state, written as field data
    breaks : when bonds broke, and what each released; left out when None
    aperture : (m,) [m], how far the broken ones opened; left out when None
    Raises OSError when the file cannot be written.
    """
    start = box.wrap(grains.position)[bonds.first]
    along = box.nearest(grains.position[bonds.second] - grains.position[bonds.first])
    length = np.linalg.norm(along, axis=1)
    direction = along / np.maximum(length, np.finfo(np.float64).tiny)[:, None]
    force = np.asarray(force, dtype=np.float64).reshape(-1, 3)

    data = vtkPolyData()
    ends = np.stack([start, start + along], axis=1).reshape(-1, 3) * MICROMETRES
    data.SetPoints(_points(ends))
    data.SetLines(_cells(np.arange(len(ends)), points_per_cell=2))
    arrays = data.GetCellData()
    add_array(arrays, "state", bonds.state, np.uint8)
    add_array(arrays, "force_N", force, np.float64, components="xyz")
    add_array(arrays, "normal_force_N", np.einsum("ij,ij->i", force, direction), np.float64)
    add_array(arrays, "area_um2", bonds.area * MICROMETRES**2, np.float32)
    add_array(arrays, "length_um", length * MICROMETRES, np.float32)
    add_array(arrays, "tensile_strength_MPa", bonds.tensile_strength * MEGAPASCALS, np.float32)
    add_array(arrays, "cohesion_MPa", bonds.cohesion * MEGAPASCALS, np.float32)
    add_array(arrays, "first_material", grains.material[bonds.first], np.int32)
    add_array(arrays, "second_material", grains.material[bonds.second], np.int32)
    add_array(arrays, "particle_id", grains.particle[bonds.first], np.int32)
    if breaks is not None:
        step, released = np.full(len(bonds.state), -1), np.zeros(len(bonds.state))
        step[breaks.bond], released[breaks.bond] = breaks.step, breaks.energy
        add_array(arrays, "break_step", step, np.int64)
        add_array(arrays, "released_pJ", released * PICOJOULES, np.float32)
    if aperture is not None:
        opened = aperture * bonds.area * MICROMETRES**3
        add_array(arrays, "aperture_um", aperture * MICROMETRES, np.float32)
        add_array(arrays, "opened_volume_um3", opened, np.float32)
    arrays.SetActiveScalars("state")
    add_field(data, field)
    write_data_set(vtkXMLPolyDataWriter(), data, path)


def write_series(path: Path, entries: Iterable[tuple[float, str]]) -> None:
    """Write a `.pvd` collection: (time, file relative to the collection's folder) in order of time.

    The time is the state's index on the loading path. Raises OSError when it cannot be written.
    """
    lines = [
        f'    <DataSet timestep="{time:g}" part="0" file={quoteattr(Path(file).as_posix())}/>'
        for time, file in entries
    ]
    text = "\n".join(
        [
            '<?xml version="1.0"?>',
            '<VTKFile type="Collection" version="0.1" byte_order="LittleEndian">',
            "  <Collection>",
            *lines,
            "  </Collection>",
            "</VTKFile>",
            "",
        ]
    )
    path = Path(path)
    temporary = path.with_name(f".{path.name}.partial")
    try:
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def add_array(
    attributes: vtkDataSetAttributes,
    name: str,
    values: np.ndarray,
    dtype: type,
    components: Iterable[str] = (),
) -> None:
    """Add a copy of (n,) or (n, c) values under a name, its components named."""
    array = numpy_to_vtk(np.ascontiguousarray(values, dtype=dtype), deep=True)
    array.SetName(name)
    for index, component in enumerate(components):
        array.SetComponentName(index, component)
    attributes.AddArray(array)


def _add_tensor(attributes: vtkDataSetAttributes, name: str, tensor: np.ndarray) -> None:
    add_array(attributes, name, tensor.reshape(-1, 9), np.float32, components=_TENSOR_COMPONENTS)


def add_field(data: vtkDataSet, field: Mapping[str, float]) -> None:
    """Add figures of the whole data set as one-value field arrays."""
    for name, value in field.items():
        array = numpy_to_vtk(np.array([value], dtype=np.float64), deep=True)
        array.SetName(name)
        data.GetFieldData().AddArray(array)


def write_data_set(writer: vtkXMLWriter, data: vtkDataSet, path: Path) -> None:
    """Write compressed binary to a temporary name, then rename, so that no half file is ever read.

    Raises OSError when the file cannot be written, a full disk included.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.partial")
    # VTK only prints that it could not open a file; Python says why.
    temporary.open("wb").close()
    writer.SetFileName(str(temporary))
    writer.SetInputData(data)
    writer.SetDataModeToAppended()
    writer.EncodeAppendedDataOff()
    writer.SetCompressorTypeToZLib()
    try:
        written = writer.Write()
        if not written or writer.GetErrorCode():
            raise OSError(f"{path}: VTK could not write the file (is the disk full?)")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _points(position: np.ndarray) -> vtkPoints:
    points = vtkPoints()
    points.SetData(numpy_to_vtk(np.ascontiguousarray(position, dtype=np.float32), deep=True))
    return points


def _cells(connectivity: np.ndarray, points_per_cell: int) -> vtkCellArray:
    cells = vtkCellArray()
    cells.SetData(
        points_per_cell,
        numpy_to_vtkIdTypeArray(np.ascontiguousarray(connectivity, dtype=np.int64), deep=True),
    )
    return cells
