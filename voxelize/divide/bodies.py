"""Volume, centroid and nanoporosity of grains from their voxels."""

import numpy as np

from dem.jit import njit, prange
from voxelize.divide.members import place_of, voxels_by_label

_CHUNKS = 64


def grain_bodies(grain, count, volume):
    """Volumes (n,) [voxels], a cut top layer weighted, and centroids (n, 3), z, y, x [voxels].

    grain : (nz, ny, nx) int32, 0 … count−1, −1 outside; heights count from the collector's face,
    a centroid lies in the box where the volume is periodic. A grain of a periodic volume must be
    narrower than half the box.
    """
    voxel, start = voxels_by_label(grain, count)
    weights = volume.layer_weights
    # A voxel cut by the upper plane has its centre half-way up what is left of it.
    height = np.arange(grain.shape[0]) - volume.collector_layers + 0.5 * weights
    size, centroid = np.empty(count), np.empty((count, 3))
    _sum_chunks(voxel, start, grain.shape, volume.periodic, weights, height, size, centroid)
    return size, centroid


def grain_nanoporosity(grain, count, volume):
    """Mean pore share inside each grain's voxels (n,), a cut top layer weighted.

    grain : (nz, ny, nx) int32, 0 … count−1, −1 outside. The volume's own where it has no field of
    them; NaN for grains whose voxels have none
    """
    if volume.nanoporosity_field is None:
        return np.full(count, volume.cbd_nanoporosity)
    size, pores = np.zeros(count), np.zeros(count)
    _sum_pores(grain, volume.nanoporosity_field, volume.layer_weights, size, pores)
    return np.divide(pores, size, where=size > 0, out=np.full(count, np.nan))


@njit
def _sum_pores(grain, field, weight, size, pores):
    for k in range(grain.shape[0]):
        for j in range(grain.shape[1]):
            for i in range(grain.shape[2]):
                if grain[k, j, i] >= 0:
                    size[grain[k, j, i]] += weight[k]
                    pores[grain[k, j, i]] += weight[k] * field[k, j, i]


@njit(parallel=True)
def _sum_chunks(voxel, start, shape, periodic, weights, height, size, centroid):
    for chunk in prange(_CHUNKS):
        _sum_chunk(np.int64(chunk), voxel, start, shape, periodic, weights, height, size, centroid)


@njit
def _sum_chunk(chunk, voxel, start, shape, periodic, weights, height, size, centroid):
    count = len(size)
    for number in range(chunk * count // _CHUNKS, (chunk + 1) * count // _CHUNKS):
        layer, row, column = place_of(voxel[start[number]], shape)
        z, y, x = height[layer], row + 0.5, column + 0.5
        # From the first voxel; then from the middle found, from which images are nearest.
        for _ in range(2):
            total = 0.0
            off_z = off_y = off_x = 0.0
            for at in range(start[number], start[number + 1]):
                layer, row, column = place_of(voxel[at], shape)
                dz, dy, dx = height[layer] - z, row + 0.5 - y, column + 0.5 - x
                if periodic:
                    dy -= shape[1] * np.round(dy / shape[1])
                    dx -= shape[2] * np.round(dx / shape[2])
                weight = weights[layer]
                total += weight
                off_z += weight * dz
                off_y += weight * dy
                off_x += weight * dx
            z, y, x = z + off_z / total, y + off_y / total, x + off_x / total
        if periodic:
            y, x = y % shape[1], x % shape[2]
        size[number] = total
        centroid[number, 0], centroid[number, 1], centroid[number, 2] = z, y, x
