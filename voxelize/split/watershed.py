"""Split touching particles at their necks: distance map, basins, necks."""

import numpy as np

from dem.errors import InputError
from dem.jit import njit
from voxelize.regions import hosts, relabelled, renumber, voxels_of
from voxelize.split.basins import basins
from voxelize.split.distance import depth_under_surface, smoothed, without_pinholes
from voxelize.split.necks import joined_over_wide_necks

NECK = 0.1
"""A neck this share narrower than the thinner particle beside it separates two particles."""
SMOOTHING = 0.5
"""Standard deviation [voxels] of the Gaussian that takes the staircase off the distance map."""


def split_particles(
    active: np.ndarray,
    voxel_size: float,
    h_maxima: float = NECK,
    smoothing: float = SMOOTHING,
    merge_below: float = 2e-6,
    periodic: bool = False,
) -> np.ndarray:
    """Number the particles of an active-material mask, cut apart at their necks.

    The watershed of the smoothed distance map starts from its maxima; two basins stay apart only
    where the inscribed radius of the neck between them, on the bare distance map, is below
    (1 − h_maxima) of that of the thinner one: a rule without scale, equal to an h-maxima
    transform of the logarithm of the distance.

    active : (nz, ny, nx) bool; holes of one to three voxels count as noise, not as surface
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
    if active.all():
        return np.zeros(active.shape, dtype=np.int32)
    depth = depth_under_surface(without_pinholes(active, periodic), periodic)
    basin = basins(smoothed(depth, smoothing, periodic), active, periodic)
    joined = joined_over_wide_necks(basin, depth, h_maxima, periodic)
    del depth
    basin = renumber(basin, joined)
    voxels = voxels_of(basin, int(basin.max()) + 1)
    small = voxels * voxel_size**3 < np.pi / 6.0 * merge_below**3
    host = hosts(basin, small, np.zeros(len(voxels), dtype=int), periodic)
    # Numbered anew in raster order, which does not depend on how basins were joined.
    return relabelled(basin, _in_raster_order(basin.reshape(-1), host))


@njit
def _in_raster_order(region, number):
    """Label of each region, counted by the first voxel of its `number`; a last one, −1, outside."""
    label = np.full(len(number) + 1, -1, np.int32)
    seen = np.full(len(number), -1, np.int32)
    count = 0
    for at in range(len(region)):
        if region[at] >= 0 and label[region[at]] < 0:
            name = number[region[at]]
            if seen[name] < 0:
                seen[name] = count
                count += 1
            label[region[at]] = seen[name]
    return label


def equivalent_diameter(volume):
    """Diameter of the sphere of this volume."""
    return np.cbrt(6.0 / np.pi * volume)


def volume_percentile(diameter: np.ndarray, volume: np.ndarray, share: float) -> float:
    """Diameter below which this share (0 … 1) of the volume lies, as in D10, D50 and D90."""
    order = np.argsort(diameter)
    below = np.cumsum(volume[order])
    return float(diameter[order][np.searchsorted(below, share * below[-1])])
