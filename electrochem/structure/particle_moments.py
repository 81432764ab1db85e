"""Volume, place and second moments of every particle of a label volume."""

from typing import NamedTuple

import numpy as np

from dem.jit import njit


class Moments(NamedTuple):
    """Moments of n particles, by their ids.

    size : (n,) [voxels], a cut top layer weighted
    centre : (n, 3) [voxels], x, y, z of the centroid from the corner of the first voxel; of a
        periodic volume in its box
    covariance : (n, 3, 3) [voxels²], of the voxels' middles in x, y, z; nan where the particle has
        no two ends in a direction, as it closes with itself over periodic sides
    cut : (n,) bool, whether the particle meets a cut side, the volume's first or last layer or a
        layer that the upper plane cuts
    """

    size: np.ndarray
    centre: np.ndarray
    covariance: np.ndarray
    cut: np.ndarray


def particle_moments(
    particle: np.ndarray, count: int, weights: np.ndarray, periodic: bool
) -> Moments:
    """Moments of the particles 0 … count−1.

    particle : (nz, ny, nx) int32, −1 outside; weights : (nz,) of the layers, 0 … 1
    Over periodic sides a particle is put together at the widest gap between its voxels.
    """
    _, ny, nx = particle.shape
    rows, columns = np.zeros((count, ny), np.bool_), np.zeros((count, nx), np.bool_)
    cut = np.zeros(count, np.bool_)
    _occupy(particle, weights, periodic, rows, columns, cut)
    begin, wraps = np.zeros((count, 2), np.int64), np.zeros(count, np.bool_)
    if periodic:
        _begin(rows, begin[:, 0], wraps)
        _begin(columns, begin[:, 1], wraps)
    del rows, columns
    size, first, second = np.zeros(count), np.zeros((count, 3)), np.zeros((count, 3, 3))
    _sum(particle, weights, begin, size, first)
    held = np.where(size > 0.0, size, 1.0)
    first /= held[:, None]
    # About the centroid: sums of squares from the corner lose digits in a large volume.
    _sum_second(particle, weights, begin, first, second)
    second /= held[:, None, None]
    second[wraps] = np.nan
    centre = first + 0.5
    centre[:, 0] = (centre[:, 0] + begin[:, 1]) % nx
    centre[:, 1] = (centre[:, 1] + begin[:, 0]) % ny
    return Moments(size, centre, second, cut)


@njit
def _occupy(particle, weights, periodic, rows, columns, cut):
    nz, ny, nx = particle.shape
    for k in range(nz):
        at_plane = k == 0 or k == nz - 1 or weights[k] < 1.0
        for j in range(ny):
            for i in range(nx):
                p = particle[k, j, i]
                if p < 0 or weights[k] == 0.0:
                    continue
                rows[p, j] = columns[p, i] = True
                at_side = not periodic and (j == 0 or j == ny - 1 or i == 0 or i == nx - 1)
                if at_plane or at_side:
                    cut[p] = True


@njit
def _begin(occupied, begin, wraps):
    """First index after the widest gap on the ring; particles without a gap wrap."""
    count, n = occupied.shape
    for p in range(count):
        widest, gap = 0, 0
        for step in range(2 * n):
            if occupied[p, step % n]:
                if gap > widest and step > gap:
                    widest, begin[p] = gap, step % n
                gap = 0
            else:
                gap += 1
        if widest == 0 and gap == 0:
            wraps[p] = True


@njit
def _place(k, j, i, of, shape):
    """Coordinates x, y, z on the unrolled ring."""
    return (i - of[1]) % shape[2], (j - of[0]) % shape[1], k


@njit
def _sum(particle, weights, begin, size, first):
    for k in range(particle.shape[0]):
        for j in range(particle.shape[1]):
            for i in range(particle.shape[2]):
                p = particle[k, j, i]
                if p < 0:
                    continue
                x, y, z = _place(k, j, i, begin[p], particle.shape)
                size[p] += weights[k]
                first[p, 0] += weights[k] * x
                first[p, 1] += weights[k] * y
                first[p, 2] += weights[k] * z


@njit
def _sum_second(particle, weights, begin, centre, second):
    for k in range(particle.shape[0]):
        for j in range(particle.shape[1]):
            for i in range(particle.shape[2]):
                p = particle[k, j, i]
                if p < 0:
                    continue
                i_of, j_of, k_of = _place(k, j, i, begin[p], particle.shape)
                x, y, z = i_of - centre[p, 0], j_of - centre[p, 1], k_of - centre[p, 2]
                second[p, 0, 0] += weights[k] * x * x
                second[p, 1, 1] += weights[k] * y * y
                second[p, 2, 2] += weights[k] * z * z
                second[p, 0, 1] += weights[k] * x * y
                second[p, 0, 2] += weights[k] * x * z
                second[p, 1, 2] += weights[k] * y * z
    for p in range(len(second)):
        second[p, 1, 0] = second[p, 0, 1]
        second[p, 2, 0] = second[p, 0, 2]
        second[p, 2, 1] = second[p, 1, 2]
