"""The piece of a table's electrode that is rebuilt: its crop, and where foil and top cut it."""

from dataclasses import dataclass

import numpy as np

from dem.errors import InputError
from voxelize.read.particle_table import ParticleTable
from voxelize.rebuild.ellipsoids import volume_below

_ROUNDING = 1e-6


@dataclass(frozen=True, eq=False)
class Window:
    """Where the rebuilt volume lies in the table.

    origin : (x, y, z) [m] of its corner
    shape : layers, rows and columns
    trimmed_share : of the material of its footprint that lies below or above it
    """

    origin: np.ndarray
    shape: tuple[int, int, int]
    trimmed_share: float


def window_of(
    table: ParticleTable,
    crop: tuple[tuple[float, float], ...] | None,
    voxel_size: float,
    trim: float,
) -> Window:
    """The crop in whole voxels, from the first to the last layer that is full enough.

    A layer's fullness is that of the particles with their centroid above the footprint, relative
    to the median layer by volume: half of the material lies in fuller ones.

    crop : ((z0, z1), (y0, y1), (x0, x1)) [m], or None for all of the table
    raises InputError where the crop is none, lies outside the table or holds no particle
    """
    first, last = table.lower.min(axis=0)[::-1], table.upper.max(axis=0)[::-1]
    if crop is None:
        crop = tuple(zip(first, last, strict=True))
    _check_crop(crop, first, last, voxel_size)
    layers, rows, columns = (int((stop - start) / voxel_size + _ROUNDING) for start, stop in crop)
    if min(layers, rows, columns) < 1:
        raise InputError(
            f"crop: expected at least a voxel of {voxel_size * 1e6:g} µm each way, found "
            f"{_edges(crop)}"
        )
    (z0, _), (y0, _), (x0, _) = crop
    corner = np.array([x0, y0])
    size = voxel_size * np.array([columns, rows])
    above = ((table.centroid[:, :2] >= corner) & (table.centroid[:, :2] < corner + size)).all(1)
    if not above.any():
        raise InputError(f"crop: holds no particle's centroid, found {_edges(crop)}")
    fullness, total = _fullness(table[above], z0, layers, voxel_size)
    order = np.argsort(fullness)
    below = np.cumsum(fullness[order])
    if not below[-1] > 0.0:
        raise InputError(f"crop: holds no active material, found {_edges(crop)}")
    median = fullness[order][np.searchsorted(below, 0.5 * below[-1])]
    full = np.flatnonzero((fullness > 0.0) & (fullness >= trim * median))
    bottom, top = int(full[0]), int(full[-1]) + 1
    return Window(
        origin=np.array([x0, y0, z0 + bottom * voxel_size]),
        shape=(top - bottom, rows, columns),
        trimmed_share=max(0.0, 1.0 - float(fullness[bottom:top].sum()) / total),
    )


def _fullness(table, z0, layers, voxel_size):
    """Volume [m³] in each layer, and that of all particles."""
    half = 0.5 * (table.upper - table.lower)
    scale = np.cbrt(table.volume / (4.0 / 3.0 * np.pi * half.prod(axis=1)))
    cuts = z0 + voxel_size * np.arange(layers + 1)
    volume = np.zeros(layers)
    # A few particles at a time: all of a large table at once would be particles × layers.
    for some in np.array_split(np.arange(len(half)), 1 + len(half) * layers // 2_000_000):
        share = volume_below(table.centroid[some, 2], (half[:, 2] * scale)[some], cuts)
        volume += table.volume[some] @ np.diff(share, axis=1)
    return volume, float(table.volume.sum())


def _check_crop(crop, first, last, voxel_size):
    if len(crop) != 3:
        raise InputError(f"crop: expected [from, to] along z, y and x, found {len(crop)} of them")
    for name, (start, stop), low, high in zip("zyx", crop, first, last, strict=True):
        if not start < stop:
            raise InputError(
                f"crop: in {name} from {start * 1e6:g} to {stop * 1e6:g} µm, expected the lower "
                "bound first"
            )
        # Along z empty layers are trimmed; an image's own edge lies a voxel or two outside.
        slack = np.inf if name == "z" else 2.0 * voxel_size
        if start < low - slack or stop > high + slack:
            raise InputError(
                f"crop: in {name} from {start * 1e6:g} to {stop * 1e6:g} µm, expected it within "
                f"the table's {low * 1e6:.4g} to {high * 1e6:.4g} µm"
            )


def _edges(crop):
    spans = (f"{name} {a * 1e6:g} to {b * 1e6:g}" for name, (a, b) in zip("zyx", crop, strict=True))
    return f"{', '.join(spans)} µm"
