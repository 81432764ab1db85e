"""Ellipsoids that stand for the particles of a table."""

from typing import NamedTuple

import numpy as np

from voxelize.read.particle_table import ParticleTable


class Ellipsoids(NamedTuple):
    """Ellipsoids with axes along the grid's.

    centre, semi_axis : (n, 3) z, y, x [voxels]; voxel k has its centre at k + 0.5
    voxels : (n,) int64, volume of each
    """

    centre: np.ndarray
    semi_axis: np.ndarray
    voxels: np.ndarray

    def __getitem__(self, chosen):
        if isinstance(chosen, int | slice):
            return tuple.__getitem__(self, chosen)
        return Ellipsoids(*(tuple.__getitem__(self, k)[chosen] for k in range(3)))


def ellipsoids(table: ParticleTable, origin: np.ndarray, voxel_size: float) -> Ellipsoids:
    """Each particle as an ellipsoid of its volume about its centroid, in proportion to its box.

    The orientation is not to be had from a table: an oblique ellipsoid and its three mirror images
    have the same box and the same volume. The axes are laid along the box, the one choice that
    favours none of the four, and shortened until the volume is right.

    origin : (x, y, z) [m] of the grid's corner
    """
    edge = table.upper - table.lower
    semi_axis = edge * np.cbrt(table.volume / (4.0 / 3.0 * np.pi * edge.prod(axis=1)))[:, None]
    return Ellipsoids(
        centre=np.ascontiguousarray((table.centroid - origin)[:, ::-1] / voxel_size),
        semi_axis=np.ascontiguousarray(semi_axis[:, ::-1] / voxel_size),
        voxels=np.maximum(1, np.rint(table.volume / voxel_size**3)).astype(np.int64),
    )


def volume_below(centre: np.ndarray, semi_axis: np.ndarray, height: np.ndarray) -> np.ndarray:
    """Share of ellipsoids below planes across one of their axes, (n, m).

    centre, semi_axis : (n,) along that axis; height : (m,) of the planes
    """
    t = np.clip((height - centre[:, None]) / semi_axis[:, None], -1.0, 1.0)
    return 0.25 * (2.0 + 3.0 * t - t**3)
