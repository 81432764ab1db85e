"""Split touching particles: distance map, relative h-maxima, watershed."""

import numpy as np
from scipy.ndimage import distance_transform_edt, gaussian_filter
from skimage.morphology import local_maxima
from skimage.segmentation import watershed

from dem.errors import InputError
from voxelize.regions import adjacent, connected_pieces, hosts, renumber

NECK = 0.15
"""A neck this share narrower than the smaller particle beside it separates two particles."""


def split_particles(
    active: np.ndarray,
    voxel_size: float,
    h_maxima: float = NECK,
    smoothing: float = 1.0,
    merge_below: float = 2e-6,
    periodic: bool = False,
) -> np.ndarray:
    """Number the particles of an active-material mask, cut apart at their necks.

    The watershed of the distance map starts from its maxima; two basins stay apart only where the
    neck between them is narrower than (1 − h_maxima) of the lower maximum: a rule without scale,
    equal to an h-maxima transform of the logarithm of the distance.

    active : (nz, ny, nx) bool
    voxel_size : [m]
    h_maxima : relative depth of a neck, 0 … 1
    smoothing : standard deviation of the Gaussian on the distance map [voxels]
    merge_below : equivalent diameter under which a particle joins the neighbour that it shares
        most of its surface with, where it has one [m]
    periodic : whether particles continue across the in-plane sides
    returns (nz, ny, nx) int32, 0 … n−1 in raster order, −1 outside
    raises InputError where a setting is out of its range
    Source: Soille, Morphological Image Analysis (2004), sections 6.3 and 9.2.
    """
    if not 0.0 <= h_maxima < 1.0:
        raise InputError(f"h_maxima is {h_maxima:g}, but a share from 0 to below 1 was expected")
    if smoothing < 0.0 or merge_below < 0.0 or not voxel_size > 0.0:
        raise InputError("smoothing and merge_below must be ≥ 0 and the voxel size > 0")
    active = np.ascontiguousarray(active, dtype=bool)
    if not active.any():
        return np.full(active.shape, -1, dtype=np.int32)
    depth = _depth(active, smoothing, periodic)
    basin = _basins(depth, active, periodic)
    basin = _joined_over_wide_necks(basin, depth, h_maxima, periodic)
    voxels = np.bincount(basin[active])
    small = voxels * voxel_size**3 < np.pi / 6.0 * merge_below**3
    host = hosts(basin, small, np.zeros(len(voxels), dtype=int), periodic)
    particle = renumber(basin, host)
    _, first = np.unique(particle[active], return_index=True)
    # Numbered anew in raster order, which does not depend on how basins were joined.
    return renumber(particle, first)


def equivalent_diameter(volume):
    """Diameter of the sphere of this volume."""
    return np.cbrt(6.0 / np.pi * volume)


def volume_percentile(diameter: np.ndarray, volume: np.ndarray, share: float) -> float:
    """Diameter below which this share (0 … 1) of the volume lies, as in D10, D50 and D90."""
    order = np.argsort(diameter)
    below = np.cumsum(volume[order])
    return float(diameter[order][np.searchsorted(below, share * below[-1])])


def _depth(active, smoothing, periodic):
    """Smoothed distance to the nearest voxel outside, 0 there; a closed side is no outside."""
    # The nearest image of any voxel lies within half the box in each in-plane direction.
    rim = max(active.shape[1:]) // 2 + 4 if periodic else 0
    depth = distance_transform_edt(_with_rim(active, rim)).astype(np.float32)
    depth = _without_rim(gaussian_filter(depth, smoothing), rim)
    return np.where(active, depth, np.float32(0.0))


def _basins(depth, active, periodic):
    """Basins 0 … n−1 of the maxima of the depth, each one face-connected piece; −1 outside."""
    rim = 1 if periodic else 0
    peak = _without_rim(local_maxima(_with_rim(depth, rim)), rim) & active
    marker = connected_pieces(peak.astype(np.int8) - 1, periodic, connectivity=3) + 1
    # A rim as wide as the deepest particle, whose markers are the images of those inside.
    rim = int(2 * depth.max()) + 4 if periodic else 0
    wide = [_with_rim(a, rim) for a in (-depth, marker, active)]
    basin = _without_rim(watershed(wide[0], wide[1], mask=wide[2]).astype(np.int32) - 1, rim)
    # A piece so thin that smoothing left it no maximum of its own is a particle too.
    basin = np.where(active & (basin < 0), basin.max() + 1, basin)
    return connected_pieces(basin, periodic)


def _with_rim(volume, rim):
    return np.pad(volume, ((0, 0), (rim, rim), (rim, rim)), mode="wrap") if rim else volume


def _without_rim(volume, rim):
    return volume[:, rim:-rim, rim:-rim] if rim else volume


def _joined_over_wide_necks(basin, depth, h_maxima, periodic):
    """Join basins in the order of their saddles, highest first, unless the neck is narrow."""
    count = int(basin.max()) + 1
    peak = np.zeros(count, dtype=np.float32)
    np.maximum.at(peak, basin[basin >= 0], depth[basin >= 0])
    first, second, saddle = _saddles(basin, depth, periodic)
    root = np.arange(count)

    def top(i):
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    for at in np.lexsort((second, first, -saddle)):
        a, b = top(first[at]), top(second[at])
        low, high = (a, b) if peak[a] < peak[b] else (b, a)
        if a != b and saddle[at] >= (1.0 - h_maxima) * peak[low]:
            root[low] = high
    return renumber(basin, np.array([top(i) for i in range(count)]))


def _saddles(basin, depth, periodic):
    """Highest depth at which each pair of touching basins meets."""
    count = np.int64(basin.max()) + 1
    keys, heights = [], []
    for _, one, other in adjacent(periodic):
        a, b = basin[one], basin[other]
        at = np.nonzero((a != b) & (a >= 0) & (b >= 0))
        keys.append(np.minimum(a[at], b[at]) * count + np.maximum(a[at], b[at]))
        heights.append(np.minimum(depth[one][at], depth[other][at]))
    pair, index = np.unique(np.concatenate(keys), return_inverse=True)
    saddle = np.zeros(len(pair), dtype=np.float32)
    np.maximum.at(saddle, index, np.concatenate(heights))
    first, second = np.divmod(pair, count)
    return first, second, saddle
