"""Distances of voxels to the two nearest particles' surfaces."""

import math
from typing import NamedTuple

import numpy as np

from dem.jit import njit, prange
from voxelize.generate.shapes import Shapes, relative_radius

NONE = -1


class Surfaces(NamedTuple):
    """What lies nearest to each voxel's centre, (nz, ny, nx) each; distances in voxels.

    nearest, second : float32, signed distances along the ray from the particle's centre, negative
    inside; `reach` where nothing is closer
    first, other : int32, the particles (or, in `other`, the foil: n) that they belong to, or −1
    """

    nearest: np.ndarray
    second: np.ndarray
    first: np.ndarray
    other: np.ndarray


def surfaces(
    position: np.ndarray,
    radius: np.ndarray,
    shapes: Shapes,
    shape: tuple[int, int, int],
    irregularity: np.ndarray | None,
    reach: float,
) -> Surfaces:
    """Look from every voxel for the nearest surfaces, up to `reach` voxels away.

    position, radius : (n, 3), (n,) [voxels], x, y, z of the centres above the foil
    irregularity : (nz, ny, nx) float32, relative change of the radii, or None
    """
    n = len(radius)
    nearest = np.full(shape, np.float32(reach))
    second = np.full(shape, np.float32(reach))
    first, other = np.full(shape, NONE, np.int32), np.full(shape, NONE, np.int32)
    # The foil is a surface too: binder necks form between it and the particles on it.
    for k in range(min(shape[0], math.floor(reach))):
        second[k], other[k] = k + 0.5, n
    rough = irregularity is not None
    change = irregularity if rough else np.zeros((1, 1, 1), np.float32)
    found = Surfaces(nearest, second, first, other)
    size = radius * shapes.scale
    bound = radius * shapes.reach * (1.0 + (float(np.abs(change).max()) if rough else 0.0))
    round_ = ~(shapes.amplitude != 0.0).any(axis=1)
    _stamp(position, size, bound, round_, shapes.axis, shapes.amplitude, change, rough, reach,
           *found)  # fmt: skip
    return found


@njit(parallel=True)
def _stamp(position, size, bound, round_, axis, amplitude, change, rough, reach, nearest, second,
           first, other):  # fmt: skip
    for k in prange(nearest.shape[0]):
        _layer(np.int64(k), position, size, bound, round_, axis, amplitude, change, rough, reach,
               nearest, second, first, other)  # fmt: skip


@njit
def _layer(k, position, size, bound, round_, axis, amplitude, change, rough, reach, nearest,
           second, first, other):  # fmt: skip
    """One layer of voxels: particles come in the same order in each, whatever thread does it."""
    _, ny, nx = nearest.shape
    for p in range(len(size)):
        dz = k + 0.5 - position[p, 2]
        far = bound[p] + reach
        if abs(dz) > far:
            continue
        across = math.sqrt(far * far - dz * dz)
        j_first, j_count = _cells(position[p, 1], across, ny)
        i_first, i_count = _cells(position[p, 0], across, nx)
        for j_raw in range(j_first, j_first + j_count):
            dy = j_raw + 0.5 - position[p, 1]
            j = j_raw % ny
            for i_raw in range(i_first, i_first + i_count):
                dx = i_raw + 0.5 - position[p, 0]
                i = i_raw % nx
                distance = math.sqrt(dx * dx + dy * dy + dz * dz)
                if distance > far:
                    continue
                surface = size[p]
                if not round_[p]:
                    surface *= relative_radius(axis[p], amplitude[p], dx, dy, dz)
                if rough:
                    surface *= 1.0 + change[k, j, i]
                distance -= surface
                if distance < nearest[k, j, i]:
                    # The former nearest is at least as close as what stood second to particles.
                    if nearest[k, j, i] < second[k, j, i]:
                        second[k, j, i] = nearest[k, j, i]
                        other[k, j, i] = first[k, j, i]
                    nearest[k, j, i] = distance
                    first[k, j, i] = p
                elif distance < second[k, j, i]:
                    second[k, j, i] = distance
                    other[k, j, i] = p


@njit
def _cells(centre, half, n):
    """First cell, not wrapped yet, and number of cells around a centre, none of them twice."""
    low, high = math.floor(centre - half), math.ceil(centre + half)
    if high - low + 1 >= n:
        return math.floor(centre - 0.5 * n + 0.5), n
    return low, high - low + 1
