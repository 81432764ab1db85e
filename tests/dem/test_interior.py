"""Young's modulus of a particle's interior, from how its grains move and what they carry."""

import numpy as np
import pytest

from dem.interior import elastic_constants, inside


def rotation(angles) -> np.ndarray:
    """A proper rotation, by Euler's angles."""
    turned = np.eye(3)
    for axis, angle in enumerate(angles):
        c, s = np.cos(angle), np.sin(angle)
        one = np.array([[c, -s], [s, c]])
        step = np.eye(3)
        at = [i for i in range(3) if i != axis]
        step[np.ix_(at, at)] = one
        turned = step @ turned
    return turned


@pytest.mark.parametrize("angles", [(0.0, 0.0, 0.0), (0.3, -0.2, 0.1)])
def test_grains_of_a_hookean_solid_show_its_constants_even_where_it_rolls(angles):
    young, poisson = 140e9, 0.22
    rng = np.random.default_rng(4)
    before = rng.uniform(-4e-6, 4e-6, (60, 3))
    volume = rng.uniform(0.5, 1.5, 60) * 1e-18
    strain = 1e-3 * np.array([[0.5, 0.2, -0.1], [0.2, 0.4, 0.3], [-0.1, 0.3, -2.0]])
    lame = young * poisson / ((1 + poisson) * (1 - 2 * poisson))
    stress = lame * np.trace(strain) * np.eye(3) + young / (1 + poisson) * strain
    turned = rotation(angles)
    after = 3e-6 + before @ (turned @ (np.eye(3) + strain)).T
    found = elastic_constants(
        before, after, np.repeat((turned @ stress @ turned.T)[None], 60, axis=0), volume
    )
    # An affine motion and a uniform stress leave nothing but rounding over the strain of 1e-3.
    assert found == pytest.approx((young, poisson), rel=1e-9)


def test_too_few_grains_show_nothing():
    assert np.isnan(elastic_constants(*np.zeros((2, 3, 3)), np.zeros((3, 3, 3)), np.ones(3))).all()


def test_grains_near_the_surface_are_not_inside():
    z = np.array([-1.0, -0.55, 0.0, 0.55, 1.0]) * 5e-6
    assert inside(np.outer(z, [0, 0, 1]), 10e-6).tolist() == [False, True, True, True, False]
