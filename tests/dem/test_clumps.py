"""Particles that move as a whole with less inertia than inside: stable, exact in its energy."""

import numpy as np
import pytest
from scipy.linalg import eigh

from dem.box import Box
from dem.clumps import clumps_of
from dem.grains import ACTIVE, CBD
from dem.inertia import adapt, kinetic_energy
from dem.observe import energies
from dem.simulation import Numerics, simulate
from tests.dem.assemblies import (
    UM,
    bonds_between,
    lattice_block,
    material,
    spheres,
    stiffness_matrix,
)

SIDE = 40.0 * UM


def two_blocks(gap=-0.02 * UM, light=True, damping=0.0, periodic=False, **settings):
    """Two bonded blocks of 27 grains, one over the other, that touch with an overlap of −gap."""
    lower, pairs = lattice_block(3)
    upper = lower + np.array([0.0, 0.0, np.ptp(lower[:, 2]) + 1.4 * UM + gap])
    # The nearest two grains of the blocks touch by just the gap, over each other.
    lowest = np.argmin(upper[:, 2])
    upper[:, :2] += lower[np.argmax(lower[:, 2]), :2] - upper[lowest, :2]
    position = np.concatenate((lower, upper)) + 0.4 * SIDE
    bonds = bonds_between(position, pairs + [(i + 27, j + 27) for i, j in pairs], UM**2)
    grains = spheres(position, 0.7 * UM, particle=np.repeat([4, 9], 27))
    made_of = material(friction=0.3, restitution=0.8)
    return simulate(
        grains, bonds, Box(np.array([SIDE, SIDE]), periodic), [made_of], SIDE,
        Numerics(damping=damping, light_particles=light), overlaps_rest=False, **settings,
    )  # fmt: skip


def mass_matrix(sim):
    """The inertia of all grains' motion and turning, (6 n, 6 n), from the definition."""
    n, clumps = len(sim.body), sim.clumps
    matrix = np.diag(np.repeat(np.column_stack((sim.inner_mass, sim.moment)).ravel(), 3))
    for k in range(len(clumps.mass)):
        whole = np.zeros((6 * n, 6))
        for i in clumps.member[clumps.start[k] : clumps.start[k + 1]]:
            x, y, z = clumps.arm[i]
            whole[6 * i : 6 * i + 6] = np.eye(6)
            whole[6 * i : 6 * i + 3, 3:] = [[0, z, -y], [-z, 0, x], [y, -x, 0]]
        heavy = matrix @ whole
        own = np.linalg.inv(whole.T @ heavy)
        matrix = matrix - (1.0 - clumps.share[k]) * heavy @ own @ heavy.T
    return matrix


def test_particles_of_several_active_grains_are_clumps():
    particle = np.array([3, 3, 5, 7, 7, 7, 8, 8])
    material_of = np.array([ACTIVE] * 6 + [CBD] * 2)
    clumps = clumps_of(particle, material_of, light=True)
    assert clumps.of.tolist() == [0, 0, -1, 1, 1, 1, -1, -1]
    assert clumps.member.tolist() == [0, 1, 3, 4, 5] and clumps.start.tolist() == [0, 2, 5]
    assert len(clumps_of(particle, material_of, light=False).mass) == 0


@pytest.mark.parametrize("overlap", [0.0, 0.02, 0.1])
def test_lighter_motion_as_a_whole_keeps_the_step_stable(overlap):
    sim = two_blocks(gap=-overlap * UM)
    assert (sim.clumps.share < 0.3).all()
    stiffness = stiffness_matrix(sim, 1e-6 * UM, 1e-6)
    squares = eigh(0.5 * (stiffness + stiffness.T), mass_matrix(sim), eigvals_only=True)
    frequency = np.sqrt(squares.max()) * sim.step / sim.numerics.undamped_factor
    # The limit of central differences is 2; a bound that is far off would waste steps.
    assert 0.5 < frequency <= 2.0


def test_motion_as_a_whole_and_inside_follow_the_mass_matrix():
    sim = two_blocks()
    sim.advance(1)
    rng = np.random.default_rng(3)
    n = len(sim.body)
    sim.grains.velocity[:] = rng.normal(0, 1e-6 * UM / sim.step, (n, 3))
    sim.grains.angular_velocity[:] = rng.normal(0, 1e-6 / sim.step, (n, 3))
    before = np.hstack((sim.grains.velocity, sim.grains.angular_velocity)).ravel()
    inertia, load = mass_matrix(sim), sim.net_load.ravel()
    assert np.abs(load).max() > 0.0
    assert kinetic_energy(sim) == pytest.approx(0.5 * before @ inertia @ before, rel=1e-9, abs=0.0)
    sim.advance(1)
    after = np.hstack((sim.grains.velocity, sim.grains.angular_velocity)).ravel()
    change = sim.step * np.linalg.solve(inertia, load)
    # Rounding against the velocities, of which the change is a small part.
    assert after - before == pytest.approx(change, rel=0, abs=1e-9 * np.abs(before).max())


