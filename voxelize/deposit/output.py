"""The empty volume that moved grains land in, of the input's voxel size or another."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from dem.errors import InputError
from voxelize.volume import COLLECTOR, Volume, layer_weights

VOXEL_SIZE_TOLERANCE = 0.01
"""How far, relative to what was asked for, a voxel size may be moved to fit the footprint."""


def fitting_voxel_size(volume: Volume, wanted: float) -> float:
    """The voxel size nearest to the wanted one [m] that fills the footprint with whole voxels.

    Raises InputError, naming the nearest that fit, where none lies within 1 %.
    """
    ny, nx = volume.labels.shape[1:]
    h = volume.voxel_size
    common = np.gcd(ny, nx)
    # Whole voxels across both sides: an edge of common · h over any whole number.
    count = max(round(common * h / wanted), 1)
    found = h if count == common else common * h / count
    if abs(found - wanted) > VOXEL_SIZE_TOLERANCE * wanted:
        near = {max(int(common * h / wanted), 1), int(common * h / wanted) + 1}
        sizes = " and ".join(f"{common * h / n * 1e9:.6g}" for n in sorted(near))
        raise InputError(
            f"voxels.voxel_size: {wanted * 1e9:g} nm does not divide a footprint of {nx} × {ny} "
            f"voxels of {h * 1e9:g} nm; expected a size within 1 % of one that does, the nearest "
            f"being {sizes} nm"
        )
    return found


def collector_layers(old: Volume, ratio: float) -> int:
    """Layers of the collector in voxels `ratio` times as large; one of any thickness keeps one."""
    return max(round(old.collector_layers / ratio), 1) if old.collector_layers else 0


class Layers(NamedTuple):
    """Layers of a new volume: of the foil, how many of them are made of grains, and the share of
    each (nz,) that lies below the upper plane."""

    foil: int
    made: int
    weight: np.ndarray


def empty_volume(
    old: Volume, thickness: float, voxel_size: float | None, rigid: int
) -> tuple[Volume, float, Layers]:
    """A volume with nothing but the rigid collector, its voxel size over the old one's, its layers.

    thickness : [m], of the new coating; voxel_size : [m], None for the old one's
    rigid : layers of the old collector that are not made of grains
    """
    h = old.voxel_size if voxel_size is None else fitting_voxel_size(old, voxel_size)
    rows = round(old.labels.shape[1] * old.voxel_size / h)
    ratio = old.labels.shape[1] / rows
    foil = old.collector_layers
    new_foil = collector_layers(old, ratio)
    layers = int(np.ceil(thickness / h - 1e-9))
    shape = (new_foil + layers, rows, round(old.labels.shape[2] / ratio))
    labels = np.zeros(shape, np.uint8)
    layer = np.floor((np.arange(len(labels)) + 0.5 - new_foil) * ratio).astype(int) + foil
    row, column = (np.floor((np.arange(n) + 0.5) * ratio).astype(int) for n in labels.shape[1:])
    grainy = rigid < foil
    for k in range(len(labels)):
        if layer[k] < 0:
            labels[k] = COLLECTOR
        elif layer[k] < (rigid if grainy else len(old.labels)):
            source = old.labels[layer[k]]
            if (source == COLLECTOR).any():
                labels[k][source[np.ix_(row, column)] == COLLECTOR] = COLLECTOR
    volume = replace(
        old, labels=labels, voxel_size=h, thickness=thickness, particle=None,
        nanoporosity_field=None,
    )  # fmt: skip
    filled = int(np.count_nonzero(labels.any(axis=(1, 2))))
    made = max(new_foil - filled, 0) if grainy else 0
    weight = layer_weights(len(labels), new_foil, thickness / h)
    return volume, ratio, Layers(new_foil, made, weight)
