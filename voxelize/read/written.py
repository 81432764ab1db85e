"""Volumes that this program wrote, read back whole: particle ids and nanoporosities included."""

import os
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np

from dem.errors import InputError
from voxelize.read.formats import open_image
from voxelize.read.volume import read_volume
from voxelize.volume import Volume

_ARRAYS = {
    ".h5": {"particle": "particle", "nanoporosity_field": "nanoporosity"},
    ".vti": {"particle": "particle_id", "nanoporosity_field": "cbd_nanoporosity"},
}
"""Name in a file of each array that may stand beside the labels."""
_KINDS = {"particle": np.int32, "nanoporosity_field": np.float32}


def read_written(path: str | os.PathLike) -> Volume:
    """The volume as it was written; of another program's file, its labels as `read_volume` does.

    Raises InputError where the file is damaged or says too little, or its arrays differ in shape.
    """
    path = Path(path)
    with open_image(path) as image:
        record = image.record
    volume = read_volume(path)
    volume = replace(volume, periodic=bool(record.periodic))
    found = {name: _beside(path, name, volume.labels.shape) for name in _KINDS}
    return replace(volume, **found)


def _beside(path: Path, name: str, shape: tuple[int, ...]) -> np.ndarray | None:
    """An array that goes with the labels, or None where there is none."""
    dataset = None
    if path.suffix == ".nrrd":
        what = "particle" if name == "particle" else "nanoporosity"
        path = path.with_name(f"{path.stem}.{what}.nrrd")
        if not path.is_file():
            return None
    elif path.suffix in _ARRAYS:
        dataset = _ARRAYS[path.suffix][name]
        if not _holds(path, dataset):
            return None
    else:
        return None
    with open_image(path, dataset) as image:
        if image.shape != shape:
            raise InputError(
                f"{path}: {dataset or 'its array'} has the shape {image.shape}, "
                f"expected that of the labels, {shape}"
            )
        return np.ascontiguousarray(image.read(tuple((0, n) for n in shape)), dtype=_KINDS[name])


def _holds(path: Path, dataset: str) -> bool:
    """Whether a file has an array of a name."""
    if path.suffix == ".vti":
        # The names stand in the XML of the cells' arrays, before the values of any.
        cells = path.read_bytes().partition(b"<CellData")[2].partition(b"</CellData>")[0]
        return f'Name="{dataset}"'.encode() in cells
    with h5py.File(path) as file:
        return dataset in file
