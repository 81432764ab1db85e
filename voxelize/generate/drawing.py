"""The sphere sizes that stand for a size distribution in a box, and boxes too small for it."""

import math
from dataclasses import replace

import numpy as np
from scipy.optimize import brentq

from dem.errors import InputError
from voxelize.generate.sizes import Sizes, measured_percentile, percentile

_SIZE_TOLERANCE = 0.03
"""How far D10, D50 and D90 of a mode's particles may be off: some 15 of them where they spread."""
_LARGEST_BOX = 100.0
"""Boxes up to so many times as large are tried for one that holds a mode."""


def draw_diameters(modes: tuple[Sizes, ...], volume: float) -> np.ndarray:
    """Sphere diameters by quantiles, largest first: a small box still has the distribution.

    Every sphere stands for the stretch of the cumulated volume that it takes itself, so that
    the volume distribution is met with any number of particles.

    Returns (n,) [m]; the volumes of the spheres sum to `volume` [m³].
    Raises InputError, telling how much larger a box holds them, where a mode's particles are so
    few that its D10, D50 or D90 is off by more than 3 %.
    """
    diameters = []
    for mode in modes:
        part = mode.share * volume
        drawn = _corrected(mode, part)
        if _off(mode, drawn) > _SIZE_TOLERANCE:
            growth = 1.05
            while growth < _LARGEST_BOX and _off(mode, _corrected(mode, growth * part)) > (
                _SIZE_TOLERANCE
            ):
                growth *= 1.05
            raise InputError(
                f"footprint: too small for particles of {mode.median_diameter * 1e6:.3g} µm with "
                f"{100 * mode.share:g} % of the active mass: {len(drawn)} would stand for them "
                f"and miss D10, D50 or D90 by more than {100 * _SIZE_TOLERANCE:g} %; expected "
                f"{growth:.3g} times its area or of the loading"
            )
        diameters.append(drawn)
    return np.sort(np.concatenate(diameters))[::-1]


def _corrected(mode: Sizes, volume: float) -> np.ndarray:
    """Diameters drawn for a mode, all scaled by as much as their volumes miss the asked one."""
    drawn = _draw(mode, volume)
    return drawn * (volume / (math.pi / 6 * (drawn**3).sum())) ** (1 / 3) if len(drawn) else drawn


def _off(mode: Sizes, diameter: np.ndarray) -> float:
    """Largest relative distance of D10, D50 and D90 from those asked for, infinite for none."""
    if len(diameter) == 0:
        return math.inf
    alone = (replace(mode, share=1.0),)
    off = 0.0
    for share in (0.1, 0.5, 0.9):
        found = measured_percentile(diameter, share)
        # Where a table asks for nothing between two classes, all in between is the percentile.
        low, high = percentile(alone, share - 0.01), percentile(alone, share + 0.01)
        asked = percentile(alone, share)
        nearest = min(max(found, low), high) if high > 1.1 * low else asked
        off = max(off, abs(found / nearest - 1.0))
    return off


def _draw(mode: Sizes, volume: float) -> np.ndarray:
    largest, smallest = mode.largest, mode.smallest
    if largest == smallest:
        return np.full(round(volume / (math.pi / 6 * largest**3)), largest)

    def unused(diameter: float, taken: float) -> float:
        """Volume share coarser than `diameter`, less that up to this sphere's middle."""
        return 1.0 - mode.finer(diameter) - taken - math.pi / 12 * diameter**3 / volume

    drawn: list[float] = []
    taken = 0.0
    while unused(smallest, taken) > 0.0:
        upper = drawn[-1] if drawn else largest
        drawn.append(brentq(unused, smallest, upper, args=(taken,), xtol=1e-6 * smallest))
        taken += math.pi / 6 * drawn[-1] ** 3 / volume
    return np.array(drawn)
