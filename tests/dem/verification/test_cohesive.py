"""Surfaces that attract: JKR's neck and pull-off, and the simplified law on the contact's area."""

import numpy as np
import pytest

from tests import analytic, analytic_dem
from tests.dem.verification.impact import Ball, moduli, two_sphere_impact

BALL = Ball(10e-6, 1e9, 0.3, 1500.0)
WORK = 0.05
"""Work of adhesion [J/m²]: a pull-off force of 1.2 µN."""
DENSITY = 2e6
"""Cohesion energy density [J/m³]."""
STEPS = 2000
YOUNG, _ = moduli(BALL, BALL)
CONTACT = YOUNG, BALL.radius / 2
MASS = BALL.mass / 2


def meeting(speed, laws, steps=3 * STEPS, **properties):
    """Two balls that close at `speed` [m/s]; the record, and the speed at which they part."""
    duration = analytic.hertz_contact_time(MASS, speed, *CONTACT)
    half = 0.5 * speed
    found = two_sphere_impact(
        (BALL, BALL), [[0, 0, -half], [0, 0, half]], step=duration / STEPS, steps=steps,
        record=True, laws=laws, **properties,
    )  # fmt: skip
    return found, found.velocity[0, 2] - found.velocity[1, 2]


def jkr_meeting(speed, steps=3 * STEPS):
    return meeting(speed, {"normal": "jkr"}, steps, surface_energy=WORK)


def sticking_speed():
    lost = analytic_dem.jkr_lost_energy(*CONTACT, WORK)
    return float(np.sqrt(2 * lost / MASS))


def jkr_curve(overlap):
    """Force [N] of JKR's stable branch at given overlaps, through its contact radius."""
    least = analytic_dem.jkr_tear_off_radius(*CONTACT, WORK)
    # Squared spacing: the branch ends with an infinite slope of a over δ.
    radius = least * (1 + 20 * np.linspace(0, 1, 200001) ** 2)
    at = analytic_dem.jkr_overlap(radius, *CONTACT, WORK)
    assert at[-1] > overlap.max()
    return np.interp(
        np.sqrt(np.maximum(overlap - at[0], 0.0)), np.sqrt(np.maximum(at - at[0], 0.0)),
        analytic_dem.jkr_force(radius, *CONTACT, WORK),
    )  # fmt: skip


def test_adhesive_contact_follows_jkr_out_to_its_tear_off():
    found, _ = jkr_meeting(3 * sticking_speed())
    assert found.apart
    pull = analytic_dem.jkr_pull_off(BALL.radius / 2, WORK)
    tear = analytic_dem.jkr_overlap(
        analytic_dem.jkr_tear_off_radius(*CONTACT, WORK), *CONTACT, WORK
    )
    turn = found.overlap.argmax()
    inwards = np.arange(len(found.overlap)) <= turn
    touching = np.where(inwards, found.overlap > 0.0, found.overlap > tear)
    expected = jkr_curve(found.overlap[touching])
    # The curve's table is good to 1e-8; velocities round at 1e-12 of the force.
    assert found.force[touching] == pytest.approx(expected, abs=1e-6 * pull)
    # Nothing acts before the surfaces touch and after they parted.
    away = np.where(inwards, found.overlap < 0.0, found.overlap < tear)
    assert np.abs(found.force[away]).max() < 1e-9 * pull
    # The largest pull is flat in the overlap: a sample misses it by the square of the step.
    assert found.force.min() == pytest.approx(-pull, rel=1e-4, abs=0.0)
    # They held on far beyond the first touch: the last samples reach the neck's end.
    assert found.overlap[touching].min() == pytest.approx(tear, rel=5e-3, abs=0.0)


@pytest.mark.parametrize("times", [1.1, 1.5, 3.0, 10.0])
def test_adhesive_balls_lose_what_their_surfaces_snap_away(times):
    speed = times * sticking_speed()
    found, rebound = jkr_meeting(speed, 6 * STEPS)
    assert found.apart
    expected = analytic_dem.jkr_restitution(speed, *CONTACT, MASS, WORK)
    # The pull sets in, and lets go, somewhere within a step: F dt / m of speed.
    step = analytic.hertz_contact_time(MASS, speed, *CONTACT) / STEPS
    jump = analytic_dem.jkr_pull_off(BALL.radius / 2, WORK) * step / MASS
    assert rebound == pytest.approx(expected * speed, abs=jump * max(1.0, 1 / expected))
    lost = analytic_dem.jkr_lost_energy(*CONTACT, WORK)
    assert found.plastic == pytest.approx(lost, rel=1e-6, abs=0.0)


def test_adhesive_balls_stick_below_their_sticking_speed():
    found, _ = jkr_meeting(0.9 * sticking_speed(), 12 * STEPS)
    tear = analytic_dem.jkr_overlap(
        analytic_dem.jkr_tear_off_radius(*CONTACT, WORK), *CONTACT, WORK
    )
    # Nothing but the snap takes energy: they go on swinging, and never reach the neck's end.
    assert tear < found.overlap.min() < 0.0
    assert np.count_nonzero(np.diff(np.sign(found.overlap[1:]))) >= 3


def test_pull_off_force_does_not_depend_on_stiffness():
    pull = analytic_dem.jkr_pull_off(BALL.radius / 2, WORK)
    for young in (0.2e9, 5e9):
        ball = BALL._replace(young=young)
        modulus, _ = moduli(ball, ball)
        lost = analytic_dem.jkr_lost_energy(modulus, BALL.radius / 2, WORK)
        speed = 3 * np.sqrt(2 * lost / MASS)
        duration = analytic.hertz_contact_time(MASS, speed, modulus, BALL.radius / 2)
        found = two_sphere_impact(
            (ball, ball), [[0, 0, -0.5 * speed], [0, 0, 0.5 * speed]], step=duration / STEPS,
            steps=3 * STEPS, record=True, laws={"normal": "jkr"}, surface_energy=WORK,
        )  # fmt: skip
        assert found.force.min() == pytest.approx(-pull, rel=1e-4, abs=0.0)


def test_simplified_cohesion_pulls_with_the_contact_area():
    pull, at = analytic_dem.sjkr_pull_off(*CONTACT, DENSITY)
    # So slow that the deepest overlap is but six times that of the largest pull.
    deepest = 6 * at
    speed = float(np.sqrt(2 * analytic_dem.sjkr_energy(deepest, *CONTACT, DENSITY) / MASS))
    # Head on nothing rolls: with the rolling spring its kernel serves here too.
    laws = {"cohesion": "sjkr", "rolling": "spring"}
    found, rebound = meeting(speed, laws, 2 * STEPS, cohesion_energy_density=DENSITY)
    assert found.apart
    expected = analytic_dem.sjkr_force(np.maximum(found.overlap, 0.0), *CONTACT, DENSITY)
    # The force is a difference of velocities, which round at 1e-16 of v over a step of 1/STEPS.
    assert found.force == pytest.approx(expected, abs=1e-7 * pull)
    assert found.force.min() == pytest.approx(-pull, rel=1e-5, abs=0.0)
    assert found.overlap[found.force.argmin()] == pytest.approx(at, rel=1e-2, abs=0.0)
    # A potential gives back what it took: kept to the square of the step.
    assert rebound == pytest.approx(speed, rel=1e-5)
    assert found.overlap.max() == pytest.approx(deepest, rel=1e-5, abs=0.0)
