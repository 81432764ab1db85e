"""What balls cover, against the distance to every centre."""

import numpy as np
import pytest

from electrochem.structure.dilation import reached


def covered(centres, radius, periodic):
    """The same by a distance to each centre and its images."""
    grid = np.indices(centres.shape)
    inside = np.zeros(centres.shape, bool)
    for place in np.argwhere(centres):
        apart = np.abs(grid - place[:, None, None, None])
        if periodic:
            for axis in (1, 2):
                apart[axis] = np.minimum(apart[axis], centres.shape[axis] - apart[axis])
        inside |= (apart**2).sum(axis=0) < radius**2
    return inside


@pytest.mark.parametrize("periodic", [False, True])
@pytest.mark.parametrize("radius", [0.5, 1.0, 1.3, 2.0, 3.0, 4.7, 11.0])
def test_balls_cover_what_is_nearer_than_their_radius(radius, periodic):
    rng = np.random.default_rng(4)
    for shape in ((9, 12, 10), (1, 5, 7), (14, 3, 6)):
        centres = rng.random(shape) < 0.02
        centres[0, 0, -1] = True
        got = reached(centres, radius, periodic)
        assert np.array_equal(got, covered(centres, radius, periodic))


def test_a_wall_at_the_radius_itself_is_not_covered():
    centres = np.zeros((5, 9, 9), bool)
    centres[2, 4, 4] = True
    # Radii as the distance map gives them, rounded to single precision.
    for squared in (1, 2, 3, 5, 6, 8):
        got = reached(centres, float(np.float32(np.sqrt(squared))), False)
        z, y, x = np.indices(centres.shape) - np.array([2, 4, 4])[:, None, None, None]
        assert np.array_equal(got, z**2 + y**2 + x**2 < squared)


def test_no_centres_cover_nothing():
    assert not reached(np.zeros((4, 4, 4), bool), 3.0, True).any()
