"""A box periodic along some axes and walled along the others."""

import numpy as np
import pytest

from dem.bonds import no_bonds
from dem.box import Box
from dem.errors import InputError
from dem.simulation import Numerics, simulate
from dem.stress import grain_stress
from dem.walls.enclosure import enclosure, sides
from tests.dem.assemblies import UM, material, spheres

SIDE = np.array([12.0, 14.0, 16.0]) * UM
EVERY_BOX = pytest.mark.parametrize(
    "periodic", [(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1)], ids=str
)


def box_of(periodic):
    return Box(SIDE[:2], (bool(periodic[0]), bool(periodic[1])), SIDE[2] * periodic[2])


def in_box(periodic, position):
    box = box_of(periodic)
    return simulate(
        spheres(position), no_bonds(), box, [material(restitution=0.8)],
        None if periodic[2] else SIDE[2], Numerics(damping=0.0, step=5e-11), overlaps_rest=False,
        walls=tuple(sides(box)) if periodic[2] else (),
    )  # fmt: skip


@EVERY_BOX
def test_pairs_touch_across_the_periodic_sides_only(periodic):
    apart = 1.97 * UM
    middle = in_box((0, 0, 0), [0.5 * SIDE - [0.5 * apart, 0, 0], 0.5 * SIDE + [0.5 * apart, 0, 0]])
    middle.advance(1)
    push = np.linalg.norm(middle.net_load[0, :3])
    assert push > 0.0
    for axis in range(3):
        if axis == 2 and not periodic[2]:
            continue
        one, other = 0.5 * SIDE, 0.5 * SIDE
        one[axis], other[axis] = 0.3 * apart, SIDE[axis] - 0.7 * apart
        sim = in_box(periodic, [one, other])
        sim.advance(1)
        # Without what the walls beside the pair exert on it.
        on_first = slice(*sim.wall_rows.start[:2])
        force = sim.net_load[0, :3] - sim.wall_rows.force[on_first].sum(axis=0)
        expected = push * np.eye(3)[axis] * periodic[axis]
        # The overlap of 0.03 µm is a difference of coordinates up to 16 µm: rounding.
        assert force == pytest.approx(expected, rel=0, abs=1e-11 * push)
        if periodic[axis]:
            stress = grain_stress(sim)
            assert stress[:, axis, axis] == pytest.approx(
                grain_stress(middle)[:, 0, 0], rel=1e-9, abs=0.0
            )


@EVERY_BOX
def test_walls_stand_where_the_box_is_not_periodic(periodic):
    box = box_of(periodic)
    if periodic[2]:
        with pytest.raises(InputError, match="period along z"):
            enclosure(box, SIDE[2], 0.1)
        return
    walls = enclosure(box, SIDE[2], 0.1)
    planes = [(*wall.surfaces[0][3:6], *wall.centre, wall.friction) for wall in walls]
    expected = [(0, 0, 1, 0, 0, 0, 0.1), (0, 0, -1, 0, 0, SIDE[2], 0.1)]
    for axis in range(2):
        if not periodic[axis]:
            normal = np.eye(3)[axis]
            expected += [(*normal, 0, 0, 0, 0.0), (*-normal, *(normal * SIDE), 0.0)]
    assert np.array(planes) == pytest.approx(np.array(expected), rel=0, abs=0)


@EVERY_BOX
def test_sphere_crosses_periodic_sides_and_rebounds_from_walls(periodic):
    sim = in_box(periodic, [0.5 * SIDE])
    velocity = np.array([40.0, -50.0, 60.0])
    sim.grains.velocity[0] = velocity
    sim.advance(4000)
    flown = velocity * 4000 * sim.step
    for axis in range(3):
        if periodic[axis]:
            assert sim.grains.velocity[0, axis] == velocity[axis]
            # Unwrapped, it has gone straight on; wrapped, it is inside the box.
            way = sim.grains.position[0, axis] - 0.5 * SIDE[axis]
            assert way == pytest.approx(flown[axis], rel=1e-10)
            inside = sim.box.wrap(sim.grains.position)[0, axis]
            assert inside == pytest.approx((0.5 * SIDE[axis] + flown[axis]) % SIDE[axis], rel=1e-9)
        else:
            # Frictionless walls give back the share e of the speed across them.
            assert sim.grains.velocity[0, axis] == pytest.approx(-0.8 * velocity[axis], rel=0.02)
            assert UM < sim.grains.position[0, axis] < SIDE[axis] - UM
