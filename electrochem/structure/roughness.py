"""Height map of the upper surface of a coating and its roughness."""

from dataclasses import dataclass

import numpy as np

from electrochem.structure.phase_fractions import coating
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, Volume


@dataclass(frozen=True, eq=False)
class Surface:
    """The upper surface as a microscope above it would see it.

    height : (ny, nx) [m], above the collector's coated face, of the highest solid in each column of
        voxels; 0 where the foil lies open
    deviation : (ny, nx) [m], from the mean plane
    """

    height: np.ndarray
    deviation: np.ndarray

    @property
    def rms(self) -> float:
        """Root mean square height Sq [m] (ISO 25178), the mean plane removed."""
        return float(np.sqrt((self.deviation**2).mean()))


def surface(volume: Volume) -> Surface:
    """The upper surface of active material and binder domain.

    Heights come in steps of a voxel h, but for the plate's own plane, which may cut a layer: that
    adds up to h/√12 in quadrature. Waves longer than the footprint and finer than a voxel are not
    seen. Where the volume ends inside the coating, its cut is what is measured.
    Raises InputError for a volume without a coating.
    """
    labels, weights = coating(volume)
    upper = volume.voxel_size * np.cumsum(weights)
    height = np.zeros(labels.shape[1:])
    for layer, top in zip(labels, upper, strict=True):
        height[(layer == ACTIVE_MATERIAL) | (layer == CARBON_BINDER)] = top
    return Surface(height, height - _mean_plane(height))


def _mean_plane(height: np.ndarray) -> np.ndarray:
    """Least-squares plane of a map; x and y, counted from the middle, are orthogonal on a grid."""
    y, x = (np.arange(size) - 0.5 * (size - 1) for size in height.shape)
    plane = np.full(height.shape, height.mean())
    for axis, ramp in ((0, y[:, None]), (1, x[None, :])):
        if height.shape[axis] > 1:
            plane += ramp * (ramp * height).sum() / (ramp**2 * np.ones(height.shape)).sum()
    return plane
