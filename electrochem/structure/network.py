"""The pores as a network: bodies, the throats between them, and how far these connect."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array

from dem.errors import InputError
from dem.jit import njit
from electrochem.structure.phase_region import phase_region
from voxelize.regions import renumber, voxels_of
from voxelize.split.basins import basins
from voxelize.split.distance import depth_under_surface, smoothed
from voxelize.split.necks import joined_over_wide_necks, neck_radii
from voxelize.split.watershed import NECK, SMOOTHING
from voxelize.volume import Volume

SPECK = 8
"""Voxels that a closed pore must have to count as one."""


@dataclass(frozen=True, eq=False)
class PoreNetwork:
    """Pores, numbered from the collector up, and throats.

    position : (n, 3) [m] x, y, z of the pores' centres of mass, z from the coated face
    volume : (n,) [m³]; equivalent_radius : (n,) [m], of the ball of that volume
    inscribed_radius : (n,) [m], of the widest ball inside
    first, second : (m,) pores that a throat joins, first < second
    throat_radius : (m,) [m], of the widest ball that passes
    period : (2,) [m] box along x and y, or None where the sides are cuts
    """

    position: np.ndarray
    volume: np.ndarray
    inscribed_radius: np.ndarray
    first: np.ndarray
    second: np.ndarray
    throat_radius: np.ndarray
    period: np.ndarray | None

    @property
    def equivalent_radius(self) -> np.ndarray:
        return np.cbrt(0.75 / np.pi * self.volume)

    @property
    def coordination(self) -> np.ndarray:
        """(n,) number of pores that each is joined to."""
        return np.bincount(np.concatenate((self.first, self.second)), minlength=len(self.volume))

    @property
    def connectivity(self) -> coo_array:
        """(n, n) bool, symmetric: which pores are joined."""
        row = np.concatenate((self.first, self.second))
        column = np.concatenate((self.second, self.first))
        count = len(self.volume)
        return coo_array((np.ones(len(row), bool), (row, column)), shape=(count, count))

    @property
    def offsets(self) -> np.ndarray:
        """(2m,) distance of each entry of the matrix from its diagonal, −1 … 1 at the corners."""
        apart = (self.second - self.first) / max(len(self.volume) - 1, 1)
        return np.concatenate((apart, -apart))

    @property
    def band_width(self) -> float:
        """Standard deviation of the offsets; 0 without throats.

        Lim et al. (Small 2025, methods) project the entries onto the normal of the diagonal,
        normalise to −1 … 1 (here: the corners of the matrix) and take the standard deviation.
        """
        return float(np.sqrt((self.offsets**2).mean())) if len(self.first) else 0.0


def pore_network(
    volume: Volume,
    neck: float = NECK,
    smoothing: float = SMOOTHING,
    progress: Callable[[float, str], None] | None = None,
) -> PoreNetwork | None:
    """Divide pores and cracks into bodies at their throats.

    An over-segmented watershed of the smoothed distance to the walls; basins are then joined over
    throats wider than (1 − neck) of the thinner body: what SNOW does by trimming peaks (Gostick,
    Phys. Rev. E 96 (2017) 023307), by a rule without a scale and over periodic sides. The binder
    domain is a wall; sides as `PhaseRegion` has them. A pore wider than half a periodic box has no
    place of its own; closed specks of fewer than eight voxels are left out.

    neck : relative depth of a throat, 0 … 1
    smoothing : standard deviation of the Gaussian on the distances [voxels]
    Returns None for a volume without pores, or with nothing else.
    Raises InputError for a volume without a coating, and for a setting out of its range.
    """
    if not 0.0 <= neck < 1.0:
        raise InputError(f"neck is {neck:g}, but a share from 0 to below 1 was expected")
    if not smoothing >= 0.0:
        raise InputError(f"smoothing is {smoothing:g}, but a number of voxels ≥ 0 was expected")
    tell = progress or (lambda fraction, note: None)
    region = phase_region(volume)
    if not region.is_bounded:
        return None
    tell(0.0, "distance to walls")
    inside = np.ascontiguousarray(region.inside)
    depth = depth_under_surface(inside, region.periodic)
    tell(0.3, "pores")
    pore = basins(smoothed(depth, smoothing, region.periodic), inside, region.periodic)
    pore = renumber(pore, joined_over_wide_necks(pore, depth, neck, region.periodic))
    count = int(pore.max()) + 1
    tell(0.8, "throats")
    first, second, throat = neck_radii(pore, depth, count, region.periodic)
    size, centre, radius = _bodies(pore, depth, region.weights, count, region.periodic)
    centre[:, 0] += region.base
    order = np.lexsort((centre[:, 2], centre[:, 1], np.round(centre[:, 0], 6)))
    is_joined = np.isin(np.arange(count), (first, second))
    order = order[(is_joined | (voxels_of(pore, count) >= SPECK))[order]]
    rank = np.full(count, -1)
    rank[order] = np.arange(len(order))
    ends = np.sort(np.stack((rank[first], rank[second]), axis=1), axis=1).reshape(-1, 2)
    by_ends = np.lexsort((ends[:, 1], ends[:, 0]))
    tell(1.0, "pore network measured")
    h, (_, ny, nx) = volume.voxel_size, inside.shape
    return PoreNetwork(
        position=centre[order][:, ::-1] * h,
        volume=size[order] * h**3,
        inscribed_radius=radius[order] * h,
        first=ends[by_ends, 0],
        second=ends[by_ends, 1],
        # From centre to centre of voxels, as the sizes of local thickness and intrusion are.
        throat_radius=(throat[by_ends] + 0.5) * h,
        period=np.array([nx, ny]) * h if region.periodic else None,
    )


@njit
def _bodies(pore, depth, weights, count, periodic):
    """Volume, centre (z, y, x) and inscribed radius of each pore [voxels]."""
    size, centre, radius = np.zeros(count), np.zeros((count, 3)), np.zeros(count)
    origin = np.full((count, 3), -1, np.int64)
    nz, ny, nx = pore.shape
    for z in range(nz):
        for y in range(ny):
            for x in range(nx):
                p = pore[z, y, x]
                if p < 0:
                    continue
                if origin[p, 0] < 0:
                    origin[p, 0], origin[p, 1], origin[p, 2] = z, y, x
                dy, dx = y - origin[p, 1], x - origin[p, 2]
                if periodic:
                    # To the image nearest to the pore's first voxel.
                    dy -= ny * ((2 * dy + ny) // (2 * ny))
                    dx -= nx * ((2 * dx + nx) // (2 * nx))
                w = weights[z]
                size[p] += w
                centre[p, 0] += w * (z + 0.5)
                centre[p, 1] += w * (origin[p, 1] + dy + 0.5)
                centre[p, 2] += w * (origin[p, 2] + dx + 0.5)
                radius[p] = max(radius[p], depth[z, y, x])
    for p in range(count):
        for axis in range(3):
            centre[p, axis] /= size[p]
        if periodic:
            centre[p, 1] %= ny
            centre[p, 2] %= nx
    return size, centre, radius
