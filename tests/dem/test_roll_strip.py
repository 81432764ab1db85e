"""A bonded strip between two driven rolls: drawn in by friction, thinner behind."""

import numba
import numpy as np
import pytest

from dem.box import Box
from dem.jit import threads_for
from dem.observe import energies
from dem.simulation import Numerics, simulate
from dem.walls.control import wall_force, wall_torque
from dem.walls.mesh import mesh
from dem.walls.roll import roll
from tests.dem.assemblies import UM, bonds_between, material, spheres
from tests.dem.test_determinism import assert_same_bits
from tests.dem.walled import CUBE

LENGTH, WIDTH, LAYERS = 24, 4, 3
SPACING, GRAIN, RADIUS = 1.5 * UM, 0.75 * UM, 15 * UM
THICKNESS = ((LAYERS - 1) * SPACING) + 2 * GRAIN


def strip(length, width):
    """Points of a disturbed lattice that is endless along y, and the pairs of neighbours."""
    rng = np.random.default_rng(6)
    grid = np.stack(np.meshgrid(*map(np.arange, (length, width, LAYERS)), indexing="ij"), -1)
    position = (grid.reshape(-1, 3) + np.array([0, 0.5, -0.5 * (LAYERS - 1)])) * SPACING
    position[:, :2] += rng.uniform(-0.05, 0.05, (len(position), 2)) * SPACING
    apart = position[:, None] - position
    period = width * SPACING
    apart[..., 1] -= period * np.round(apart[..., 1] / period)
    first, second = np.nonzero(np.triu(np.linalg.norm(apart, axis=2) < 1.25 * SPACING, 1))
    return position, list(zip(first.tolist(), second.tolist(), strict=True)), period


def between_rolls(friction=0.6, gap=0.85):
    """The strip as it meets two rolls that turn, at the speed of their surfaces."""
    position, pairs, period = strip(LENGTH, WIDTH)
    bonds = bonds_between(position, pairs, SPACING**2)
    # Bonds across the periodic side rest at their nearest images.
    rest = bonds.rest.copy()
    rest[:, 1] -= period * np.round(rest[:, 1] / period)
    made_of = material(
        young_modulus=1e9, bond_modulus=1e9, friction=0.5, restitution=0.5,
        bond_yield_strength=10e6,
    )  # fmt: skip
    half_gap = 0.5 * gap * THICKNESS
    # There the front's outer grains touch the rolls.
    height = RADIUS + half_gap - 0.5 * THICKNESS + GRAIN
    position[:, 0] -= position[:, 0].max() + np.sqrt((RADIUS + GRAIN) ** 2 - height**2)
    rolls = tuple(
        roll([0, 0, side * (RADIUS + half_gap)], [0, 1, 0], RADIUS, friction=friction)
        for side in (-1, 1)
    )
    sim = simulate(
        spheres(position, GRAIN), bonds._replace(rest=rest),
        Box(np.array([200 * UM, period]), (False, True)), [made_of], None, Numerics(),
        walls=rolls,
    )  # fmt: skip
    speed = 0.01 * UM / sim.step
    sim.walls.spin[0, 1], sim.walls.spin[1, 1] = speed / RADIUS, -speed / RADIUS
    sim.grains.velocity[:, 0] = speed
    return sim


def columns(sim):
    """Mean place along x and thickness of every slice of the strip, (LENGTH,) each."""
    at = sim.grains.position.reshape(LENGTH, -1, LAYERS, 3)
    return at[..., 0].mean(axis=(1, 2)), (at[:, :, -1, 2] - at[:, :, 0, 2]).mean(axis=1) + 2 * GRAIN


@pytest.fixture(scope="module")
def rolled():
    sim = between_rolls()
    before = columns(sim)
    forces, torques = [], []
    for _ in range(300):
        sim.advance(20)
        forces.append([wall_force(sim, 0), wall_force(sim, 1)])
        torques.append([wall_torque(sim, 0)[1], wall_torque(sim, 1)[1]])
    return sim, before, np.array(forces), np.array(torques)


