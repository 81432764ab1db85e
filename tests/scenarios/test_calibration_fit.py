"""Fitting a material to crushed particles: on laws whose answer is known, and by other codes."""

import numpy as np
import pytest
from scipy import stats

from scenarios.runner.calibration.fit import FITTED, fit, material_of
from scenarios.runner.calibration.results import misses, results_of
from scenarios.runner.calibration.rounds import round_of
from scenarios.runner.calibration.statistics import at_diameter, covariance, weibull
from scenarios.runner.schema.calibration import Calibration
from tests.scenarios.crushed import crush_by_law

TARGET = {
    "particle_modulus": "140 GPa",
    "particle_modulus_uncertainty": "14 GPa",
    "crush_strength": "120 MPa",
    "crush_strength_uncertainty": "24 MPa",
    "secant_modulus": "2.5 GPa",
}


def calibration(**target) -> Calibration:
    return Calibration.model_validate(
        {"calibration": {"name": "mine"}, "target": TARGET | target, "fit": {"tolerance": 1e-3}}
    )


def fitted(given: Calibration, scatter: float = 0.0):
    """The results of a fit to particles that follow a law exactly, or with a scatter."""
    chosen = given.particles

    def crush_round(name, material):
        return round_of(
            given,
            material,
            [
                crush_by_law(material, diameter, seed, scatter)
                for diameter in chosen.diameters
                for seed in range(chosen.seeds)
            ],
        )

    return results_of(given, fit(given, crush_round, lambda line: None), None)


def test_fit_finds_the_one_material_that_meets_modulus_strength_and_flattening():
    results = fitted(calibration())
    assert results.fitted.met and not misses(results)
    best = results.best
    # The fit stops at a relative error of 1e-3.
    assert best.modulus.value == pytest.approx(140e9, rel=1e-3)
    assert best.strength.value == pytest.approx(120e6, rel=1e-3)
    assert best.secant.value == pytest.approx(2.5e9, rel=1e-3)
    assert best.material.young_modulus == 140e9
    assert best.material.bond_cohesion == best.material.bond_tensile_strength
    # The law is a power law: its slopes are its exponents, whatever the step that measures them.
    np.testing.assert_allclose(
        results.fitted.slopes, [[1.0, 0.0, 0.0], [0.05, 1.1, -0.15], [0.4, 0.25, 0.35]], atol=1e-9
    )


def test_hardness_sets_the_yield_pressure_and_leaves_the_flattening_to_be_told():
    results = fitted(
        calibration(contact_yield_from="hardness", hardness="5 GPa", hardness_uncertainty="1 GPa")
    )
    assert results.fitted.met
    # Fully plastic contacts carry H on the area 2 π R δ, the law π p R δ: p = 2 H.
    assert results.best.material.contact_yield_pressure == pytest.approx(10e9, rel=1e-12)
    values = {value.name: value for value in results.values}
    assert values["contact_yield_pressure"].target_range[1] == pytest.approx(12e9, rel=1e-9)
    # S ∝ E^0.05 σ^1.1 p^−0.15 at the target: σ follows p with 0.15/1.1, E with −0.05/1.1 and S
    # with 1/1.1, and the three ranges add in squares.
    wide = np.hypot(0.15 * np.log(1.2), np.hypot(0.05 * np.log(1.1), np.log(1.2))) / 1.1
    strength = values["bond_tensile_strength"]
    assert strength.target_range[1] == pytest.approx(strength.value * np.exp(wide), rel=1e-6)


def test_whole_particle_modulus_is_fitted_where_it_is_asked_for():
    results = fitted(
        calibration(
            modulus_of="whole_particle",
            particle_modulus="30 GPa",
            contact_yield_from="hardness",
            hardness="5 GPa",
        )
    )
    assert results.fitted.met
    assert results.best.hertz.value == pytest.approx(30e9, rel=1e-3)
    assert results.best.material.young_modulus == results.best.material.bond_modulus


