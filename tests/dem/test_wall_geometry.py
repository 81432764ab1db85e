"""Every wall gives a signed distance whose gradient is its normal, and a surface that moves."""

import numpy as np
import pytest

from dem.box import Box
from dem.errors import InputError
from dem.walls import plane, roll, triangle
from dem.walls.control import set_motion
from dem.walls.geometry import surface_distance
from dem.walls.walls import Wall
from tests.dem.assemblies import UM
from tests.dem.walled import beside, plane_wall

SURFACES = {
    "plane": (plane.KIND, plane.plane([0.3, -0.2, 0.1], [1.0, 2.0, -0.5])),
    "roll": (roll.KIND, roll.cylinder([0.3, -0.2, 0.1], [1.0, 0.2, -0.5], 0.7)),
    "drum": (roll.KIND, roll.cylinder([0.3, -0.2, 0.1], [1.0, 0.2, -0.5], -3.0)),
    "triangle": (triangle.KIND, triangle.triangle([-1.0, 0, 0.1], [1.0, -0.5, 0.2], [0.3, 1, 0])),
}
EVERY = pytest.mark.parametrize("kind_and_row", SURFACES.values(), ids=SURFACES.keys())


def unit(values):
    return values / np.linalg.norm(values)


def at(kind_and_row, centre, orientation, x):
    gap, normal, curvature = surface_distance(*kind_and_row, centre, orientation, tuple(x))
    return gap, np.array(normal), curvature


def poses(count):
    """Centres, orientations and points around them."""
    rng = np.random.default_rng(2)
    for _ in range(count):
        centre = rng.uniform(-2, 2, 3)
        yield tuple(centre), tuple(unit(rng.normal(size=4))), centre + rng.uniform(-1.5, 1.5, 3)


@EVERY
def test_normal_is_the_gradient_of_the_distance(kind_and_row):
    # Central differences are exact to h² over the distance squared, rounding over h.
    h = 1e-5
    for centre, orientation, x in poses(200):
        gap, normal, _ = at(kind_and_row, centre, orientation, x)
        if abs(gap) < 0.05:
            continue
        slope = [
            (at(kind_and_row, centre, orientation, x + h * axis)[0]
             - at(kind_and_row, centre, orientation, x - h * axis)[0]) / (2 * h)
            for axis in np.eye(3)
        ]  # fmt: skip
        assert np.linalg.norm(normal) == pytest.approx(1.0, abs=1e-14)
        assert normal == pytest.approx(slope, abs=1e-7)


@EVERY
def test_point_at_the_distance_lies_on_the_surface(kind_and_row):
    for centre, orientation, x in poses(200):
        gap, normal, _ = at(kind_and_row, centre, orientation, x)
        foot = x - gap * normal
        assert at(kind_and_row, centre, orientation, foot)[0] == pytest.approx(0.0, abs=1e-14)


@EVERY
def test_distance_moves_and_turns_with_the_wall(kind_and_row):
    home = (0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0)
    for centre, orientation, x in poses(50):
        w, *v = orientation
        v = np.array(v)
        local = x - centre
        # Turned back by the matrix of the quaternion, written out independently.
        cross = np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])
        matrix = np.eye(3) + 2 * w * cross + 2 * cross @ cross
        there, here = (
            at(kind_and_row, centre, orientation, x),
            at(kind_and_row, *home, matrix.T @ local),
        )
        assert there[0] == pytest.approx(here[0], abs=1e-14)
        assert there[1] == pytest.approx(matrix @ here[1], abs=1e-14)
        assert there[2] == here[2]


def test_distances_of_known_points():
    up = plane.plane(np.zeros(3), [0, 0, 2.0])
    home = (0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0)
    assert surface_distance(plane.KIND, up, *home, (3.0, 4.0, -2.0))[0] == -2.0
    outside = roll.cylinder(np.zeros(3), [0, 1, 0], 2.0)
    gap, normal, curvature = surface_distance(roll.KIND, outside, *home, (0.0, 7.0, 3.0))
    assert (gap, normal, curvature) == (1.0, (0.0, 0.0, 1.0), 0.25)
    drum = roll.cylinder(np.zeros(3), [0, 1, 0], -2.0)
    gap, normal, curvature = surface_distance(roll.KIND, drum, *home, (0.0, 7.0, 1.5))
    assert (gap, normal, curvature) == (0.5, (0.0, 0.0, -1.0), -0.25)
    assert surface_distance(roll.KIND, drum, *home, (0.0, 1.0, 0.0))[0] == 2.0


def test_roll_on_its_axis_does_not_age_the_list_but_other_motion_does():
    # The age is the way of the surface over the grains that may change who is near.
    on_axis = roll.roll([50 * UM, 0, 50 * UM], [0, 1, 0], 10 * UM, turning=1e6)
    sim = beside([on_axis], [50 * UM, 0, 70 * UM])
    sim.advance(10)
    assert sim.age[1] == 0.0
    set_motion(sim, 0, velocity=[0.0, 3.0, 4.0])
    sim.advance(10)
    assert sim.age[1] == pytest.approx(5.0 * 10 * sim.step, rel=1e-12)


def test_endless_surfaces_turn_only_in_themselves():
    floor = plane_wall([0, 0, 0], [0, 0, 1])
    sim = beside([floor], [50 * UM, 50 * UM, 5 * UM])
    set_motion(sim, 0, spin=[0.0, 0.0, 100.0])
    with pytest.raises(InputError, match="normal of its plane"):
        set_motion(sim, 0, spin=[1.0, 0.0, 0.0])
    tilted = roll.roll([0, 0, 0], [0, 1, 0], UM)
    tilted = Wall(tilted.kind, tilted.surfaces, tilted.centre, spin=np.array([0.0, 1.0, 1.0]))
    with pytest.raises(InputError, match="wall 0 turns about"):
        beside([tilted], [50 * UM, 50 * UM, 5 * UM])


@pytest.mark.parametrize(
    ("wall", "periodic", "fits"),
    [
        (plane_wall([0, 0, 0], [0, 0, 1]), (True, True), True),
        (plane_wall([0, 0, 0], [0.1, 0, 1]), (True, False), False),
        (plane_wall([0, 0, 0], [0.1, 0, 1]), (False, True), True),
        (roll.roll([0, 0, -9 * UM], [0, 1, 0], 5 * UM), (False, True), True),
        (roll.roll([0, 0, -9 * UM], [0, 1, 0], 5 * UM), (True, False), False),
        (roll.roll([0, 0, -9 * UM], [0, 1, 0], 5 * UM), (True, True), False),
    ],
)
def test_walls_must_repeat_with_the_box(wall, periodic, fits):
    box = Box(np.array([20.0, 20.0]) * UM, periodic)
    if fits:
        beside([wall], [10 * UM, 10 * UM, 5 * UM], box=box)
        return
    with pytest.raises(InputError, match="images across the periodic sides"):
        beside([wall], [10 * UM, 10 * UM, 5 * UM], box=box)


def test_roll_needs_a_radius_and_a_drum_room():
    with pytest.raises(InputError, match="expected a radius"):
        roll.roll([0, 0, 0], [0, 1, 0], 0.0)
    with pytest.raises(InputError, match="wider than its largest grain"):
        beside([roll.roll([0, 0, 0], [0, 1, 0], -0.9 * UM)], [0, 0, 0])
