"""The formats of label volumes: which file is opened by whom."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from dem.errors import InputError
from voxelize.read.hdf5 import open_hdf5
from voxelize.read.nrrd_file import open_nrrd
from voxelize.read.numpy_file import open_npy, open_npz
from voxelize.read.record import Record, sidecar
from voxelize.read.slices import open_slices
from voxelize.read.stored import StoredImage
from voxelize.read.tiff import open_tiff
from voxelize.read.vti import open_vti

ONE_ARRAY: dict[str, Callable[[Path], StoredImage]] = {
    ".tif": open_tiff,
    ".tiff": open_tiff,
    ".npy": open_npy,
    ".nrrd": open_nrrd,
    ".nhdr": open_nrrd,
}
"""Formats that hold one volume a file, by suffix."""

MANY_ARRAYS: dict[str, Callable[[Path, str | None], StoredImage]] = {
    ".npz": open_npz,
    ".h5": open_hdf5,
    ".hdf5": open_hdf5,
    ".hdf": open_hdf5,
    ".he5": open_hdf5,
    ".dream3d": open_hdf5,
    ".vti": open_vti,
}
"""Formats of which `dataset` names one array."""

_SAME = 1e-3
"""Relative difference of voxel sizes up to which two records agree: headers are rounded."""


def open_image(path: Path, dataset: str | None = None) -> StoredImage:
    """Open a label volume by its format; what a sidecar `<file>.json` says comes first.

    dataset : array of an NPZ or VTI file, path of a dataset in an HDF5 file
    raises InputError where there is no such file, its format is none of these, or it is damaged
    """
    path = Path(path)
    beside = sidecar(path)
    try:
        image = _open(path, dataset)
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({error.strerror or error}), expected a label volume"
        ) from None
    try:
        return replace(image, record=_joined(path, image, beside))
    except InputError:
        image.close()
        raise


def _joined(path: Path, image: StoredImage, beside: Record) -> Record:
    """What a sidecar says over what the file says; InputError where one is of another volume."""
    own = image.record
    if beside.shape is not None:
        sidecar_file = f"{path}: the record beside it ({path.name}.json)"
        if beside.shape != image.shape:
            raise InputError(
                f"{sidecar_file} is of {_told(beside.shape)} voxels, expected one of the file's "
                f"{_told(image.shape)}: delete it, or write it anew"
            )
        if own.shape not in (None, image.shape):
            # The record in the file is of what it was before; the one beside it knows better.
            own = Record()
        sizes = zip(beside.voxel_size or (), own.voxel_size or (), strict=False)
        if any(abs(one - other) > _SAME * other for one, other in sizes):
            raise InputError(
                f"{sidecar_file} gives voxels of {_told(beside.voxel_size)} m, the file itself "
                f"{_told(own.voxel_size)} m, expected one of them: delete the record, or take "
                "shape out of it if it is right"
            )
    elif own.shape not in (None, image.shape):
        raise InputError(
            f"{path}: its record is of {_told(own.shape)} voxels, the file holds "
            f"{_told(image.shape)}: it was cut or scaled since; expected a record that fits in "
            f"{path.name}.json, with its shape"
        )
    return beside.over(own)


def _told(numbers: tuple) -> str:
    return " × ".join(f"{number:.6g}" for number in numbers)


def _open(path: Path, dataset: str | None) -> StoredImage:
    suffix = path.suffix.lower()
    known = ", ".join((*ONE_ARRAY, *MANY_ARRAYS))
    if not path.exists():
        raise InputError(
            f"{path}: there is no such file, expected a label volume ({known}, or a folder of "
            "TIFF or PNG slices)"
        )
    if suffix in MANY_ARRAYS and path.is_file():
        return MANY_ARRAYS[suffix](path, dataset)
    if dataset is not None:
        raise InputError(
            f"{path}: dataset is {dataset!r}, but a file of this kind holds one volume; expected "
            f"it beside {', '.join(MANY_ARRAYS)} only"
        )
    if path.is_dir():
        return open_slices(path)
    if suffix not in ONE_ARRAY:
        raise InputError(
            f"{path}: has the suffix {suffix!r}, expected one of {known}, or a folder of TIFF or "
            "PNG slices"
        )
    return ONE_ARRAY[suffix](path)
