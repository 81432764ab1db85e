"""Laws of calendering fitted to made-up pairs give back what the pairs were made with."""

import numpy as np
import pytest

from dem.calendering.empirical import CONFIDENCE, compaction_factor, power_law, saturation

DENSITY = np.linspace(2.4, 3.05, 8)
LOAD = np.geomspace(20.0, 900.0, 10)
START = 2.3


def pressed(density):
    """Line load with A = 500, B = 1.8."""
    return 500.0 * (density - START) ** 1.8


def settled(load):
    """Porosity with ε₀ = 0.49, ε_min = 0.2, γ = 250."""
    return 0.2 + 0.29 * np.exp(-load / 250.0)


def test_pairs_that_follow_the_laws_give_their_parameters():
    fourth, fifth = (
        power_law(DENSITY, pressed(DENSITY), START),
        saturation(LOAD, settled(LOAD), 0.49),
    )
    # To what the least squares are solved to.
    assert fourth.value == pytest.approx([500.0, 1.8], rel=1e-6)
    assert fifth.value == pytest.approx([0.2, 250.0], rel=1e-6)
    assert fourth.misfit < 1e-6 and fifth.misfit < 1e-6


@pytest.mark.filterwarnings("error")
def test_stated_intervals_and_bands_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(11)
    runs = 400
    held = np.zeros((runs, 6))
    at_density, at_load = np.array([2.7]), np.array([400.0])
    for run in range(runs):
        noise = np.exp(0.08 * rng.standard_normal(len(DENSITY)))
        fourth = power_law(DENSITY, pressed(DENSITY) * noise, START)
        off = 0.004 * rng.standard_normal(len(LOAD))
        fifth = saturation(LOAD, settled(LOAD) + off, 0.49)
        for column, (fit, truth) in enumerate(((fourth, (500.0, 1.8)), (fifth, (0.2, 250.0)))):
            held[run, 2 * column : 2 * column + 2] = (fit.low <= truth) & (truth <= fit.high)
        for column, (fit, at, truth) in enumerate(
            ((fourth, at_density, pressed(at_density)), (fifth, at_load, settled(at_load))), 4
        ):
            _, low, high = fit.band(at)
            held[run, column] = low[0] <= truth[0] <= high[0]
    # 400 draws of 95 %: ± 3 standard errors of 1.1 %; eq. 5 is not linear, which costs some more.
    assert held.mean(axis=0) == pytest.approx(np.full(6, CONFIDENCE), abs=0.04)


def test_power_law_leaves_out_what_is_compacted_beyond_a_quarter():
    density = np.append(DENSITY, [3.2, 3.6])
    load = np.append(pressed(DENSITY), [1e4, 1e5])
    assert (1 - START / density[-2:] > 0.25).all()
    fit = power_law(density, load, START)
    assert fit.pairs == len(DENSITY)
    assert fit.value == pytest.approx([500.0, 1.8], rel=1e-6)


def test_equation_8_is_equation_5_of_one_electrode():
    noisy = settled(LOAD) + 0.004 * np.random.default_rng(3).standard_normal(len(LOAD))
    fifth = saturation(LOAD, noisy, 0.49)
    eighth = compaction_factor(fifth, 0.49)
    p, gamma = eighth.value
    curve = 0.49 * (p + (1 - p) * np.exp(-LOAD / gamma))
    np.testing.assert_allclose(eighth.band(LOAD)[0], curve, rtol=1e-12)
    assert eighth.low[0] == pytest.approx(fifth.low[0] / 0.49, rel=1e-12)


def test_pairs_on_the_first_straight_part_do_not_tell_where_it_ends():
    rng = np.random.default_rng(5)
    runs, told, wrong = 100, 0, 0
    for _ in range(runs):
        # Up to 3 % of γ: the curve leaves its tangent by a third of the noise.
        load = np.sort(rng.uniform(0.5, 8.0, 8))
        fit = saturation(load, settled(load) + 0.0005 * rng.standard_normal(8), 0.49)
        if isinstance(fit, str):
            assert "do not tell the parameters apart" in fit
            continue
        told += 1
        assert 0.0 <= fit.low[0] <= fit.value[0] <= fit.high[0] < 0.49
        wrong += not fit.low[0] <= 0.2 <= fit.high[0]
    # Bends that noise makes deceive as often as 95 % allow, and 3 standard errors of 2.2 %.
    assert wrong <= told <= 0.12 * runs


def test_least_porosity_stays_between_nothing_and_what_there_was():
    # Straight to the end, where an unbounded ε_min runs far below zero, and bent the other way.
    load = np.linspace(20.0, 300.0, 10)
    noise = 1e-4 * np.random.default_rng(7).standard_normal(10)
    for bend in (0.0, 3e-7):
        fit = saturation(load, 0.49 - 4e-4 * load - bend * load**2 + noise, 0.49)
        assert fit == "the pairs do not tell the parameters apart"


def test_too_few_pairs_are_not_fitted():
    assert "3 pairs" in power_law(DENSITY[:3], pressed(DENSITY[:3]), START)
    assert "3 pairs" in saturation(LOAD[:3], settled(LOAD[:3]), 0.49)