def test_strip_is_drawn_through_by_friction_and_is_thinner_behind(rolled):
    sim, before, _, _ = rolled
    x, thickness = columns(sim)
    assert len(sim.body) == 288
    assert (x > 0.5 * RADIUS).sum() >= LENGTH // 3
    # All was as thick as the strip before; behind the rolls it keeps part of the gap's reduction.
    assert before[1] == pytest.approx(THICKNESS, rel=1e-9)
    behind = (x > 3 * UM) & (np.arange(LENGTH) < LENGTH - 3)
    assert thickness[behind].mean() < 0.93 * THICKNESS
    # No thinner than the gap: springback is upward.
    assert thickness[behind].mean() > 0.84 * THICKNESS
    ahead = x < -8 * UM
    assert thickness[ahead] == pytest.approx(THICKNESS, rel=0.01)


def test_rolls_feel_equal_and_opposite_forces_across_the_gap(rolled):
    _, _, forces, torques = rolled
    steady = forces[100:250].mean(axis=0)
    apart = steady[1, 2]
    assert apart > 0.0
    # The rolls are mirror images, the strip is up to rounding; means over 3000 steps.
    assert steady[0, 2] == pytest.approx(-apart, rel=0.01)
    assert steady[:, 1] == pytest.approx(0.0, abs=0.01 * apart)
    # Both pull the strip alike, against the local damping of what it moves and deforms.
    assert steady[0, 0] == pytest.approx(steady[1, 0], rel=0.02)
    assert -0.6 * apart < steady[0, 0] < 0.0
    mean = torques[100:250].mean(axis=0)
    # The strip holds both rolls back alike.
    assert mean[0] < 0.0 < mean[1]
    assert mean[0] == pytest.approx(-mean[1], rel=0.02)


def test_work_of_the_rolls_is_stored_moving_or_lost(rolled):
    sim, _, _, _ = rolled
    ledger = energies(sim)
    assert ledger.work > 0.0 and ledger.friction > 0.0 and ledger.plastic > 0.0
    # The strip came with its speed, whose energy no wall has given.
    brought = 0.5 * sim.inertial_mass.sum() * (0.01 * UM / sim.step) ** 2
    # As in tests/dem/test_energy_ledger.py: to first order in the step.
    assert abs(ledger.residual + brought) < 0.03 * ledger.work


def test_strip_is_not_drawn_in_where_the_rolls_are_smooth():
    sim = between_rolls(friction=0.0)
    sim.advance(1500)
    # Its own momentum brings it on by far less than the 15 µm that the rolls' surfaces go.
    assert columns(sim)[0].max() < -0.5 * UM


def wide_strip():
    """A long strip without periodic sides, rolls at its front and a turning cube above its rear.

    Large enough for several chunks, and for two threads to be worth their while.
    """
    length, width = 52, 16
    position, pairs, _ = strip(length, width)
    pairs = [pair for pair in pairs if abs(position[pair[0], 1] - position[pair[1], 1]) < 3 * UM]
    cube = mesh(
        CUBE, scale=9 * UM, shift=[10 * UM, 5 * UM, 0.5 * THICKNESS - 0.2 * UM],
        spin=[0, 0, 1e6], friction=0.3,
    )  # fmt: skip
    rolls = tuple(
        roll([length * SPACING, 0, side * (RADIUS + 0.45 * THICKNESS)], [0, 1, 0], RADIUS,
             turning=-side * 1e6, friction=0.5)
        for side in (-1, 1)
    )  # fmt: skip
    sim = simulate(
        spheres(position, GRAIN), bonds_between(position, pairs, SPACING**2),
        Box(np.array([200.0, 200.0]) * UM, False), [material(friction=0.5, restitution=0.5)], None,
        Numerics(skin=0.1), walls=(*rolls, cube), overlaps_rest=False,
    )  # fmt: skip
    sim.advance(150)
    return sim


def test_roll_and_mesh_give_the_same_bits_on_one_and_two_threads():
    if numba.config.NUMBA_NUM_THREADS < 2:
        pytest.skip("one core only: nothing to compare")

    alone = numba.get_num_threads()
    assert alone == 1
    results = []
    for threads in (1, 2):
        numba.set_num_threads(threads)
        try:
            results.append(wide_strip())
            with threads_for(len(results[-1].contacts.second) + len(results[-1].body)):
                used = numba.get_num_threads()
        finally:
            numba.set_num_threads(alone)
    assert used == 2
    rows = results[0].wall_rows
    of_roll = results[0].walls.kind[rows.surface] == 1
    # The test means something only if both touch, and history has been handed on.
    assert rows.force[of_roll].any() and rows.force[~of_roll].any()
    assert len(results[0].chunks.farthest) > 2
    assert_same_bits(*results)