def test_flattening_that_no_hardness_gives_is_told_as_a_miss():
    results = fitted(calibration(secant_modulus="40 GPa"))
    assert not results.fitted.met
    assert any("secant modulus at the crush" in text for text in misses(results))
    assert results.best.material.contact_yield_pressure <= 0.2 * 140e9 * (1 + 1e-9)


def test_uncertainty_of_strength_is_that_of_the_crushes_through_their_slopes():
    results = fitted(calibration(), scatter=0.1)
    slopes, one = results.fitted.slopes, results.best
    strength = next(value for value in results.values if value.name == "bond_tensile_strength")
    # Drawn a thousand times from the figures' own covariance and sent back through the slopes.
    draws = np.random.default_rng(2).multivariate_normal(np.zeros(3), one.covariance, 20_000)
    spread = np.linalg.solve(slopes, draws.T)[FITTED.index("bond_tensile_strength")].std()
    half = stats.t.ppf(0.975, 10) * spread
    # 20 000 draws give a standard deviation to half a per cent.
    assert np.log(strength.interval[1] / strength.value) == pytest.approx(half, rel=0.02)


def test_figure_at_a_diameter_is_that_of_ordinary_regression():
    rng = np.random.default_rng(5)
    diameter = np.repeat([5e-6, 8e-6, 14e-6], 4)
    value = 100e6 * (diameter / 10e-6) ** -0.4 * np.exp(0.1 * rng.normal(size=12))
    shown = at_diameter(diameter, value, 10e-6)
    other = stats.linregress(np.log(diameter / 10e-6), np.log(value))
    assert shown.value == pytest.approx(np.exp(other.intercept), rel=1e-12)
    assert shown.error == pytest.approx(other.intercept_stderr, rel=1e-9)
    assert (shown.exponent, shown.exponent_error) == pytest.approx((other.slope, other.stderr))
    both = covariance(diameter, np.column_stack([value, value**2]), 10e-6)
    # The logarithm of a square errs twice as much, and wholly with the value.
    np.testing.assert_allclose(both, shown.error**2 * np.array([[1, 2], [2, 4]]), rtol=1e-9)


def test_weibull_modulus_of_one_size_is_that_of_another_code():
    strength = stats.weibull_min.rvs(6.0, scale=120e6, size=200, random_state=3)
    found = weibull(np.full(200, 8e-6), strength, 8e-6)
    modulus, _, scale = stats.weibull_min.fit(strength, floc=0)
    # Both maximise the same likelihood, scipy's search to about 1e-5.
    assert (found.modulus, found.scale) == pytest.approx((modulus, scale), rel=1e-4)
    # The standard error of m is 0.780 m/√n for many strengths (Thoman et al. 1969).
    half = 0.5 * (found.interval[1] - found.interval[0])
    assert half == pytest.approx(1.96 * 0.780 * modulus / np.sqrt(200), rel=0.05)


def test_weakest_link_shows_its_modulus_over_sizes():
    m, scale, reference = 5.0, 120e6, 10e-6
    diameter = np.repeat([4e-6, 8e-6, 16e-6], 300)
    uniform = np.random.default_rng(8).random(len(diameter))
    survivors = (-np.log(uniform) / (diameter / reference) ** 3) ** (1 / m)
    found = weibull(diameter, scale * survivors, reference)
    # 900 strengths of one size would give the modulus to 2.6 %, of three sizes to less.
    assert found.modulus == pytest.approx(m, rel=0.05)
    assert found.scale == pytest.approx(scale, rel=0.03)
    assert at_diameter(diameter, scale * survivors, reference).exponent == pytest.approx(
        -3 / m, rel=0.1
    )


def test_logarithms_of_the_start_make_a_material():
    given = calibration()
    made = material_of(given, np.log([200e9, 250e6, 10e9]))
    assert (made.bond_modulus, made.young_modulus) == (pytest.approx(200e9), 140e9)
