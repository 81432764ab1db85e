"""Resistance to rolling: the constant moment and the elastic–plastic spring of Ai et al. (2011)."""

import numpy as np
import pytest

from tests import analytic, analytic_dem
from tests.dem.verification.bonded import fitted_frequency, swing
from tests.dem.verification.impact import Ball, moduli, pressed_ball

BALL = Ball(10e-6, 100e9, 0.25, 4760.0)
OVERLAP = 1e-4 * BALL.radius
ROLLING = 0.05
PUSH = analytic.hertz_force(OVERLAP, moduli(BALL)[0], BALL.radius)
STIFFNESS = 2 * moduli(BALL)[0] * np.sqrt(BALL.radius * OVERLAP)
INERTIA = 0.4 * BALL.mass * BALL.radius**2
LIMIT = 2 * ROLLING * BALL.radius * PUSH
"""Largest moment of the floor and the ceiling together [N m]."""
BETWEEN_PLATES = {"cohesion": "sjkr"}
"""Plates do not attract; with this law the kernel of a cohesive impact serves here too."""


def spinning(rolling, spin, step):
    """A ball that turns about y between two smooth plates that press it."""
    sim = pressed_ball(
        BALL, OVERLAP, step, laws={"rolling": rolling, **BETWEEN_PLATES}, rolling_friction=ROLLING
    )
    sim.grains.angular_velocity[0, 1] = spin
    return sim


@pytest.mark.parametrize("rolling", ["constant", "spring"])
def test_rolling_resistance_stops_a_spinning_ball_at_a_constant_rate(rolling):
    rate = analytic_dem.spin_deceleration(LIMIT, BALL.mass, BALL.radius)
    stiffness = 2.25 * STIFFNESS * (ROLLING * BALL.radius) ** 2
    # So fast that the spring is at its limit after a thousandth of the way.
    spin = float(np.sqrt(2 * rate * 1000 * LIMIT / stiffness))
    steps = 4000
    sim = spinning(rolling, spin, 0.8 * spin / rate / steps)
    sim.advance(steps // 4)
    start = sim.grains.angular_velocity[0, 1]
    sim.advance(steps // 2)
    # Force and limit stand still: uniform to rounding.
    slowed = start - sim.grains.angular_velocity[0, 1]
    assert slowed == pytest.approx(rate * steps // 2 * sim.numerics.step, rel=1e-9)
    assert np.abs(sim.grains.velocity).max() < 1e-9 * spin * BALL.radius


def test_constant_moment_brings_a_ball_to_rest():
    rate = analytic_dem.spin_deceleration(LIMIT, BALL.mass, BALL.radius)
    spin, steps = 1e4, 2000
    step = spin / rate / steps
    sim = spinning("constant", spin, step)
    sim.advance(2 * steps)
    # It may overshoot by what the moment gives in a step, no more.
    assert abs(sim.grains.angular_velocity[0, 1]) <= 1.01 * rate * step


def test_ball_rolls_to_a_stop_at_five_sevenths():
    # Floor with friction, ceiling without; both resist, so the weight counts twice.
    slowing = analytic_dem.rolling_deceleration(ROLLING, 2 * PUSH, BALL.mass)
    spring = analytic.mindlin_stiffness(OVERLAP, moduli(BALL)[1], BALL.radius)
    frequency = float(np.sqrt(3.5 * spring / BALL.mass))
    steps, step = 8000, 0.1 / frequency
    speed = 2 * slowing * steps * step
    sim = pressed_ball(
        BALL, OVERLAP, step, friction=(0.5, 0.0), laws={"rolling": "constant", **BETWEEN_PLATES},
        rolling_friction=ROLLING,
    )  # fmt: skip
    sim.grains.velocity[0, 0] = speed
    sim.grains.angular_velocity[0, 1] = speed / (BALL.radius - OVERLAP)
    sim.advance(steps)
    # The moment sets in at once: the floor's spring swings about pure rolling by a/ω.
    swings = 3 * slowing / frequency
    assert swings < 0.01 * speed
    assert speed - sim.grains.velocity[0, 0] == pytest.approx(0.5 * speed, abs=swings)
    rolled = sim.grains.angular_velocity[0, 1] * BALL.radius
    assert sim.grains.velocity[0, 0] == pytest.approx(rolled, abs=3 * swings)


def test_rolling_spring_swings_below_its_limit():
    stiffness = 2 * 2.25 * STIFFNESS * (ROLLING * BALL.radius) ** 2
    frequency = float(np.sqrt(stiffness / INERTIA))
    steps = 4000
    step = 3 * np.pi / frequency / steps
    # Half the spin that would reach the limit.
    sim = spinning("spring", 0.5 * LIMIT / stiffness * frequency, step)
    found = swing(sim, lambda g: g.orientation[0, 2], steps)
    # Leapfrog: (ω dt)²/24, and the moment of a step's end.
    assert fitted_frequency(*found, frequency) == pytest.approx(frequency, rel=1e-3)
    # Elastic: the last swing is as wide as the first.
    assert found[1].max() == pytest.approx(-found[1].min(), rel=1e-2, abs=0.0)


def test_rolling_spring_holds_what_its_limit_leaves():
    stiffness = 2 * 2.25 * STIFFNESS * (ROLLING * BALL.radius) ** 2
    frequency = float(np.sqrt(stiffness / INERTIA))
    sim = spinning("spring", 5 * LIMIT / stiffness * frequency, 0.01 / frequency)
    sim.advance(4000)
    moment = []
    for _ in range(1000):
        before = sim.grains.angular_velocity[0, 1]
        sim.advance(1)
        moment.append(INERTIA * (sim.grains.angular_velocity[0, 1] - before) / sim.numerics.step)
    # It came to rest but for an elastic swing within the limit, and stays where it is.
    assert np.abs(moment).max() <= LIMIT * (1 + 1e-9)
    assert np.abs(moment).max() > 0.5 * LIMIT
    assert np.sign(moment).min() < 0 < np.sign(moment).max()
