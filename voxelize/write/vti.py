"""VTK image data of a labelled volume; lengths in µm, z = 0 at the collector's coated face."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkIOXML import vtkXMLImageDataWriter

from dem.vtk_output import MICROMETRES, add_array, add_field, write_data_set
from voxelize.volume import Volume
from voxelize.write.metadata import metadata
from voxelize.write.whole import write_whole


def write_volume(
    path: Path,
    volume: Volume,
    grain: np.ndarray | None = None,
    particle: np.ndarray | None = None,
    *,
    fractions: Mapping[str, np.ndarray] | None = None,
    of_grains: Mapping[str, np.ndarray] | None = None,
    fields: Mapping[str, np.ndarray] | None = None,
    field: Mapping[str, float] | None = None,
) -> None:
    """Write a volume as a `.vti` file, one cell a voxel.

    The metadata are field data of numbers: each phase of the label map as `label_<phase>`; the axes
    are VTK's, x fastest.

    grain, particle : (nz, ny, nx) int, ids written beside the labels, −1 where there is none;
        without `particle`, that of the volume; a field of nanoporosities is written too
    fractions : (nz, ny, nx), shares of a phase in each voxel, written as `<phase>_fraction`
    of_grains : (n,) by name, figures of the grains, written for each voxel of theirs; nan elsewhere
    fields : (nz, ny, nx) or (nz, ny, nx, 3) by name, figures of the voxels, vectors as x, y, z
    field : figures of the whole state, written as field data beside the metadata
    Raises OSError when the file cannot be written.
    """
    layers, rows, columns = volume.labels.shape
    voxel = volume.voxel_size * MICROMETRES
    data = vtkImageData()
    data.SetDimensions(columns + 1, rows + 1, layers + 1)
    data.SetSpacing(voxel, voxel, voxel)
    data.SetOrigin(0.0, 0.0, -volume.collector_layers * voxel)
    arrays = data.GetCellData()
    # C order of (z, y, x) is VTK's order of cells: x runs fastest.
    add_array(arrays, "label", volume.labels.ravel(), np.uint8)
    for name, ids in (
        ("particle_id", volume.particle if particle is None else particle),
        ("grain_id", grain),
    ):
        if ids is not None:
            add_array(arrays, name, ids.ravel(), np.int32)
    if volume.nanoporosity_field is not None:
        add_array(arrays, "cbd_nanoporosity", volume.nanoporosity_field.ravel(), np.float32)
    for phase, share in (fractions or {}).items():
        add_array(arrays, f"{phase}_fraction", share.ravel(), np.float32)
    for name, values in (of_grains or {}).items():
        # Index −1, no grain, reads the appended last entry.
        by_voxel = np.append(values, np.nan).astype(np.float32)[grain.ravel()]
        add_array(arrays, name, by_voxel, np.float32)
    for name, values in (fields or {}).items():
        flat = values.reshape(-1, 3) if values.ndim == 4 else values.ravel()
        add_array(arrays, name, flat, np.float32)
    arrays.SetActiveScalars("label")
    add_field(
        data,
        {
            "thickness_um": volume.thickness * MICROMETRES,
            **_numbers(metadata(volume)),
            **(field or {}),
        },
    )
    write_whole(path, lambda file: write_data_set(vtkXMLImageDataWriter(), data, file))


def _numbers(described: dict) -> dict[str, float]:
    """The metadata as single numbers, which is all that many readers of field data expect."""
    labels = {f"label_{phase}": value for phase, value in described["labels"].items()}
    kept = ("calendem", "thickness_m", "cbd_nanoporosity", "periodic")
    edge = described["voxel_size_m"][0]
    return {key: described[key] for key in kept} | {"voxel_size_m": edge} | labels
