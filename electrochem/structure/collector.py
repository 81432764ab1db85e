"""What the coating touches of the collector, and how far it pressed into it."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from electrochem.structure.surface_area import interface_area
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR, Volume

_SMOOTHING = 2.0
"""Standard deviation [voxels] of the Gaussian from whose gradient a face's normal is read."""
_MARGIN = int(4 * _SMOOTHING) + 1
"""Layers about the collector's face that its smoothed normals see."""


@dataclass(frozen=True)
class CollectorFace:
    """The collector's coated face.

    am_area, cbd_area : that active material and binder domain touch, per footprint [m²/m²]; above 1
        in sum only where the face is embossed
    rms, deepest : imprint, of the face's height about its mean plane [m]: root mean square (the
        steps of a voxel h add up to h/√12 in quadrature) and depth of the lowest place
    """

    am_area: float
    cbd_area: float
    rms: float
    deepest: float


def collector_face(volume: Volume) -> CollectorFace | None:
    """Contact areas from voxel faces weighted with the local normal (`surface_area`), and imprint.

    None for a volume without a collector.
    """
    if not (volume.labels[0] == COLLECTOR).any():
        return None
    foil, h = volume.collector_layers, volume.voxel_size
    height = face_height(volume)
    lowest, highest = (round(float(z) / h) + foil for z in (height.min(), height.max()))
    # The coating may overhang a dent: what is looked at reaches beyond the face either way.
    layers = slice(max(lowest - _MARGIN, 0), highest + _MARGIN)
    labels = volume.labels[layers]
    is_foil = labels == COLLECTOR
    sides = "grid-wrap" if volume.periodic else "reflect"
    field = gaussian_filter(is_foil.astype(np.float32), _SMOOTHING, mode=("nearest", sides, sides))
    areas = [
        interface_area(
            is_foil, labels == phase, field, volume.layer_weights[layers], volume.periodic
        )
        / labels[0].size
        for phase in (ACTIVE_MATERIAL, CARBON_BINDER)
    ]
    return CollectorFace(*areas, float(height.std()), float(0.0 - height.min()))


def face_height(volume: Volume) -> np.ndarray:
    """Height (ny, nx) [m] of the coated face above its mean plane, by the collector's volume in
    each column of voxels."""
    count = np.zeros(volume.labels.shape[1:], np.int64)
    for layer in volume.labels:
        is_foil = layer == COLLECTOR
        if not is_foil.any():
            break
        count += is_foil
    return (count - count.mean()) * volume.voxel_size
