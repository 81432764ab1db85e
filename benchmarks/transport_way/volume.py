"""A three-phase volume that looks like an electrode, the same structure at any resolution.

    python -m benchmarks.transport_way.volume N FILE.npy

Some 640 spheres that overlap a little fill 55 % of a cube, periodic in plane; the tenth of it that
lies nearest to two of them at once, blurred by a noise of some voxels' length, is binder, so that
necks form at contacts. 35 % are pores.
"""

import sys

import numpy as np
from scipy.ndimage import gaussian_filter, zoom

from dem.jit import njit
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER

EDGE = 128.0
"""Of the cube, in the units of the radii below; a voxel of the cube of 128³ is one of them."""
SOLID, BINDER = 0.55, 0.10
SEED = 12345
NEAR = 14.0
"""How far from a sphere its distance still counts."""


@njit
def _two_distances(centre, radius, n, edge, reach):
    """(n, n, n) distances to the surfaces of the nearest and of the second nearest sphere."""
    h = edge / n
    nearest = np.full((n, n, n), 1e9, np.float32)
    second = np.full((n, n, n), 1e9, np.float32)
    for s in range(len(radius)):
        far = radius[s] + reach
        first = np.floor((centre[s] - far) / h - 0.5)
        last = np.ceil((centre[s] + far) / h - 0.5)
        for i in range(max(0, int(first[0])), min(n - 1, int(last[0])) + 1):
            z = (i + 0.5) * h - centre[s, 0]
            for j in range(int(first[1]), int(last[1]) + 1):
                y = (j + 0.5) * h - centre[s, 1]
                for k in range(int(first[2]), int(last[2]) + 1):
                    x = (k + 0.5) * h - centre[s, 2]
                    square = z * z + y * y + x * x
                    if square > far * far:
                        continue
                    d = np.sqrt(square) - radius[s]
                    a, b = j % n, k % n
                    if d < nearest[i, a, b]:
                        second[i, a, b] = nearest[i, a, b]
                        nearest[i, a, b] = d
                    elif d < second[i, a, b]:
                        second[i, a, b] = d
    return nearest, second


def _spheres():
    """Centres (m, 3) and radii (m,), added at random until they fill their share."""
    rng = np.random.default_rng(SEED)
    centre, radius = np.empty((0, 3)), np.empty(0)
    while True:
        size = float(np.clip(rng.lognormal(np.log(11.0), 0.25), 6.0, 18.0))
        if len(radius) > 60:
            size = float(np.clip(rng.lognormal(np.log(8.0), 0.25), 5.0, 14.0))
        place = rng.random(3) * EDGE
        if len(radius):
            apart = centre - place
            apart[:, 1:] -= EDGE * np.round(apart[:, 1:] / EDGE)
            if np.any(np.sqrt((apart**2).sum(axis=1)) < 0.8 * (radius + size)):
                continue
        centre, radius = np.vstack([centre, place]), np.append(radius, size)
        if len(radius) % 10 == 0:
            nearest = _two_distances(centre, radius, 64, EDGE, 0.5)[0]
            if (nearest < 0.0).mean() >= SOLID:
                return centre, radius


def three_phases(n: int) -> np.ndarray:
    """(n, n, n) uint8 labels, through-plane first."""
    centre, radius = _spheres()
    nearest, second = _two_distances(centre, radius, n, EDGE, NEAR)
    active = nearest < 0.0
    noise = gaussian_filter(
        np.random.default_rng(SEED + 1).standard_normal((64, 64, 64)), 1.5, mode="wrap"
    )
    noise /= noise.std()
    # Low where two spheres are near. In place: at 512³ every array more is half a gigabyte.
    score = np.minimum(nearest, 20.0, out=nearest)
    score += np.minimum(second, 20.0, out=second)
    del second
    score += np.float32(1.5) * zoom(
        noise, n / 64, output=np.float32, order=1, mode="grid-wrap", grid_mode=True
    )
    count = int(BINDER * active.size)
    limit = np.partition(score[~active], count)[count]
    labels = np.zeros((n, n, n), np.uint8)
    labels[~active & (score < limit)] = CARBON_BINDER
    labels[active] = ACTIVE_MATERIAL
    return labels


if __name__ == "__main__":
    np.save(sys.argv[2], three_phases(int(sys.argv[1])))
