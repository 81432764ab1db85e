"""Short distances against an independent distance transform."""

import edt
import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from electrochem.structure.surface_normals import near_squares, normal_field


@pytest.mark.parametrize("periodic", [True, False])
def test_short_distances_are_those_of_a_whole_distance_map(periodic):
    rng = np.random.default_rng(7)
    phase = gaussian_filter(rng.normal(size=(14, 17, 20)), 1.2) > 0.2
    rim = 5 if periodic else 0
    around = np.pad(phase, ((0, 0), (rim, rim), (rim, rim)), mode="wrap")
    whole = edt.edt(~around)[:, rim : rim + 17, rim : rim + 20]
    assert np.array_equal(near_squares(phase, periodic), np.minimum(np.rint(whole**2), 9))
    assert near_squares(np.zeros((4, 5, 6), bool), periodic).min() == 9


def test_field_is_the_distance_from_a_flat_interface():
    labels = np.zeros((20, 6, 6), bool)
    labels[:10] = True
    field = normal_field(labels, ~labels, periodic=True)
    height = np.arange(20) + 0.5
    # Linear within the reach, less what smoothing takes from its ends; odd about the interface.
    assert field[9, 0, 0] == pytest.approx(-field[10, 0, 0], abs=1e-6)
    assert field[9, 0, 0] == pytest.approx(10 - height[9], rel=0.2)
    assert (np.diff(field[:, 0, 0]) <= 1e-6).all()
