"""Bruggeman exponents: closed forms of pore spaces, and bands that hold what they say."""

import numpy as np
import pytest
from scipy.stats import linregress, t

from dem.errors import InputError
from electrochem.transport.bruggeman import bruggeman_exponent, fit_bruggeman
from tests.analytic_transport import maxwell_insulating_spheres

POROSITY = np.array([0.18, 0.22, 0.27, 0.33, 0.40, 0.49])


def test_straight_channels_have_exponent_one():
    assert bruggeman_exponent(0.5, 1.0) == 1.0


def test_a_few_spheres_have_bruggemans_exponent():
    for share in (1e-2, 1e-3):
        factor = (1.0 - share) / maxwell_insulating_spheres(share)
        # Maxwell's τ² = 1 + φ/2 in powers of φ; the next is φ²/32.
        expected = 1.5 - 0.375 * share
        found = bruggeman_exponent(1.0 - share, factor)
        assert found == pytest.approx(expected, abs=0.1 * share**2)


def test_pores_that_do_not_percolate_have_no_exponent():
    assert bruggeman_exponent(0.3, np.inf) == np.inf


def test_a_power_law_comes_back_to_rounding():
    fit = fit_bruggeman(POROSITY, 1.7 * POROSITY**-1.1)
    assert fit.exponent == pytest.approx(2.1, rel=1e-12)
    assert fit.prefactor == pytest.approx(1.7, rel=1e-12)
    lower, upper = fit.band(POROSITY)
    assert upper == pytest.approx(lower, rel=1e-10)
    # τ² against τ: D_eff/D is ε over the factor, which is the tortuosity squared.
    assert fit.effective_diffusivity(0.3) * fit.tortuosity(0.3) ** 2 == pytest.approx(0.3)

    tied = fit_bruggeman(POROSITY, POROSITY**-0.5, prefactor=False)
    assert tied.exponent == pytest.approx(1.5, rel=1e-12)
    assert tied.prefactor == 1.0 and tied.prefactor_interval == (1.0, 1.0)


def test_slope_and_intervals_are_those_of_a_line_through_the_logarithms():
    factor = 1.4 * POROSITY**-0.9 * np.exp([0.05, -0.04, 0.01, 0.06, -0.07, 0.02])
    fit = fit_bruggeman(POROSITY, factor, confidence=0.9)
    line = linregress(np.log(POROSITY), np.log(factor))
    quantile = t.ppf(0.95, len(POROSITY) - 2)
    assert fit.exponent == pytest.approx(1.0 - line.slope, rel=1e-10)
    assert np.ptp(fit.exponent_interval) == pytest.approx(2 * quantile * line.stderr, rel=1e-10)
    assert np.log(fit.prefactor_interval) == pytest.approx(
        line.intercept + quantile * line.intercept_stderr * np.array([-1, 1]), rel=1e-10
    )


@pytest.mark.parametrize("prefactor", [True, False])
def test_bands_hold_the_truth_as_often_as_they_say(prefactor):
    generator, draws, held, one_more = np.random.default_rng(3), 1000, 0, 0
    amount = 1.3 if prefactor else 1.0
    for _ in range(draws):
        noise = np.exp(0.1 * generator.standard_normal(len(POROSITY) + 1))
        fit = fit_bruggeman(
            POROSITY, amount * POROSITY**-0.8 * noise[:-1], 0.9, prefactor=prefactor
        )
        truth = amount * 0.3**-0.8
        lower, upper = fit.band(0.3)
        held += lower[0] < truth < upper[0]
        lower, upper = fit.band(0.3, of_one_more=True)
        one_more += lower[0] < truth * noise[-1] < upper[0]
    # Binomial: 0.9 of 1000 has a standard deviation of 0.0095; three of them.
    assert held / draws == pytest.approx(0.9, abs=0.03)
    assert one_more / draws == pytest.approx(0.9, abs=0.03)


@pytest.mark.parametrize(
    "porosity, factor, said",
    [
        ([0.2, 0.3], [3.0, 2.0], "at least 3 structures, got 2"),
        ([0.3, 0.3, 0.3], [2.0, 2.1, 2.2], "different porosities, all are 0.3"),
        ([0.2, 0.3, 0.4], [3.0, np.inf, 2.0], "does not percolate"),
        ([0.2, 0.3, 40.0], [3.0, 2.0, 2.0], "a porosity is 40"),
        ([0.2, 0.3, 0.4], [3.0, 2.0, 0.4], "τ² is 0.4: expected at least 1"),
        ([0.2, 0.3, 0.4], [3.0, 2.0], "of one length"),
    ],
)
def test_refuses_what_no_line_goes_through(porosity, factor, said):
    with pytest.raises(InputError, match=said):
        fit_bruggeman(porosity, factor)
