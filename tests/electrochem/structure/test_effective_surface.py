"""Developed areas of surfaces that are known in closed form."""

import numpy as np
import pytest

from dem.errors import InputError
from electrochem.structure.effective_surface import effective_surface
from voxelize.volume import ACTIVE_MATERIAL, PORE, Volume

H = 0.2e-6


def layered(height, periodic=True):
    """Columns of active material up to heights [voxels]."""
    top = np.rint(height).astype(int)
    labels = np.where(np.arange(top.max())[:, None, None] < top, ACTIVE_MATERIAL, PORE)
    return Volume(labels.astype(np.uint8), H, periodic, len(labels) * H, 0.5)


def test_flat_surface_is_its_footprint():
    found = effective_surface(layered(np.full((12, 14), 9.0)))
    assert found.ratio == 1.0
    assert found.resolution == pytest.approx(4 * H)


@pytest.mark.parametrize("slope", [0.25, 0.5, 1.0])
def test_slope_has_its_area(slope):
    n = 192
    y = np.abs(np.arange(n) + 0.5 - n / 2)
    height = 10 + slope * y[:, None] * np.ones((1, 8))
    # Steps of a voxel are smoothed to below 0.5 %; two ridges of a few voxels round off.
    assert effective_surface(layered(height)).ratio == pytest.approx(np.hypot(1, slope), rel=0.02)


def test_wave_has_the_area_of_its_arc():
    n, amplitude = 240, 6.0
    x = np.arange(n) + 0.5
    height = 20 + amplitude * np.sin(2 * np.pi * x / 80)
    fine = np.linspace(0, 2 * np.pi, 20001)
    arc = np.mean(np.hypot(1, amplitude * 2 * np.pi / 80 * np.cos(fine[:-1])))
    found = effective_surface(layered(height[None] * np.ones((6, 1))))
    assert found.ratio == pytest.approx(arc, rel=0.01)


def test_coarser_eyes_see_less_and_a_smoothed_surface_is_lost_area():
    rng = np.random.default_rng(4)
    rough = 30 + 4 * rng.normal(size=(80, 80))
    fine, coarse = (effective_surface(layered(rough), size * H) for size in (4, 12))
    assert fine.ratio > coarse.ratio > 1.0
    smooth = effective_surface(layered(np.full((80, 80), 30.0)), 4 * H)
    assert smooth.loss_from(fine) == pytest.approx(1 - 1 / fine.ratio)
    with pytest.raises(InputError, match="expected one resolution"):
        smooth.loss_from(coarse)
    with pytest.raises(InputError, match="at least 4 voxels"):
        effective_surface(layered(rough), 2 * H)
