"""Calibration of the contact radius: two round particles of grains are pressed together.

Where their first two contact spheres touch, the smooth spheres that the particles stand for must
neither overlap nor stand apart on average, or a pressed bed would come out too thin or too thick.
"""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from voxelize.divide.decompose import (
    CONTACT_RADIUS_FACTOR,
    BondStrength,
    DecompositionSettings,
    SolidPhase,
    decompose,
)
from voxelize.volume import Volume

DIAMETER, H = 12e-6, 0.25e-6
ORIENTATIONS = 300
STRONG = SolidPhase(4760.0, BondStrength(4e8, 4e8, 10.0))


def round_particle(grain_size, seed):
    """Grain centroids about the particle's, grain volumes."""
    cells = int(np.ceil(DIAMETER / H)) + 2
    centre = cells / 2 + np.random.default_rng(seed).uniform(-0.5, 0.5, 3)
    index = np.indices((cells,) * 3).transpose(1, 2, 3, 0) + 0.5
    inside = ((index - centre) ** 2).sum(axis=-1) < (DIAMETER / 2 / H) ** 2
    particle = np.where(inside, 0, -1).astype(np.int32)
    volume = Volume(inside.astype(np.uint8), H, False, cells * H, 0.5, particle)
    # The sphere's topmost layers may be empty, which does no harm here.
    grains = decompose(volume, DecompositionSettings(grain_size), STRONG, STRONG, seed).grains
    middle = np.average(grains.position, axis=0, weights=grains.volume)
    return grains.position - middle, grains.volume


def gaps(grain_size, factor):
    """Gap [grain widths] between the smooth spheres at first contact, for random orientations."""
    particles = [round_particle(grain_size, seed) for seed in range(4)]
    width = np.cbrt(np.mean(np.concatenate([volume for _, volume in particles])))
    rng = np.random.default_rng(7)
    found = np.empty(ORIENTATIONS)
    for trial in range(ORIENTATIONS):
        (place_a, volume_a), (place_b, volume_b) = (particles[n] for n in rng.integers(4, size=2))
        a, b = (
            r.apply(p)
            for r, p in zip(Rotation.random(2, random_state=rng), (place_a, place_b), strict=True)
        )
        reach = factor * np.add.outer(*(np.cbrt(3 * v / 4 / np.pi) for v in (volume_a, volume_b)))
        aside = ((a[:, None, 1:] - b[None, :, 1:]) ** 2).sum(axis=-1)
        meet = np.sqrt(np.maximum(reach**2 - aside, 0.0)) + (a[:, None, 0] - b[None, :, 0])
        apart = meet[aside < reach**2].max()
        radii = sum(np.cbrt(3 * v.sum() / 4 / np.pi) for v in (volume_a, volume_b))
        found[trial] = (apart - radii) / width
    return found


@pytest.mark.parametrize("grain_size", [3e-6, 1.5e-6], ids=["64 grains", "512 grains"])
def test_pressed_particles_close_without_a_mean_gap(grain_size):
    calibrated, full = gaps(grain_size, CONTACT_RADIUS_FACTOR), gaps(grain_size, 1.0)
    # Measured means −0.03 (64 grains) and +0.03 (512), each ± 0.005; scatter 0.08 of a width.
    assert abs(calibrated.mean()) < 0.05
    assert calibrated.std() < 0.11
    # Spheres of the grain's whole volume would hold the particles apart (0.17 and 0.23 widths).
    assert full.mean() == pytest.approx(0.20, abs=0.06)
