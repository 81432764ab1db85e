"""Volumes with pores of known shape, in voxels."""

import numpy as np

from voxelize.volume import ACTIVE_MATERIAL, PORE, Volume

VOXEL = 0.2e-6


def volume_of(labels, periodic=False, thickness=None, nanoporosity=0.5):
    """A volume whose coating is all of it, or so many voxels thick."""
    labels = np.asarray(labels, np.uint8)
    layers = len(labels) if thickness is None else thickness
    return Volume(labels, VOXEL, periodic, layers * VOXEL, nanoporosity)


def solid(shape):
    return np.full(shape, ACTIVE_MATERIAL, np.uint8)


def centres(shape):
    """Coordinates z, y, x of the voxels' centres."""
    return np.meshgrid(*(np.arange(n) + 0.5 for n in shape), indexing="ij", sparse=True)


def ball(shape, centre, radius):
    z, y, x = (c - at for c, at in zip(centres(shape), centre, strict=True))
    return z**2 + y**2 + x**2 < radius**2


def rod(shape, axis, centre, radius):
    """A cylinder along an axis through a point of the two others."""
    across = [c for a, c in enumerate(centres(shape)) if a != axis]
    return np.broadcast_to(
        sum((c - at) ** 2 for c, at in zip(across, centre, strict=True)) < radius**2, shape
    )


def slit(shape, normal, width):
    """A plane slit through the middle."""
    normal = np.asarray(normal, float) / np.linalg.norm(normal)
    height = sum((c - n / 2) * u for c, n, u in zip(centres(shape), shape, normal, strict=True))
    return np.broadcast_to(np.abs(height) < width / 2, shape)


def with_pores(shape, *pores):
    labels = solid(shape)
    for pore in pores:
        labels[pore] = PORE
    return labels


def overlapping_spheres(shape, count, radius, seed):
    """Solid spheres at random places, in-plane sides periodic; some lie half above or below."""
    rng = np.random.default_rng(seed)
    grown = shape[0] + 2 * int(np.ceil(radius))
    places = rng.random((round(count * grown / shape[0]), 3)) * (grown, *shape[1:])
    places[:, 0] -= np.ceil(radius)
    labels = np.full(shape, PORE, np.uint8)
    reach = int(radius) + 1
    near = np.arange(-reach, reach + 1)
    for place in places:
        index = [np.floor(at).astype(int) + near for at in place]
        z, y, x = (
            (i + 0.5 - at).reshape(side)
            for i, at, side in zip(index, place, ((-1, 1, 1), (1, -1, 1), (1, 1, -1)), strict=True)
        )
        inside = z**2 + y**2 + x**2 < radius**2
        level = (index[0] >= 0) & (index[0] < shape[0])
        block = np.ix_(index[0][level], index[1] % shape[1], index[2] % shape[2])
        labels[block] = np.where(inside[level], ACTIVE_MATERIAL, labels[block])
    return labels


def rolled(volume, shift):
    """The same periodic electrode with its sides cut elsewhere."""
    labels = np.roll(volume.labels, shift, axis=(1, 2))
    return Volume(
        labels, volume.voxel_size, volume.periodic, volume.thickness, volume.cbd_nanoporosity
    )
