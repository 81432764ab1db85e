"""A dense packing for want of a tomography: spheres moved apart, then grown evenly to a share."""

import numpy as np

from dem.box import Box
from dem.settle import separate
from voxelize.volume import ACTIVE_MATERIAL, Volume

LOOSE_SHARE = 0.58
MARGIN, OVERLAP = 6e-6, 0.05
"""Cut off at both planes of the packing [m]; overlap of spheres left over their radius."""


def grown_packing(
    cells: tuple[int, int],
    voxel_size: float,
    active_share: float,
    median_diameter: float,
    spread: float,
    nanoporosity: float,
    seed: int,
    reach: float = 1.056e-6,
) -> Volume:
    """Periodic packing of lognormal spheres, without binder, cut out of the middle.

    They are moved apart at `LOOSE_SHARE` to overlaps of a few per cent of their radius, and grown
    by the level of the distance to their surfaces until they fill the share.

    cells : in plane and through it; voxel_size, median_diameter [m], by volume; spread : of ln d
    nanoporosity : of the binder domain to come; reach : [m], to which spheres may grow
    """
    nx, nz = cells
    margin = round(MARGIN / voxel_size)
    width, height = nx * voxel_size, (nz + 2 * margin) * voxel_size
    random = np.random.default_rng(seed)
    volume = LOOSE_SHARE * width**2 * height
    diameter = _diameters(volume, 0.5 * width, median_diameter, spread, random)
    radius = diameter / 2.0
    start = random.random((len(radius), 3)) * [width, width, height - 2 * radius[0]]
    start += [0.0, 0.0, radius[0]]
    position = separate(start, radius, Box(np.array([width, width]), True), height, OVERLAP)
    position[:, 2] -= margin * voxel_size
    distance, nearest = _surface(
        position / voxel_size, radius / voxel_size, (nz, nx, nx), reach / voxel_size
    )
    level = np.quantile(distance, active_share)
    if not np.isfinite(level):
        raise ValueError(f"a share of {active_share:g} lies beyond the reach of {reach:g} m")
    active = distance <= level
    labels = np.where(active, np.uint8(ACTIVE_MATERIAL), np.uint8(0))
    particle = np.where(active, nearest, np.int32(-1))
    return Volume(labels, voxel_size, True, nz * voxel_size, nanoporosity, particle)


def _diameters(volume, largest, median, spread, random: np.random.Generator) -> np.ndarray:
    """Lognormal by volume, largest first, none wider than half the box."""
    drawn, total = [], 0.0
    while total < volume:
        # By number, a lognormal of the same spread has its median at D50 exp(−3 s²).
        d = median * np.exp(spread * random.standard_normal() - 3.0 * spread**2)
        if d <= largest:
            drawn.append(d)
            total += np.pi / 6.0 * d**3
    return np.sort(drawn)[::-1]


def _surface(position, radius, shape, reach: float):
    """Signed distance to the nearest surface [voxels] and whose it is; periodic in plane."""
    distance = np.full(shape, np.inf, np.float32)
    nearest = np.full(shape, -1, np.int32)
    for number, ((x, y, z), r) in enumerate(zip(position, radius, strict=True)):
        half = int(np.ceil(r + reach))
        offset = np.arange(-half, half + 1)
        k = int(np.floor(z)) + offset
        k = k[(k >= 0) & (k < shape[0])]
        j, i = (int(y) + offset), (int(x) + offset)
        window = np.ix_(k, j % shape[1], i % shape[2])
        apart = np.sqrt(
            ((k + 0.5 - z) ** 2)[:, None, None] + ((j + 0.5 - y) ** 2)[:, None] + (i + 0.5 - x) ** 2
        )
        apart = (apart - r).astype(np.float32)
        closer = apart < distance[window]
        distance[window] = np.where(closer, apart, distance[window])
        nearest[window] = np.where(closer, np.int32(number), nearest[window])
    return distance, nearest
