"""Height map and roughness of surfaces that are known in closed form."""

import numpy as np
import pytest

from electrochem.structure.roughness import surface
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR, PORE, Volume

H = 0.25e-6


def layered(height, thickness=None, collector=2):
    """A volume whose columns of active material reach the nearest voxel below heights [m]."""
    top = np.rint(height / H).astype(int)
    layers = int(top.max()) if thickness is None else int(np.ceil(thickness / H - 1e-9))
    labels = np.where(np.arange(layers)[:, None, None] < top, ACTIVE_MATERIAL, PORE)
    foil = np.full((collector, *top.shape), COLLECTOR)
    labels = np.concatenate([foil, labels]).astype(np.uint8)
    return Volume(labels, H, True, layers * H if thickness is None else thickness, 0.5)


def test_wave_has_the_roughness_of_a_sine():
    x = np.arange(240) / 240
    height = 10e-6 + 1.5e-6 * np.sin(2 * np.pi * 6 * x)[None, :] * np.ones((200, 1))
    # Sine: A/√2; steps of a voxel add h/√12 in quadrature, of which sampling keeps a few per cent.
    exact = np.hypot(1.5e-6 / np.sqrt(2), H / np.sqrt(12))
    assert surface(layered(height)).rms == pytest.approx(exact, rel=0.01)


def test_tilt_is_no_roughness():
    y, x = np.indices((120, 160))
    height = 6e-6 + 0.01e-6 * x + 0.02e-6 * y
    # What is left of a plane are the steps of its voxels, no more than h/√12.
    assert surface(layered(height)).rms < 1.02 * H / np.sqrt(12)
    assert surface(layered(height)).deviation.mean() == pytest.approx(0.0, abs=1e-6 * H)


def test_pits_are_seen_down_to_the_foil_and_overhangs_hide_what_lies_below():
    labels = np.full((8, 4, 4), PORE, np.uint8)
    labels[0] = COLLECTOR
    labels[1:4] = ACTIVE_MATERIAL
    labels[6, :2] = CARBON_BINDER
    labels[:, 3, 3] = PORE
    labels[0] = COLLECTOR
    height = surface(Volume(labels, H, True, 7 * H, 0.5)).height
    expected = np.full((4, 4), 3.0)
    expected[:2], expected[3, 3] = 6.0, 0.0
    assert height == pytest.approx(expected * H)


def test_plane_that_cuts_a_layer_bounds_what_touches_it():
    height = np.full((6, 6), 2e-6)
    height[:, :3] = 1.5e-6
    found = surface(layered(height, thickness=1.9e-6)).height
    assert found[:, 3:] == pytest.approx(1.9e-6) and found[:, :3] == pytest.approx(1.5e-6)
