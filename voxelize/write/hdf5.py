"""Label volumes and particle ids written as HDF5."""

import json
import os
from pathlib import Path

import h5py
import numpy as np

from dem.checkpoint import new_file
from voxelize.volume import Volume
from voxelize.write.metadata import metadata
from voxelize.write.whole import write_whole

_CHUNK = 64


def write_hdf5(path: str | os.PathLike, volume: Volume) -> None:
    """Write the data sets `labels` (uint8) and, where the volume has them, `particle` (int32, −1
    none) and `nanoporosity` (float32, of each voxel of the binder's domain, nan elsewhere).

    All are (nz, ny, nx), compressed; the metadata are attributes of the file and of each data
    set, the label map as JSON text. `element_size_um` beside them is what Fiji and ilastik read.
    raises OSError where the disk is full or the folder cannot be written
    """
    write_whole(path, lambda file: _fill(file, volume))


def _fill(path: Path, volume: Volume) -> None:
    with new_file(path) as file:
        describe(file, volume)
        _add(file, "labels", volume.labels, np.uint8, volume)
        if volume.particle is not None:
            _add(file, "particle", volume.particle, np.int32, volume)
        if volume.nanoporosity_field is not None:
            _add(file, "nanoporosity", volume.nanoporosity_field, np.float32, volume)


def _add(file: h5py.File, name: str, array: np.ndarray, kind: type, volume: Volume) -> None:
    data = file.create_dataset(
        name,
        data=np.ascontiguousarray(array, dtype=kind),
        chunks=tuple(min(_CHUNK, length) for length in array.shape),
        compression="gzip",
        compression_opts=1,
        shuffle=True,
    )
    describe(data, volume)
    data.attrs["element_size_um"] = 1e6 * volume.voxel_size * np.ones(3)
    for dimension, letter in zip(data.dims, "zyx", strict=True):
        dimension.label = letter


def describe(place: h5py.File | h5py.Dataset, volume: Volume) -> None:
    """Give a file or data set the volume's metadata as attributes, the label map as JSON text."""
    for key, value in metadata(volume).items():
        place.attrs[key] = json.dumps(value) if isinstance(value, dict) else value
