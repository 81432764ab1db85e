"""Cases 7 and 8 of Chung & Ooi (2011): spinning balls that meet a like or a larger one."""

import numpy as np
import pytest

from tests import analytic, analytic_impact
from tests.dem.verification import chung_ooi as published
from tests.dem.verification.chung_ooi import CLOSE, STEPS
from tests.dem.verification.impact import pair_contact, two_sphere_impact

PAIR_SPINS = pytest.mark.parametrize("tangent", [0.1, 0.5, 1.0, 1.5, 2.5, 5.0, 12.0])
"""Rω/v_n of the spinning ball: from stick, through partial slip, to gross sliding."""


def meet(balls, speeds, spins, restitution=0.5, friction=0.4):
    """Two balls that meet along z with spins about y: ours, exact velocities, exact outcome."""
    masses = np.array([b.mass for b in balls])
    exact = analytic_impact.impact(
        pair_contact(balls, friction, restitution), (0.0, speeds[0] - speeds[1]), spins
    )
    found = two_sphere_impact(
        balls, [[0, 0, s] for s in speeds], [[0, s, 0] for s in spins], friction=friction,
        restitution=restitution, step=exact.duration / STEPS, steps=int(1.01 * STEPS),
    )  # fmt: skip
    moving = masses @ np.column_stack((np.zeros(2), speeds)) / masses.sum()
    share = np.array([masses[1], -masses[0]]) / masses.sum()
    velocity = moving + share[:, None] * exact.velocity
    return found, velocity, exact


@PAIR_SPINS
@pytest.mark.parametrize("ball", [published.ALLOY, published.COPPER], ids=["alloy", "copper"])
def test_identical_balls_that_turn_like_gears_feel_no_friction(ball, tangent):
    speed = 0.2
    spin = tangent * speed / ball.radius
    found, _, _ = meet((ball, ball), (-speed, speed), (spin, -spin))
    # Case 7: their surfaces roll on each other, so nothing tangential happens, to rounding.
    assert np.abs(found.velocity[:, 0]).max() < 1e-12 * speed
    assert found.spin[:, 1] == pytest.approx([spin, -spin], rel=1e-12, abs=0.0)
    assert found.velocity[:, 2] == pytest.approx([0.5 * speed, -0.5 * speed], rel=CLOSE)


@PAIR_SPINS
@pytest.mark.parametrize("ball", [published.ALLOY, published.COPPER], ids=["alloy", "copper"])
def test_identical_balls_with_equal_spins_rub(ball, tangent):
    speed, friction, restitution = 0.2, 0.4, 0.5
    spin = tangent * speed / ball.radius
    found, velocity, exact = meet((ball, ball), (-speed, speed), (spin, spin))
    scale = CLOSE * max(1.0, tangent) * speed
    assert found.velocity[:, [0, 2]] == pytest.approx(velocity, abs=scale)
    assert ball.radius * found.spin[:, 1] == pytest.approx(ball.radius * exact.spin, abs=scale)
    if tangent >= 5:
        lost, spun = analytic.sliding_impact(speed, friction, restitution, ball.radius)
        # As on a plane at half the closing speed, the other ball its mirror image. The centres'
        # line turns by the distance rubbed over the diameter, below 1e-4 of the velocities.
        assert found.velocity[:, 0] == pytest.approx([lost, -lost], abs=3 * scale)
        assert found.spin[:, 1] == pytest.approx(
            [spin - spun, spin - spun], abs=spun * exact.overlap / ball.radius + scale / ball.radius
        )


@PAIR_SPINS
@pytest.mark.parametrize(
    "other", [published.HEAVY, published.ALLOY._replace(radius=0.5)], ids=["rigid", "alike"]
)
def test_spinning_ball_meets_a_larger_one(other, tangent):
    ball, speed, friction, restitution = published.ALLOY, 0.2, 0.4, 0.5
    spin = -tangent * speed / ball.radius
    found, velocity, exact = meet((ball, other), (-speed, 0.0), (spin, 0.0))
    scale = CLOSE * max(1.0, tangent) * speed
    assert found.velocity[:, [0, 2]] == pytest.approx(velocity, abs=scale)
    radii = np.array([ball.radius, other.radius])
    assert radii * found.spin[:, 1] == pytest.approx(radii * exact.spin, abs=scale)
    if tangent >= 5:
        impulse = friction * (1 + restitution) * speed / (1 / ball.mass + 1 / other.mass)
        # Coulomb's impulse on both; the centres' line turns by the distance rubbed over theirs.
        assert found.velocity[0, 0] == pytest.approx(-impulse / ball.mass, abs=3 * scale)
        assert found.velocity[1, 0] == pytest.approx(impulse / other.mass, abs=3 * scale)
        turned = 2.5 * impulse / np.array([ball.mass, other.mass]) / radii
        assert found.spin[:, 1] - [spin, 0.0] == pytest.approx(
            turned, rel=exact.overlap / ball.radius, abs=scale / ball.radius
        )
