"""Spheres that meet spheres and planes: Hertz, restitution, Coulomb friction, conservation."""

import numpy as np
import pytest

from dem.box import Box
from dem.observe import energies
from tests import analytic
from tests.dem.assemblies import DENSITY, POISSON, UM, YOUNG, free_spheres, material

RADII = np.array([1.0, 1.6]) * UM
MASSES = analytic.sphere_mass(RADII, DENSITY)
PAIR_MASS = MASSES.prod() / MASSES.sum()
PAIR_RADIUS = RADII.prod() / RADII.sum()
SPEED = 2.0


def pair_modulus(young=YOUNG, poisson=POISSON):
    return analytic.contact_modulus(young, poisson, young, poisson)


def about_to_meet(made_of, step, offset=0.0, spin=None):
    """Two spheres a hair apart that close at SPEED along a skew line, `offset` [m] off centre."""
    along = np.array([2.0, -1.0, 2.0]) / 3
    aside = np.array([1.0, 2.0, 0.0]) / np.sqrt(5)
    reach = RADII.sum() * (1 + 1e-6)
    first = np.array([50.0, 50.0, 50.0]) * UM
    second = first + np.sqrt(reach**2 - offset**2) * along + offset * aside
    sim = free_spheres([first, second], RADII, step, made_of)
    sim.grains.velocity[0] = 0.7 * SPEED * along + 0.1
    sim.grains.velocity[1] = -0.3 * SPEED * along + 0.1
    if spin is not None:
        sim.grains.angular_velocity[:] = spin
    return sim, along


def touching(sim):
    """Whether anything touched in the last step."""
    pairs = sim.contacts.touched == sim.steps_done
    return pairs.any() or sim.wall_rows.spring[:, 3].any()


def momentum(sim):
    return (sim.grains.mass[:, None] * sim.grains.velocity).sum(axis=0)


def angular_momentum(sim):
    g = sim.grains
    return (
        np.cross(g.position - 50 * UM, g.mass[:, None] * g.velocity)
        + sim.moment[:, None] * g.angular_velocity
    ).sum(axis=0)


def kinetic_energy(sim):
    g = sim.grains
    return 0.5 * (
        g.mass @ (g.velocity**2).sum(axis=1) + sim.moment @ (g.angular_velocity**2).sum(axis=1)
    )


@pytest.mark.parametrize("restitution", [1.0, 0.9, 0.6, 0.3])
@pytest.mark.parametrize("young", [100e9, 1e9])
def test_two_spheres_rebound_with_given_restitution(restitution, young):
    made_of = material(young_modulus=young, restitution=restitution)
    duration = analytic.hertz_contact_time(PAIR_MASS, SPEED, pair_modulus(young), PAIR_RADIUS)
    sim, along = about_to_meet(made_of, duration / 1000)
    before = momentum(sim)
    # A damped contact lasts longer than the elastic one, by less than half for e ≥ 0.3.
    sim.advance(2000)
    assert not touching(sim)
    rebound = (sim.grains.velocity[1] - sim.grains.velocity[0]) @ along / SPEED
    # Velocities lag half a step, a thousandth of the contact: first order in the step.
    assert rebound == pytest.approx(restitution, abs=3e-3)
    # Equal and opposite forces: kept to rounding.
    assert momentum(sim) == pytest.approx(before, rel=1e-12, abs=0.0)
    lost = 0.5 * PAIR_MASS * SPEED**2 * (1 - restitution**2)
    assert energies(sim).viscous == pytest.approx(lost, abs=5e-3 * PAIR_MASS * SPEED**2)


def test_elastic_collision_keeps_energy():
    duration = analytic.hertz_contact_time(PAIR_MASS, SPEED, pair_modulus(), PAIR_RADIUS)
    sim, _ = about_to_meet(material(), duration / 500)
    before = kinetic_energy(sim)
    sim.advance(750)
    # Leapfrog keeps the energy of a closed contact to second order, (1/500)².
    assert kinetic_energy(sim) == pytest.approx(before, rel=1e-5, abs=0.0)


