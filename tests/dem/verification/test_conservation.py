"""What a long run keeps: momentum and angular momentum, and the order of the positions' error."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from dem.observe import energies
from dem.simulation import Numerics, simulate
from tests import analytic
from tests.dem.assemblies import (
    DENSITY,
    POISSON,
    UM,
    WIDE,
    YOUNG,
    bonds_between,
    free_spheres,
    lattice_block,
    material,
    spheres,
)

CENTRE = 50 * UM


def swarm(side=4, speed=20.0, step=2e-12):
    """Grains of which half are bonded, in contact and rubbing, that fly into each other."""
    position, near = lattice_block(side, spacing=2.0 * UM)
    position += CENTRE - position.mean(axis=0)
    rng = np.random.default_rng(11)
    pairs = [pair for pair in near if rng.random() < 0.5]
    made_of = material(
        friction=0.4, restitution=0.7, bond_internal_friction=0.3, bond_moment_share=1.0
    )
    sim = simulate(
        spheres(position, UM), bonds_between(position, pairs, UM**2, 8e8, 8e8), WIDE, [made_of],
        2 * CENTRE, Numerics(damping=0.0, step=step),
    )  # fmt: skip
    n = len(position)
    inwards = -(position - CENTRE) / (side * UM)
    sim.grains.velocity[:] = speed * (inwards + 0.5 * rng.normal(size=(n, 3)))
    sim.grains.angular_velocity[:] = speed / UM * rng.normal(size=(n, 3))
    return sim


def moments(sim):
    """Momentum [N s] and angular momentum about the box's centre [N m s], and the sums of sizes."""
    g = sim.grains
    push = g.mass[:, None] * g.velocity
    turn = np.cross(g.position - CENTRE, push)
    turn += (0.4 * g.mass * g.radius**2)[:, None] * g.angular_velocity
    return (push.sum(axis=0), turn.sum(axis=0)), (
        np.linalg.norm(push, axis=1).sum(), np.linalg.norm(turn, axis=1).sum(),
    )  # fmt: skip


def test_momentum_and_angular_momentum_are_kept_through_contacts_friction_and_breaking_bonds():
    sim = swarm()
    before, scale = moments(sim)
    pressed = 0.0
    for _ in range(20):
        sim.advance(500)
        pressed = max(pressed, energies(sim).contact)
        after, _ = moments(sim)
        for kept, was, size in zip(after, before, scale, strict=True):
            # Equal and opposite rows on lever arms that sum to the distance: kept to rounding.
            assert np.abs(kept - was).max() < 1e-12 * size
    state = sim.bond_state().state
    # The run had all of it: bonds that broke and bonds that held, contacts, friction.
    assert 0.1 * len(state) < np.count_nonzero(state) < len(state)
    assert pressed > 0.0
    assert energies(sim).friction > 0.0


def pressed_sphere_error(steps):
    """Error of a sphere that swings between two plates, which never leave it, after 2.3 periods."""
    overlap, radius = 0.02 * UM, UM
    mass = analytic.sphere_mass(radius, DENSITY)
    law = analytic.hertz_force(1.0, analytic.contact_modulus(YOUNG, POISSON), radius)
    stiffness = 2 * 1.5 * law * np.sqrt(overlap)
    duration = 2.3 * 2 * np.pi / np.sqrt(stiffness / mass)
    speed = 0.5 * overlap * np.sqrt(stiffness / mass)
    sim = free_spheres(
        [[CENTRE, CENTRE, radius - overlap]], radius, duration / steps, material(),
        height=2 * (radius - overlap), overlaps_rest=False,
    )  # fmt: skip
    # In the middle the plates' forces cancel: a velocity half a step old is the same.
    sim.grains.velocity[0, 2] = speed
    sim.advance(steps)

    def pushed(_, y):
        return y[1], law * ((overlap - y[0]) ** 1.5 - (overlap + y[0]) ** 1.5) / mass

    exact = solve_ivp(pushed, (0.0, duration), (0.0, speed), "DOP853", rtol=1e-12, atol=1e-20)
    return (sim.grains.position[0, 2] - (radius - overlap) - exact.y[0, -1]) / overlap


def test_position_error_of_a_pressed_sphere_falls_as_dt_squared():
    errors = np.abs([pressed_sphere_error(steps) for steps in (200, 400, 800, 1600)])
    assert errors[0] < 0.005
    # Hertz's force is smooth while both plates touch: the next term is (ω dt)² smaller.
    assert np.log2(errors[:-1] / errors[1:]) == pytest.approx([2.0] * 3, abs=0.05)
