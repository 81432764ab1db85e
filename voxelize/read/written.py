"""Volumes that this program wrote, read back whole: particle ids and nanoporosities included."""

import json
import mmap
import os
from dataclasses import replace
from pathlib import Path

import h5py
import nrrd
import numpy as np

from dem.errors import InputError
from voxelize.read.formats import open_image
from voxelize.read.volume import read_volume
from voxelize.volume import ACTIVE_MATERIAL, Volume

_HDF5 = (".h5", ".hdf5", ".hdf", ".he5")
_KINDS = {"particle": np.int32, "nanoporosity_field": np.float32}


def read_written(path: str | os.PathLike) -> Volume:
    """The volume as it was written; of another program's file, its labels as `read_volume` does.

    A file is this program's where it bears the key `calendem` itself, which no sidecar replaces.
    Raises InputError where the file is damaged or says too little, or where its arrays differ in
    shape, or its particles are not where its active material is.
    """
    path = Path(path)
    with open_image(path) as image:
        record = image.record
    volume = read_volume(path)
    volume = replace(volume, periodic=bool(record.periodic))
    found = {
        name: _array(path, *place, volume.labels.shape, _KINDS[name])
        for name, place in _places(path).items()
    }
    _check_particles(path, volume.labels, found.get("particle"))
    return replace(volume, **found)


def arrays_beside(path: str | os.PathLike) -> tuple[str, ...]:
    """Which of `particle` and `nanoporosity_field` a file of this program holds; none in others."""
    return tuple(_places(Path(path)))


def _places(path: Path) -> dict[str, tuple[Path, str | None]]:
    """File and data set of each array that stands beside the labels in a file of ours."""
    suffix = path.suffix.lower()
    if suffix in _HDF5:
        names = {"particle": "particle", "nanoporosity_field": "nanoporosity"}
        with h5py.File(path) as file:
            ours = "calendem" in file.attrs
            return {key: (path, name) for key, name in names.items() if ours and name in file}
    if suffix == ".vti":
        return _places_in_vti(path)
    if suffix == ".nrrd":
        names = {"particle": "particle_file", "nanoporosity_field": "nanoporosity_file"}
        header = nrrd.read_header(str(path))
        ours = "calendem" in header
        return {
            key: (_beside(path, pair, header[pair]), None)
            for key, pair in names.items()
            if ours and pair in header
        }
    return {}


def _places_in_vti(path: Path) -> dict[str, tuple[Path, str]]:
    names = {"particle": "particle_id", "nanoporosity_field": "cbd_nanoporosity"}
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        # The names stand in the XML, fields before cells, whose metadata may have the same names.
        start, end = text.find(b"<CellData"), text.find(b"</CellData>")
        ours = text.find(b'Name="calendem"', 0, start) >= 0
        return {
            key: (path, name)
            for key, name in names.items()
            if ours and text.find(f'Name="{name}"'.encode(), start, end) >= 0
        }


def _beside(path: Path, pair: str, text: str) -> Path:
    """The file in the same folder that a key/value pair of an NRRD file names."""
    try:
        name = json.loads(text)
        beside = path.with_name(name)
    except (TypeError, ValueError):
        raise InputError(f"{path}: its {pair} is {text:.80}, expected a file's name") from None
    if not beside.is_file():
        raise InputError(f"{path}: its {pair} {name} is not there, expected it in the same folder")
    return beside


def _array(path: Path, source: Path, dataset: str | None, shape: tuple[int, ...], kind: type):
    with open_image(source, dataset) as image:
        what = f"{source}: {dataset or 'its array'}"
        if image.shape != shape:
            raise InputError(
                f"{what} has the shape {image.shape}, expected that of the labels, {shape}"
            )
        if not np.can_cast(image.dtype, kind, "same_kind"):
            raise InputError(f"{what} holds {image.dtype} values, expected {np.dtype(kind)}")
        return np.ascontiguousarray(image.read(tuple((0, n) for n in shape)), dtype=kind)


def _check_particles(path: Path, labels: np.ndarray, particle: np.ndarray | None) -> None:
    if particle is None:
        return
    wrong = np.count_nonzero((particle >= 0) != (labels == ACTIVE_MATERIAL))
    if wrong:
        raise InputError(
            f"{path}: at {wrong} voxels its particles and its active material disagree, expected "
            "an id from 0 up just where the label is active material"
        )