def test_collision_reaches_hertz_overlap_in_hertz_time():
    modulus = pair_modulus()
    duration = analytic.hertz_contact_time(PAIR_MASS, SPEED, modulus, PAIR_RADIUS)
    steps = 300
    sim, _ = about_to_meet(material(), duration / steps)
    overlap = []
    for _ in range(steps + 40):
        sim.advance(1)
        apart = sim.grains.position[1] - sim.grains.position[0]
        overlap.append(RADII.sum() - np.linalg.norm(apart))
    largest = analytic.hertz_largest_overlap(PAIR_MASS, SPEED, modulus, PAIR_RADIUS)
    # The largest sampled overlap misses the peak by at most (π/2/300)²/2.
    assert max(overlap) == pytest.approx(largest, rel=1e-4, abs=0.0)
    # Counting steps resolves the two ends of the contact to a step each.
    assert np.count_nonzero(np.array(overlap) > 0) == pytest.approx(steps, abs=2)


@pytest.mark.parametrize("friction", [0.1, 0.5, 5.0])
def test_oblique_collision_keeps_angular_momentum(friction):
    made_of = material(friction=friction, restitution=0.8)
    duration = analytic.hertz_contact_time(PAIR_MASS, SPEED, pair_modulus(), PAIR_RADIUS)
    spin = np.array([[2e5, -3e5, 1e5], [1e5, 4e5, -2e5]])
    sim, _ = about_to_meet(made_of, duration / 200, offset=1.2 * UM, spin=spin)
    turning, energy = angular_momentum(sim), kinetic_energy(sim)
    sim.advance(500)
    assert not touching(sim)
    assert np.abs(sim.grains.angular_velocity - spin).max() > 1e4
    # Lever arms sum to the distance at which the forces act; positions move half a step on.
    scale = PAIR_MASS * SPEED * RADII.sum()
    assert np.abs(angular_momentum(sim) - turning).max() < 1e-12 * scale
    assert kinetic_energy(sim) < energy
    booked = energies(sim).friction + energies(sim).viscous
    # What motion loses is booked as friction and viscous work, to first order in the step.
    assert booked == pytest.approx(energy - kinetic_energy(sim), rel=0.02, abs=0.0)


def on_plane(made_of, wall_friction, velocity, steps):
    modulus = analytic.contact_modulus(YOUNG, POISSON)
    mass = analytic.sphere_mass(UM, DENSITY)
    duration = analytic.hertz_contact_time(mass, -velocity[2], modulus, UM)
    position = [[50 * UM, 50 * UM, UM * (1 + 1e-6)]]
    sim = free_spheres(position, UM, duration / steps, made_of, wall_friction=wall_friction)
    sim.grains.velocity[0] = velocity
    return sim


@pytest.mark.parametrize("restitution", [1.0, 0.5])
def test_sphere_rebounds_from_plane_with_given_restitution(restitution):
    sim = on_plane(material(restitution=restitution), 0.0, (0.0, 0.0, -SPEED), 1000)
    sim.advance(1800)
    assert not touching(sim)
    # First order in the step, a thousandth of the contact.
    assert sim.grains.velocity[0, 2] == pytest.approx(restitution * SPEED, rel=3e-3, abs=0.0)


@pytest.mark.parametrize("side", range(4))
def test_symmetry_plane_returns_a_sphere(side):
    axis, upper = side // 2, side % 2
    length = 10 * UM
    position = np.full((1, 3), 5 * UM)
    position[0, axis] = (length - UM * 1.0001) if upper else UM * 1.0001
    mass = analytic.sphere_mass(UM, DENSITY)
    modulus = analytic.contact_modulus(YOUNG, POISSON)
    duration = analytic.hertz_contact_time(mass, SPEED, modulus, UM)
    box = Box(np.array([length, length]), periodic=False)
    sim = free_spheres(position, UM, duration / 500, material(), box=box)
    outwards = SPEED if upper else -SPEED
    sim.grains.velocity[0] = 0.3
    sim.grains.velocity[0, axis] = outwards
    sim.advance(1000)
    # Frictionless and elastic: reversed across the plane, untouched along it.
    expected = np.full(3, 0.3)
    expected[axis] = -outwards
    assert sim.grains.velocity[0] == pytest.approx(expected, rel=1e-5, abs=0.0)


