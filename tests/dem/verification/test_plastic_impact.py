"""Impacts that dent: the elastic–plastic contact of Thornton & Ning (1998)."""

import numpy as np
import pytest

from tests import analytic, analytic_dem
from tests.dem.verification.impact import Ball, moduli, plane_impact, two_sphere_impact

BALL = Ball(10e-6, 100e9, 0.25, 4760.0)
PRESSURE = 0.5e9
STEPS = 2000


def plastic(pair):
    """E* [Pa], R* [m], m* [kg] of two balls or one on a plane, and the yield speed [m/s]."""
    young, _ = moduli(BALL, BALL if pair else None)
    radius, mass = (BALL.radius / 2, BALL.mass / 2) if pair else (BALL.radius, BALL.mass)
    return young, radius, mass, analytic_dem.yield_speed(PRESSURE, young, radius, mass)


def plastic_impact(pair, times, record=False):
    """An impact at `times` the yield speed, recorded or not, its speed and its constants."""
    young, radius, mass, least = plastic(pair)
    speed = times * least
    duration = analytic.hertz_contact_time(mass, speed, young, radius)
    how = {
        "step": duration / STEPS, "steps": 4 * STEPS, "record": record,
        "contact_yield_pressure": PRESSURE, "laws": {"normal": "thornton_ning"},
    }  # fmt: skip
    if pair:
        half = 0.5 * speed
        found = two_sphere_impact((BALL, BALL), [[0, 0, -half], [0, 0, half]], **how)
        rebound = found.velocity[0, 2] - found.velocity[1, 2]
    else:
        found = plane_impact(BALL, [0, 0, -speed], **how)
        rebound = found.velocity[0, 2]
    assert found.apart
    return found, rebound, speed, (young, radius), mass


PLACES = pytest.mark.parametrize("pair", [False, True], ids=["plane", "pair"])


@PLACES
@pytest.mark.parametrize("times", [0.5, 0.99, 1.2, 2.0, 5.0, 20.0])
def test_restitution_falls_with_impact_speed(pair, times):
    found, rebound, speed, contact, mass = plastic_impact(pair, times)
    expected = analytic_dem.plastic_restitution(speed, PRESSURE, *contact, mass)
    assert expected == 1.0 if times < 1 else expected < 1.0
    # Energy is kept to the square of the step but for the turning point, where loading changes to
    # a steeper unloading within a step: (1/STEPS)² of the energy there too.
    assert rebound / speed == pytest.approx(expected, rel=2e-6)
    # What does not come back is what the flow took.
    lost = 0.5 * mass * speed**2 * (1 - expected**2)
    assert found.plastic == pytest.approx(lost, rel=1e-5, abs=1e-5 * mass * speed**2)


@PLACES
def test_dented_contact_follows_its_loading_and_unloading_curves(pair):
    found, _, speed, contact, mass = plastic_impact(pair, 5.0, record=True)
    largest = analytic_dem.plastic_largest_overlap(speed, PRESSURE, *contact, mass)
    top = analytic_dem.plastic_force(largest, PRESSURE, *contact)
    # A sampled maximum misses the peak by the square of the step.
    assert found.overlap.max() == pytest.approx(largest, rel=1e-5, abs=0.0)
    turn = found.overlap.argmax()
    loading, unloading = found.overlap[:turn], found.overlap[turn:]
    # The force is a difference of velocities, which round at 1e-16 of v over a step of 1/STEPS.
    assert found.force[:turn] == pytest.approx(
        analytic_dem.plastic_force(np.maximum(loading, 0.0), PRESSURE, *contact), abs=1e-8 * top
    )
    assert found.force[turn:] == pytest.approx(
        analytic_dem.unloading_force(unloading, unloading[0], PRESSURE, *contact), abs=1e-8 * top
    )


def test_restitution_far_beyond_yield_falls_with_the_fourth_root_of_speed():
    slow, fast = (plastic_impact(False, times)[1:3] for times in (40.0, 80.0))
    # Johnson, Contact Mechanics, eq. 11.43: e ~ v^(−1/4), to (v_y/v) at 40 v_y.
    assert (fast[0] / fast[1]) / (slow[0] / slow[1]) == pytest.approx(2**-0.25, rel=1 / 40)
