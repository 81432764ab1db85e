"""Weibull's law of strengths: moments, weakest links and size effects."""

import numpy as np
import pytest

from dem.bonding.strength import BondStrength, bond_factors, particle_factors, weibull
from tests import analytic_strength

DRAWS = 200_000
FIVE_ERRORS = 5 / np.sqrt(DRAWS)
"""Five standard errors of a mean over its standard deviation: missed once in a million."""


def uniform(*shape, seed=1):
    return np.random.default_rng(seed).random(shape)


@pytest.mark.parametrize("modulus", [1.0, 3.0, 10.0])
def test_scatter_has_the_mean_one_and_weibulls_variance(modulus):
    variation = analytic_strength.weibull_variation(modulus)
    factor = weibull(uniform(DRAWS), modulus)
    assert factor.mean() == pytest.approx(1.0, abs=FIVE_ERRORS * variation)
    # A variance's error is √(kurtosis − 1) of it; the kurtosis is 9 at m = 1, else near 3.
    assert factor.var() == pytest.approx(variation**2, rel=FIVE_ERRORS * np.sqrt(8))


def test_infinite_modulus_is_no_scatter_and_no_size_effect():
    strength = BondStrength(4e8, 3e8, np.inf, reference_area=1e-12, reference_volume=1e-18)
    size = np.array([0.1, 1.0, 10.0])
    assert (bond_factors(strength, size * 1e-12, uniform(3)) == 1.0).all()
    assert (particle_factors(strength, size * 1e-18, uniform(3)) == 1.0).all()


@pytest.mark.parametrize("size", [0.125, 1.0, 8.0])
@pytest.mark.parametrize("stress", [0.6, 0.9, 1.1])
def test_particles_survive_a_stress_by_their_volume(size, stress):
    strength = BondStrength(4e8, 4e8, 10.0, particle_modulus=3.0, reference_volume=2e-16)
    factor = particle_factors(strength, np.full(DRAWS, size * 2e-16), uniform(DRAWS))
    expected = analytic_strength.survival(stress, size, 3.0)
    error = FIVE_ERRORS * np.sqrt(expected * (1 - expected)) + 1 / DRAWS
    assert (factor > stress).mean() == pytest.approx(expected, abs=error)


@pytest.mark.parametrize("links", [2, 8, 32])
def test_chain_of_bonds_is_as_strong_as_one_bond_of_their_area(links):
    """The weakest of n equal faces and one face n times as large break alike."""
    strength = BondStrength(4e8, 4e8, 5.0, reference_area=1e-12)
    chains = DRAWS // 8
    faces = bond_factors(strength, np.full((chains, links), 1e-12), uniform(chains, links))
    one = bond_factors(strength, np.full(DRAWS, links * 1e-12), uniform(DRAWS, seed=2))
    weakest = faces.min(axis=1)
    both = 5 * one.std() * np.sqrt(1 / chains + 1 / DRAWS)
    assert weakest.mean() == pytest.approx(one.mean(), abs=both)
    for stress in (0.4, 0.6):
        expected = analytic_strength.survival(stress, links, 5.0)
        error = 5 * np.sqrt(expected * (1 - expected) / chains) + 1 / chains
        assert (weakest > stress).mean() == pytest.approx(expected, abs=error)


@pytest.mark.parametrize("modulus", [3.0, 10.0])
def test_mean_strength_falls_as_the_root_of_the_size(modulus):
    strength = BondStrength(
        4e8, 4e8, modulus, reference_area=1e-12, particle_modulus=modulus, reference_volume=1e-18
    )
    size = np.geomspace(0.01, 100.0, 9)
    for factors, reference in ((bond_factors, 1e-12), (particle_factors, 1e-18)):
        # The same draw for every size: what differs is the size alone.
        factor = factors(strength, size * reference, np.full(9, 0.4))
        slope = np.polyfit(np.log(size), np.log(factor), 1)[0]
        assert slope == pytest.approx(-1 / modulus, rel=1e-12)
        assert factor[4] == pytest.approx(weibull(np.array([0.4]), modulus)[0], rel=1e-12)
