"""Label volumes written as TIFF, whole or not at all."""

import io
import json
import os
from pathlib import Path

import numpy as np
import tifffile

from dem.errors import InputError
from voxelize.volume import Volume
from voxelize.write.metadata import fill_sidecar, metadata, sidecar
from voxelize.write.whole import write_together

LARGEST = 2**32 - 2**20
"""Bytes that an ImageJ TIFF can hold: its offsets have 32 bits, its tags need some room."""


def write_labels(path: str | os.PathLike, volume: Volume) -> None:
    """Write the labels as an 8-bit ImageJ TIFF, through-plane first, with the voxel size in µm.

    The metadata stand as JSON in ImageJ's info text and in the sidecar `<file>.json`.
    raises OSError where the disk is full or the folder cannot be written, InputError where there
    are more voxels than such a file can hold
    """
    labels = np.ascontiguousarray(volume.labels, dtype=np.uint8)
    if labels.nbytes > LARGEST:
        raise InputError(
            f"{path}: {labels.nbytes} voxels are too many for an ImageJ TIFF; expected at most "
            f"{LARGEST}, or the formats h5 and nrrd"
        )
    size = volume.voxel_size * 1e6
    layers, rows, columns = labels.shape
    # In memory first: on a full disk NumPy's own writing into files does not say so.
    image = io.BytesIO()
    tifffile.imwrite(
        image,
        # All of ImageJ's axes: of fewer, tifffile takes the last for samples where it is 1.
        labels.reshape(1, layers, 1, rows, columns, 1),
        imagej=True,
        resolution=(1.0 / size, 1.0 / size),
        metadata={
            "axes": "TZCYXS",
            "unit": "um",
            "spacing": size,
            "Info": json.dumps(metadata(volume)),
        },
    )
    write_together(
        {
            Path(path): lambda file: file.write_bytes(image.getbuffer()),
            sidecar(path): lambda file: fill_sidecar(file, metadata(volume)),
        }
    )
