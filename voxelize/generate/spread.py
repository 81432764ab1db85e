"""First places of the particles: over the whole coating, without large voids."""

import math

import numpy as np

from dem.box import Box
from dem.jit import njit

_CANDIDATES = 16


def spread(radius: np.ndarray, box: Box, height: float, random) -> np.ndarray:
    """Places for spheres, largest first, each the freest of a few random ones: no large voids.

    radius : (n,) [m], descending; returns (n, 3) [m] inside the planes z = 0 and z = height
    """
    tries = random.random((len(radius), _CANDIDATES, 3))
    tries[..., :2] *= box.length
    tries[..., 2] = tries[..., 2] * (height - 2 * radius)[:, None] + radius[:, None]
    position = np.empty((len(radius), 3))
    _choose(tries, np.asarray(radius), box.period, position)
    return position


@njit
def _choose(tries, radius, period, position):
    for i in range(len(radius)):
        best, widest = 0, -math.inf
        for c in range(tries.shape[1]):
            gap = math.inf
            for j in range(i):
                x = tries[i, c, 0] - position[j, 0]
                y = tries[i, c, 1] - position[j, 1]
                z = tries[i, c, 2] - position[j, 2]
                if period[0] > 0.0:
                    x -= period[0] * np.round(x / period[0])
                if period[1] > 0.0:
                    y -= period[1] * np.round(y / period[1])
                gap = min(gap, math.sqrt(x * x + y * y + z * z) - radius[j])
                if gap < widest:
                    break
            if gap > widest:
                best, widest = c, gap
        for axis in range(3):
            position[i, axis] = tries[i, best, axis]
