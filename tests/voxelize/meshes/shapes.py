"""Volumes of known particles for the tests of meshes."""

import numpy as np

from voxelize.volume import ACTIVE_MATERIAL, COLLECTOR, Volume

H = 0.4e-6


def balls(centres, radii, shape, periodic=False, foil=0):
    """Balls in voxels, centres (z, y, x) above the foil; of overlapping ones the first has it."""
    labels = np.zeros(shape, dtype=np.uint8)
    particle = np.full(shape, -1, dtype=np.int32)
    z, y, x = (np.arange(n) + 0.5 for n in shape)
    for number, (centre, radius) in enumerate(zip(centres, radii, strict=True)):
        dz, dy, dx = z - foil - centre[0], y - centre[1], x - centre[2]
        if periodic:
            dy -= shape[1] * np.round(dy / shape[1])
            dx -= shape[2] * np.round(dx / shape[2])
        inside = dz[:, None, None] ** 2 + dy[:, None] ** 2 + dx**2 <= radius**2
        particle[inside & (particle < 0)] = number
    labels[particle >= 0] = ACTIVE_MATERIAL
    labels[:foil] = COLLECTOR
    particle[:foil] = -1
    return Volume(labels, H, periodic, (shape[0] - foil) * H, 0.5, particle)


def touching(periodic=True):
    """Some thirty balls of three sizes that touch and fill a box, with a foil below."""
    rng = np.random.default_rng(5)
    shape = (50, 48, 56)
    centres = rng.uniform((6, 0, 0), (38, 48, 56), (40, 3))
    return balls(centres, rng.choice([5.0, 7.3, 10.1], 40), shape, periodic, foil=4)