def test_free_particle_flies_on_as_its_own_momentum_says():
    sim = two_blocks(gap=3.0 * UM)
    sim.grains.velocity[:27] = 1e-4 * UM / sim.step * np.array([1.0, 2.0, 0.5])
    start = sim.grains.position.copy()
    sim.advance(500)
    moved = sim.grains.position - start
    assert moved[:27] == pytest.approx(
        np.broadcast_to(500e-4 * UM * np.array([1.0, 2.0, 0.5]), (27, 3)), rel=1e-9, abs=0.0
    )
    # What lies still moves by rounding alone.
    assert np.abs(moved[27:]).max() < 1e-12 * UM


@pytest.mark.parametrize("damping", [0.0, 0.7])
def test_ledger_is_exact_while_particles_collide(damping):
    sim = two_blocks(gap=0.5 * UM, damping=damping)
    sim.grains.velocity[27:, 2] = -2e-3 * UM / sim.step
    given, before = kinetic_energy(sim), energies(sim)
    sim.advance(1200)
    found = energies(sim)
    # Leapfrog's kinetic energy stands half a step behind; a collision is some 100 steps long.
    assert abs(found.residual - before.residual) < 0.01 * given
    assert found.kinetic < given
    if damping:
        assert found.damping - before.damping > 0.3 * given


def test_equilibrium_is_that_of_heavy_particles():
    """Eight blocks of eight grains between plates press as hard, whatever inertia they moved by."""
    corner = np.stack(np.meshgrid(*[np.arange(2)] * 3, indexing="ij"), -1).reshape(-1, 3)
    apart = 2.88 * UM
    block = 1.5 * UM * corner
    position = np.concatenate([block + apart * at for at in corner]) + 0.69 * UM
    near = [(j, i) for i in range(8) for j in range(i) if np.abs(corner[i] - corner[j]).sum() == 1]
    pairs = [(8 * k + i, 8 * k + j) for k in range(8) for i, j in near]
    pressures = []
    for light in (True, False):
        sim = simulate(
            spheres(position, 0.7 * UM, particle=np.repeat(np.arange(8), 8)),
            bonds_between(position, pairs, UM**2), Box(np.full(2, 2 * apart), True),
            [material(friction=0.5)], 2 * apart, Numerics(light_particles=light),
            overlaps_rest=False,
        )  # fmt: skip
        sim.advance(500, rate=-0.01 / 500 / sim.step)
        sim.advance(4000)
        assert sim.pressure == pytest.approx(sim.bottom_pressure, rel=1e-6)
        pressures.append(sim.pressure)
    assert pressures[0] > 1e6
    # Grains stand right over each other: nothing slides, and there is but one state of rest.
    assert pressures[0] == pytest.approx(pressures[1], rel=1e-6)


def test_how_calls_are_cut_changes_no_bit():
    whole, parts = two_blocks(damping=0.7), two_blocks(damping=0.7)
    whole.advance(300, rate=-1e-6 / whole.step)
    for steps in (7, 43, 101, 149):
        parts.advance(steps, rate=-1e-6 / parts.step)
    assert whole.body.tobytes() == parts.body.tobytes()


def test_particle_that_may_hold_on_to_itself_around_the_box_stays_heavy():
    sim = two_blocks(periodic=True)
    assert (sim.clumps.share < 1.0).all()
    wide = two_blocks(periodic=True)
    wide.box = Box(np.array([0.0875, 1.0]) * SIDE, True)
    adapt(wide, 50)
    assert (wide.clumps.share == 1.0).all()


def test_middle_of_a_particle_across_a_periodic_side_is_found():
    sim, shifted = two_blocks(periodic=True), two_blocks(periodic=True)
    shifted.grains.position[:, 0] = np.mod(shifted.grains.position[:, 0] + 0.56 * SIDE, SIDE)
    assert np.ptp(shifted.grains.position[:, 0]) > 0.5 * SIDE
    for each in (sim, shifted):
        each.refresh()
    assert shifted.clumps.arm == pytest.approx(sim.clumps.arm, rel=0, abs=1e-9 * SIDE)
