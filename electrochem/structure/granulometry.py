"""Sizes of a phase by local thickness: the widest ball inside it that covers a place."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from electrochem.structure.dilation import reached
from electrochem.structure.openings import Covers, diameter_at, diameters_from, refined
from electrochem.structure.phase_region import VOID, phase_region
from voxelize.split.distance import depth_under_surface
from voxelize.volume import Volume


@dataclass(frozen=True, eq=False)
class SizeDistribution:
    """Local thickness of a phase by volume.

    diameter : (m,) [m], falling
    at_least : (m,) share of the phase's volume that is so wide or wider, rising to 1
    d10, d50, d90 : [m], diameters below which 10, 50 and 90 % of the volume lie
    """

    diameter: np.ndarray
    at_least: np.ndarray
    d10: float
    d50: float
    d90: float


def granulometry(
    volume: Volume,
    phase: tuple[int, ...] = VOID,
    progress: Callable[[float, str], None] | None = None,
) -> SizeDistribution | None:
    """Size distribution of a phase of the coating by openings with balls.

    The local thickness of a place is the diameter of the widest ball inside the phase that covers
    it (Hildebrand & Rüegsegger, J. Microsc. 185 (1997) 67), from exact digital openings. Radii are
    distances between voxel centres, so sizes are right to a voxel or two and nothing is below two.
    Sides as `PhaseRegion` has them; the binder domain counts as a wall.

    phase : the labels that are one phase, pores and cracks unless told
    Returns None for a volume that has none of the phase, or nothing else.
    Raises InputError for a volume without a coating.
    """
    tell = progress or (lambda fraction, note: None)
    region = phase_region(volume, phase)
    if not region.is_bounded:
        return None
    tell(0.0, "distance to walls")
    depth = depth_under_surface(region.inside, region.periodic)
    whole = region.voxels(region.inside)

    covers = Covers(
        depth.shape,
        diameters_from(2.0 * float(depth.max())),
        lambda size: reached(depth >= 0.5 * size, 0.5 * size, region.periodic),
        lambda done: tell(0.1 + 0.6 * done, "openings"),
    )
    tell(0.7, "quantiles")
    steps = range(1, len(covers.diameter) + 1)
    diameter, share = refined(
        covers.diameter,
        np.array([region.voxels(covers.to(count)) for count in steps]) / whole,
        lambda size: region.voxels(covers.at(size)) / whole,
        (0.1, 0.5, 0.9),
    )
    tell(1.0, "sizes measured")
    d90, d50, d10 = (diameter_at(diameter, share, q) * volume.voxel_size for q in (0.1, 0.5, 0.9))
    return SizeDistribution(diameter * volume.voxel_size, share, d10, d50, d90)
