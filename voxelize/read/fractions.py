"""Phase fractions of a volume's voxels, as `write.fractions` writes them."""

import os
from pathlib import Path

import numpy as np

from dem.errors import InputError
from voxelize.deposit.fractions import Fractions
from voxelize.read.hdf5 import open_hdf5
from voxelize.volume import ACTIVE_MATERIAL, Volume

_ALIKE = 0.75
"""Mean share of active material that its voxels must hold: those at a surface hold more than half
on average, those of another structure what it has of the material."""
_OFF = 1e-3
"""How far a voxel's shares may be from a whole: three of them, written with four digits."""


def read_fractions(path: str | os.PathLike, volume: Volume) -> Fractions:
    """The data sets `am`, `cbd` and `pore` of an HDF5 file, shares of the voxels of the volume.

    Raises InputError for a file that is none, lacks one of them, or is of other voxels.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file; expected an HDF5 file with am, cbd and pore")
    found = Fractions(*(_read(path, name, volume.labels.shape) for name in Fractions._fields))
    _check_sums(path, found, volume)
    share, voxels = 0.0, 0
    for layer, labels in zip(found.am, volume.labels, strict=True):
        active = labels == ACTIVE_MATERIAL
        share += float(layer[active].sum(dtype=np.float64))
        voxels += int(np.count_nonzero(active))
    if voxels and share < _ALIKE * voxels:
        raise InputError(
            f"{path}: holds {100 * share / voxels:.0f} % of active material where the volume has "
            "voxels of it; expected the shares of the same structure, axes and crop"
        )
    return found


def _check_sums(path: Path, found: Fractions, volume: Volume) -> None:
    """Refuse voxels that hold more than a whole, or less where there is no collector to fill it."""
    inside, heights = volume.coating, volume.layer_weights
    for k in range(inside.start, inside.stop):
        total = found.am[k] + found.cbd[k] + found.pore[k]
        if total.max() > 1.0 + _OFF:
            raise InputError(
                f"{path}: am, cbd and pore add up to {total.max():g} in a voxel; expected no more "
                "than 1"
            )
        if not volume.collector_layers and total.min() < heights[k] - _OFF:
            raise InputError(
                f"{path}: am, cbd and pore add up to {total.min():g} in a voxel of the coating; "
                f"expected {heights[k]:g}, as the volume has no collector"
            )


def _read(path: Path, name: str, shape: tuple[int, ...]) -> np.ndarray:
    with open_hdf5(path, name) as stored:
        if stored.shape != shape:
            sizes = (" × ".join(map(str, of)) for of in (stored.shape, shape))
            raise InputError("{}: {} is of {} voxels; expected {}, those of the volume".format(
                path, name, *sizes
            ))  # fmt: skip
        share = stored.read(tuple((0, size) for size in shape)).astype(np.float32, copy=False)
    if not (share.min() >= -1e-6 and share.max() <= 1.0 + 1e-6):
        raise InputError(
            f"{path}: {name} has values from {share.min():g} to {share.max():g}; expected shares "
            "from 0 to 1"
        )
    return share
