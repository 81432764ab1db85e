"""Walls that are moved and that press with a force: a block under a servo, a sliding belt."""

from dataclasses import replace

import numpy as np
import pytest

from dem.box import Box
from dem.errors import InputError
from dem.simulation import Numerics, simulate
from dem.walls.control import set_motion, set_servo, wall_force, wall_work
from dem.walls.mesh import mesh
from tests.dem.assemblies import UM, bonds_between, lattice_block, material, spheres
from tests.dem.walled import beside, plane_wall, sheet

SIDE = 7.5 * UM


def block(lid):
    """A bonded block between a floor and a wall, none of them the enclosure's."""
    position, pairs = lattice_block(5)
    top = float(position[:, 2].max()) + 0.7 * UM
    return simulate(
        spheres(position, 0.7 * UM), bonds_between(position, pairs, UM**2),
        Box(np.array([40.0, 40.0]) * UM, False), [material(restitution=0.5)], None, Numerics(),
        walls=(plane_wall([0, 0, 0], [0, 0, 1]), lid(top)),
    )  # fmt: skip


LIDS = {
    "plane": lambda top: plane_wall([0, 0, top], [0, 0, -1]),
    "mesh": lambda top: mesh(
        sheet(6, 20 * UM), inside=True, shift=[SIDE / 2, SIDE / 2, top], friction=0.1
    ),
}


@pytest.mark.parametrize("lid", LIDS.values(), ids=LIDS.keys())
def test_servo_holds_a_bonded_block_at_a_pressure(lid):
    sim = block(lid)
    force = 50e6 * SIDE**2
    limit = 1e-4 * UM / sim.step
    set_servo(sim, 1, [0, 0, -3.0], gain=limit / force, force=force, limit=limit)
    start = sim.walls.centre[1, 2]
    sim.advance(4000)
    recent = []
    for _ in range(20):
        sim.advance(50)
        recent.append([wall_force(sim, 1)[2], -wall_force(sim, 0)[2]])
    # The servo is proportional with nothing to hold against: at rest it leaves no error; what is
    # left are waves that the local damping has not taken yet.
    assert np.array(recent) == pytest.approx(force, rel=0.01)
    assert sim.walls.centre[1, 2] < start
    assert wall_work(sim, 1) > 0.0 and wall_work(sim, 0) == 0.0
    set_servo(sim, 1, [0, 0, -1], gain=0.0, force=0.0, limit=0.0)
    sim.advance(1)
    assert not sim.walls.velocity[1].any()


def test_servo_keeps_the_speed_across_its_direction():
    sim = beside([plane_wall([0, 0, 0], [0, 0, 1])], [0, 0, 5 * UM])
    set_motion(sim, 0, velocity=[3.0, 0.0, 7.0])
    set_servo(sim, 0, [0, 0, 1], gain=1.0, force=5.0, limit=2.0)
    sim.advance(2)
    # Nothing resists: it closes in at the limit, and slides on.
    assert sim.walls.velocity[0].tolist() == [3.0, 0.0, 2.0]
    with pytest.raises(InputError, match="direction other than zero"):
        set_servo(sim, 0, [0, 0, 0], gain=1.0, force=5.0, limit=2.0)


def test_second_wall_without_a_plate_is_not_taken_for_one():
    walls = [plane_wall([0, 0, 0], [0, 0, 1]), plane_wall([9 * UM, 0, 0], [-1, 0, 0])]
    sim = beside(walls, [0, 0, 5 * UM])
    set_motion(sim, 1, velocity=[-2.0, 0.0, 0.0])
    sim.advance(10, rate=1e3)
    assert sim.walls.centre[1, 0] == pytest.approx(9 * UM - 20.0 * sim.step, rel=1e-12)


def test_belt_brings_a_sphere_to_its_speed_by_friction_alone():
    speed, friction = 500.0, 0.2
    belt = plane_wall([0, 0, 0], [0, 0, 1], friction=friction)
    belt = replace(belt, velocity=np.array([speed, 0.0, 0.0]))
    lid = plane_wall([0, 0, 1.98 * UM], [0, 0, -1])
    sim = beside([belt, lid], [0, 0, 0.99 * UM], step=1e-11)
    push = -wall_force(sim, 0)[2]
    assert push == 0.0
    sim.advance(1)
    push = -wall_force(sim, 0)[2]
    steps = int(0.05 * speed / (friction * push / sim.inertial_mass[0]) / sim.step)
    start = sim.grains.velocity[0, 0]
    sim.advance(steps)
    gained = friction * push / sim.inertial_mass[0] * steps * sim.step
    # The belt moves by µ F/k_t, some nm, before it slips: a thousandth of this time.
    assert sim.grains.velocity[0, 0] - start == pytest.approx(gained, rel=5e-3)
    # The arm is the distance to the belt, 0.99 µm.
    spin = -2.5 * 0.99 * gained / UM
    assert sim.grains.angular_velocity[0, 1] == pytest.approx(spin, rel=5e-3)
