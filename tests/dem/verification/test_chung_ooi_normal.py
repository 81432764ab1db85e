"""Cases 1 to 3 of Chung & Ooi (2011): normal impacts against Hertz and given restitution."""

import functools

import numpy as np
import pytest

from tests import analytic, analytic_dem, analytic_impact
from tests.dem.verification import chung_ooi as published
from tests.dem.verification.chung_ooi import CLOSE, READ_OFF, STEPS
from tests.dem.verification.impact import moduli, plane_contact, plane_impact, two_sphere_impact


def hertz_impact(first, second, speed):
    """Duration [s], largest overlap [m] and force [N] of an elastic impact."""
    young, _ = moduli(first, second)
    mass, radius = first.mass, first.radius
    if second is not None:
        mass, radius = mass / 2, radius / 2
    overlap = analytic.hertz_largest_overlap(mass, speed, young, radius)
    duration = analytic.hertz_contact_time(mass, speed, young, radius)
    return duration, overlap, analytic.hertz_force(overlap, young, radius)


@functools.cache
def elastic_impact(ball, pair, speed):
    """Case 1 (two balls that meet) or 2 (a ball on a plane), recorded, and Hertz's figures."""
    other = ball if pair else None
    duration, overlap, force = hertz_impact(ball, other, 2 * speed if pair else speed)
    how = {"step": duration / STEPS, "steps": STEPS + 5, "record": True}
    if pair:
        return two_sphere_impact((ball, ball), [[0, 0, -speed], [0, 0, speed]], **how), (
            duration, overlap, force,
        )  # fmt: skip
    return plane_impact(ball, [0, 0, -speed], **how), (duration, overlap, force)


CASES_1_AND_2 = pytest.mark.parametrize(
    ("ball", "pair", "speed"),
    [
        pytest.param(published.GLASS, True, 10.0, id="glass pair"),
        pytest.param(published.LIMESTONE, True, 10.0, id="limestone pair"),
        pytest.param(published.ALUMINIUM, False, 0.2, id="aluminium on a plane"),
        pytest.param(published.MAGNESIUM, False, 0.2, id="magnesium on a plane"),
    ],
)


@CASES_1_AND_2
def test_elastic_impact_follows_hertz_in_time(ball, pair, speed):
    found, (duration, overlap, force) = elastic_impact(ball, pair, speed)
    # Leapfrog from the first touch: (2π/3/STEPS)² of the overlap, rounding of the place included.
    assert found.overlap.max() == pytest.approx(overlap, rel=1e-6, abs=0.0)
    assert found.force.max() == pytest.approx(force, rel=2e-6)
    # Short of the peak, where time is too steep a function of overlap.
    closing = (found.time < 0.5 * duration) & (found.overlap < 0.9 * overlap)
    depth = np.maximum(found.overlap[closing], 0.0)
    reached = analytic_dem.hertz_time(depth, speed * (1 + pair), overlap)
    assert reached == pytest.approx(found.time[closing], abs=1e-6 * duration)
    # As fast out as in: the last step leaves the contact with (1/STEPS)^(5/2) of the energy.
    assert np.abs(found.velocity[0] - [0, 0, speed]).max() < 1e-6 * speed


@CASES_1_AND_2
def test_elastic_impact_pushes_by_hertz(ball, pair, speed):
    found, (_, _, force) = elastic_impact(ball, pair, speed)
    young, _ = moduli(ball, ball if pair else None)
    law = analytic.hertz_force(1.0, young, ball.radius / (1 + pair))
    # The force is a difference of velocities, which round at 1e-16 of v over a step of 1/STEPS.
    assert found.force == pytest.approx(
        law * np.maximum(found.overlap, 0.0) ** 1.5, abs=1e-8 * force
    )


def test_elastic_impacts_reach_published_forces():
    limestone, _ = elastic_impact(published.LIMESTONE, True, 10.0)
    magnesium, _ = elastic_impact(published.MAGNESIUM, False, 0.2)
    # Published to four digits.
    assert limestone.force.max() == pytest.approx(published.PEAK_FORCE["limestone pair"], rel=1e-4)
    assert magnesium.force.max() == pytest.approx(
        published.PEAK_FORCE["magnesium on a plane"], rel=1e-4
    )
    for ball, pair, speed, curve in (
        (published.GLASS, True, 10.0, published.GLASS_FORCE),
        (published.ALUMINIUM, False, 0.2, published.ALUMINIUM_FORCE),
    ):
        found, _ = elastic_impact(ball, pair, speed)
        there = np.interp(curve[:, 0] * 1e-6, found.time, found.force) / 1e3
        assert there == pytest.approx(curve[:, 1], abs=READ_OFF * curve[:, 1].max())


@pytest.mark.parametrize("ball", [published.OXIDE, published.CAST_IRON], ids=["oxide", "iron"])
@pytest.mark.parametrize("restitution", [0.2, 0.4, 0.6, 0.8, 1.0])
def test_ball_rebounds_with_given_restitution(ball, restitution):
    speed = 3.9
    contact = plane_contact(ball, restitution=restitution)
    exact = analytic_impact.impact(contact, (0.0, -speed))
    found = plane_impact(
        ball, [0, 0, -speed], restitution=restitution,
        step=exact.duration / STEPS, steps=int(1.01 * STEPS),
    )  # fmt: skip
    assert exact.velocity[1] == pytest.approx(restitution * speed, rel=1e-8)
    assert found.velocity[0, 2] == pytest.approx(restitution * speed, abs=CLOSE * speed)
