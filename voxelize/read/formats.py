"""The formats of label volumes: which file is opened by whom."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from dem.errors import InputError
from voxelize.read.hdf5 import open_hdf5
from voxelize.read.nrrd_file import open_nrrd
from voxelize.read.numpy_file import open_npy, open_npz
from voxelize.read.record import Record, record_beside
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


def open_image(path: Path, dataset: str | None = None) -> StoredImage:
    """Open a label volume by its format, with what it and a sidecar `<file>.json` say of it.

    dataset : array of an NPZ or VTI file, path of a dataset in an HDF5 file
    raises InputError where there is no such file, its format is none of these, it is damaged, or
        the sidecar contradicts this program's record in the file
    """
    path = Path(path)
    beside = record_beside(path)
    try:
        image = _open(path, dataset)
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({error.strerror or error}), expected a label volume"
        ) from None
    try:
        return _with_sidecar(path, image, beside)
    except InputError:
        image.close()
        raise


def _with_sidecar(path: Path, image: StoredImage, beside: Record) -> StoredImage:
    """The image with what a sidecar says of it; InputError where one record is of another volume.

    A record that this program wrote into the file is the truth of what it holds: a sidecar may fill
    it, not contradict it. What other programs say may be wrong: there the sidecar knows better.
    """
    own, doubts = image.record, image.doubts
    if beside.shape not in (None, image.shape):
        raise InputError(
            f"{_named(path)} is of {_told(beside.shape)} voxels, expected one of the file's "
            f"{_told(image.shape)}: delete it, or write it anew"
        )
    if own.shape not in (None, image.shape):
        if beside.shape is None:
            raise InputError(
                f"{path}: its record is of {_told(own.shape)} voxels, the file holds "
                f"{_told(image.shape)}: it was cut or scaled since; expected a record that fits in "
                f"{path.name}.json, with its shape"
            )
        # The record in the file is of what it was before; the one beside it knows better.
        own = Record()
    for key, theirs, its in beside.against(own):
        found = f"{_named(path)} gives {key} = {_told(theirs)}, the file itself {_told(its)}"
        if own.ours or beside.shape is not None:
            way = (
                f"take {key} out of it, and tell the reader where the file is wrong"
                if own.ours
                else "delete the record, or take shape out of it if it is right"
            )
            raise InputError(f"{found}, expected one of them: {way}")
        doubts += (f"{found}: the record beside it was taken",)
    return replace(image, record=beside.over(own), doubts=doubts)


def _named(path: Path) -> str:
    return f"{path}: the record beside it ({path.name}.json)"


def _told(value: object) -> str:
    if isinstance(value, tuple):
        return " × ".join(f"{number:.6g}" for number in value)
    return f"{value:.6g}" if isinstance(value, float) else str(value)


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
