"""Spheres on rolls and in drums: Hertz's elliptic contact, draw-in, friction and its work."""

import numpy as np
import pytest

from dem.observe import energies
from dem.walls.control import wall_force, wall_torque, wall_work
from dem.walls.roll import roll
from tests import analytic, analytic_rolls
from tests.dem.assemblies import POISSON, UM, YOUNG, material
from tests.dem.walled import beside, held, plane_wall

MODULUS = analytic.contact_modulus(YOUNG, POISSON)


@pytest.mark.parametrize(
    ("radius", "close"),
    # Mean curvature for the ellipse: off by some (r/R)²/13 to (r/R)²/10, R seen from the sphere.
    [(1e4, 1e-8), (100.0, 1e-5), (10.0, 1e-3), (4.0, 5e-3), (-100.0, 1e-5), (-10.0, 1e-3),
     (-4.0, 8e-3)],
)  # fmt: skip
def test_sphere_on_a_roll_or_in_a_drum_has_the_force_of_an_elliptic_contact(radius, close):
    overlap, axis = 0.01 * UM, np.array([0.6, 0.8, 0.0])
    sim = held(
        beside([roll([3 * UM, 0, 0], axis, radius * UM)],
               [3 * UM, 0, abs(radius) * UM + np.sign(radius) * (UM - overlap)])
    )  # fmt: skip
    sim.advance(1)
    across = 1 / (1 / UM + 1 / (radius * UM))
    expected = analytic_rolls.elliptic_force(overlap, MODULUS, min(across, UM), max(across, UM))
    expected *= np.sign(radius)
    # Depth is a difference of lengths up to 1e6 times larger: rounding.
    rounding = 1.5e-16 * abs(radius) * UM / overlap * 3
    force = -wall_force(sim, 0)
    assert force[2] == pytest.approx(expected, rel=close + rounding, abs=0.0)
    assert np.abs(force[:2]).max() < 1e-12 * abs(expected)


def between_rolls(friction_over_tangent, overlap=1e-3 * UM):
    """A sphere that two turning rolls hold in front of their gap, and the angle it sees."""
    radius, half_gap = 10 * UM, 0.7 * UM
    angle = analytic_rolls.nip_angle(UM - overlap, radius, half_gap)
    friction = friction_over_tangent * np.tan(angle)
    height = radius + half_gap
    rolls = [
        roll([0, 0, -height], [0, 1, 0], radius, turning=5e6, friction=friction),
        roll([0, 0, height], [0, 1, 0], radius, turning=-5e6, friction=friction),
    ]
    away = (radius + UM - overlap) * np.sin(angle)
    return beside(rolls, [-away, 0, 0], step=1e-11), angle, friction


@pytest.mark.parametrize("share", [0.8, 1.3], ids=["pushed out", "drawn in"])
def test_rolls_draw_in_what_friction_holds(share):
    sim, angle, friction = between_rolls(share)
    push = analytic.hertz_force(1e-3 * UM, MODULUS, 1 / (1 / UM + 0.5 / (10 * UM)))
    # The first steps load the tangential springs up to Coulomb's limit.
    sim.advance(10)
    before = sim.grains.velocity[0, 0]
    sim.advance(20)
    pull = analytic_rolls.pull_between_rolls(push, friction, angle)
    gained = pull / sim.inertial_mass[0] * 20 * sim.step
    # The sphere has moved by less than 1e-4 of its overlap.
    assert sim.grains.velocity[0, 0] - before == pytest.approx(gained, rel=2e-3)
    assert (gained > 0) == (share > 1)
    # Mirror images: nothing across, no spin, equal and opposite on both rolls.
    assert abs(sim.grains.velocity[0, 2]) < 1e-12 * abs(gained)
    below, above = wall_force(sim, 0), wall_force(sim, 1)
    assert below == pytest.approx(above * [1, 1, -1], rel=1e-12, abs=1e-15 * push)
    # Friction brakes the rolls; each does the work that its torque says.
    for wall, turning in ((0, 5e6), (1, -5e6)):
        assert wall_torque(sim, wall)[1] * turning < 0.0
    sim.advance(4000)
    assert (sim.grains.velocity[0, 0] > 0) == (share > 1)


def test_torque_of_friction_times_turning_is_the_work_that_becomes_heat_and_spin():
    friction, overlap, turning = 0.3, 0.02 * UM, 2e6
    radius = 10 * UM
    below = roll([0, 0, -radius], [0, 1, 0], radius, turning=turning, friction=friction)
    lid = plane_wall([0, 0, 2 * (UM - overlap)], [0, 0, -1])
    made_of = material(friction=0.5)
    sim = beside([below, lid], [0, 0, UM - overlap], step=1e-11, made_of=made_of)
    start = sum(energies(sim)[:-1])
    sim.advance(40)
    # Sliding, friction is the share µ/√(1 + µ²) of the whole force, and its arm about the axis the
    # roll's radius: the contact lies on the roll's surface. It holds the roll back.
    rubbing = friction / np.sqrt(1 + friction**2) * np.linalg.norm(wall_force(sim, 0))
    assert wall_torque(sim, 0)[1] == pytest.approx(-rubbing * radius, rel=1e-9)
    sim.advance(1960)
    ledger = energies(sim)
    assert wall_work(sim, 0) > 0.0 and ledger.friction > 0.0
    assert ledger.work == pytest.approx(wall_work(sim, 0) + wall_work(sim, 1), rel=1e-12)
    # The rolls' work is summed with the force at the start of each of 2000 steps: first order.
    assert sum(ledger[:-1]) - start == pytest.approx(ledger.work, rel=2e-3)


def test_sphere_in_a_turning_drum_is_carried_up_the_wall():
    # A floor that is curved about the sphere's way: pressed outward by its own motion, it rolls on.
    drum = roll([0, 0, 0], [0, 1, 0], -10 * UM, turning=3e5, friction=0.5)
    sim = beside([drum], [0, 0, -8.999 * UM], step=2e-10, made_of=material(restitution=0.5))
    sim.grains.velocity[0] = [-3e5 * 9 * UM, 0, 0]
    sim.grains.angular_velocity[0] = [0, 3e5, 0]
    sim.advance(20000)
    x, _, z = sim.grains.position[0]
    # Carried round with the drum like a rigid body: angle ω t, distance by force balance.
    angle = 3e5 * 20000 * sim.step
    assert np.arctan2(x, z) == pytest.approx(angle - np.pi, abs=0.01)
    mass = sim.inertial_mass[0]
    force = np.linalg.norm(wall_force(sim, 0))
    assert np.hypot(x, z) + UM > 10 * UM
    assert sim.grains.angular_velocity[0, 1] == pytest.approx(3e5, rel=0.02)
    assert 0.0 < force < 20 * mass * (3e5) ** 2 * 9 * UM
