"""Label volumes written as TIFF, whole or not at all."""

import io
import os
from pathlib import Path

import numpy as np
import tifffile

from voxelize.volume import Volume


def write_labels(path: str | os.PathLike, volume: Volume) -> None:
    """Write the labels as an 8-bit ImageJ TIFF, through-plane first, with the voxel size in µm.

    The file appears whole or not at all: it is written beside its place, synced and renamed.
    raises OSError where the disk is full or the folder cannot be written
    """
    path = Path(path)
    size = volume.voxel_size * 1e6
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    # In memory first: on a full disk NumPy's own writing into files does not say so.
    image = io.BytesIO()
    try:
        tifffile.imwrite(
            image,
            np.ascontiguousarray(volume.labels, dtype=np.uint8),
            imagej=True,
            resolution=(1.0 / size, 1.0 / size),
            metadata={"axes": "ZYX", "unit": "um", "spacing": size},
        )
        with open(unfinished, "wb") as file:
            file.write(image.getbuffer())
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