def test_steep_impact_slides_by_coulomb():
    friction, sideways = 0.2, 2 * SPEED
    sim = on_plane(material(), friction, (sideways, 0.0, -SPEED), 1000)
    sim.advance(1300)
    lost, spin = analytic.sliding_impact(SPEED, friction, 1.0, UM)
    # The spring loads before it slides: a share of the impulse of order (µ · stick length)/δ.
    assert sideways - sim.grains.velocity[0, 0] == pytest.approx(lost, rel=5e-3, abs=0.0)
    assert sim.grains.velocity[0, 1] == 0.0
    # The lever is the distance to the plane, shorter than the radius by the overlap (2 %).
    assert sim.grains.angular_velocity[0, 1] == pytest.approx(spin, rel=0.02, abs=0.0)
    booked = energies(sim).friction
    kept = 0.5 * sim.inertial_mass[0] * (sim.grains.velocity[0] ** 2).sum()
    kept += 0.5 * sim.moment[0] * (sim.grains.angular_velocity[0] ** 2).sum()
    before = 0.5 * sim.inertial_mass[0] * (SPEED**2 + sideways**2)
    # Friction work is all that an elastic impact loses; the spring's cut is of second order.
    assert booked == pytest.approx(before - kept, rel=0.02, abs=0.0)


def pressed_between_plates(overlap, step, speed):
    sim = free_spheres(
        [[50 * UM, 50 * UM, UM - overlap]], UM, step, material(), height=2 * (UM - overlap),
        wall_friction=0.3, overlaps_rest=False,
    )  # fmt: skip
    sim.grains.velocity[0, 0] = speed
    return sim


def test_sphere_pressed_between_plates_slides_against_twice_the_friction():
    overlap, step, speed = 0.01 * UM, 1e-11, 50.0
    sim = pressed_between_plates(overlap, step, speed)
    push = analytic.hertz_force(overlap, analytic.contact_modulus(YOUNG, POISSON), UM)
    deceleration = 2 * 0.3 * push / sim.inertial_mass[0]
    sim.advance(50)
    before = sim.grains.velocity[0, 0]
    assert 0.9 * speed < before < speed
    steps = int(0.5 * speed / deceleration / step)
    sim.advance(steps)
    # Fully sliding on both sides, torques in balance: uniform deceleration to rounding.
    lost = before - sim.grains.velocity[0, 0]
    assert lost == pytest.approx(deceleration * steps * step, rel=1e-9, abs=0.0)
    assert np.abs(sim.grains.angular_velocity).max() * UM < 1e-9 * speed


def test_sticking_sphere_swings_on_mindlin_springs():
    overlap, speed = 0.01 * UM, 1e-3
    shear = analytic.mindlin_modulus(YOUNG, POISSON)
    stiffness = 2 * analytic.mindlin_stiffness(overlap, shear, UM)
    mass = analytic.sphere_mass(UM, DENSITY)
    frequency = np.sqrt(stiffness / mass)
    steps = 400
    step = 2.25 * np.pi / frequency / steps
    sim = pressed_between_plates(overlap, step, speed)
    sim.advance(steps)
    shift = sim.grains.position[0, 0] - 50 * UM
    # First order: the velocity starts half a step early and forces stand from the second step.
    assert shift == pytest.approx(
        speed / frequency * np.sin(2.25 * np.pi), rel=2.5 * np.pi / steps, abs=0.0
    )
    # Nothing slides: the springs store all that they took up, to the rounding of the work's sum.
    taken = 0.5 * mass * speed**2
    assert abs(energies(sim).friction) < 1e-9 * taken
