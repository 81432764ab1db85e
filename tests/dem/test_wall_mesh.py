"""Spheres on triangulated surfaces: each place counts once, seams are not felt, planes agree."""

import numpy as np
import pytest

from dem.contact.laws import ContactLaws
from dem.observe import energies
from dem.walls import triangle
from dem.walls.control import set_motion, wall_force, wall_torque, wall_work
from dem.walls.geometry import surface_distances
from dem.walls.mesh import mesh
from tests import analytic
from tests.dem.assemblies import POISSON, UM, YOUNG, material
from tests.dem.walled import CUBE, beside, held, plane_wall, sheet

MODULUS = analytic.contact_modulus(YOUNG, POISSON)


def put(sim, position):
    """The simulation's only sphere put elsewhere, without a past."""
    sim.grains.position[0] = position
    for rows in (sim.wall_rows.spring, sim.wall_rows.active):
        rows[:] = 0
    sim.refresh()
    sim.advance(1)
    return -wall_force(sim, 0)


def slid(floor, velocity, laws, made_of, steps=1500):
    """Sphere dragged over a floor by a plane that presses it: its way and what it exerts."""
    overlap = 0.02 * UM
    lid = plane_wall(
        [0, 0, 2 * (UM - overlap)], [0, 0, -1], velocity=2 * np.array(velocity), friction=0.3
    )
    sim = beside(
        [floor, lid], [0.3 * UM, 0.0, UM - overlap], made_of=made_of, step=5e-11, laws=laws
    )
    sim.grains.velocity[0] = velocity
    sim.grains.angular_velocity[0] = [-1e7, 2e7, 3e7]
    path = []
    for _ in range(steps // 50):
        sim.advance(50)
        path.append([*sim.grains.position[0] / UM, *sim.walls.load[0, :3] * 1e3,
                     *sim.grains.angular_velocity[0] * 1e-7])  # fmt: skip
    return np.array(path), sim


@pytest.mark.parametrize("across", [3, 40], ids=["wide triangles", "triangles below a contact"])
@pytest.mark.parametrize("velocity", [(35.0, 0.0, 0.0), (35.0, 11.0, 0.0)], ids=["on", "over"])
def test_seams_of_a_flat_surface_are_not_felt(across, velocity):
    made_of = material(friction=0.4, contact_yield_pressure=2e9, rolling_friction=0.1)
    laws = ContactLaws(rolling="spring")
    level = plane_wall([0, 0, 0], [0, 0, 1], friction=0.3)
    flat = mesh(sheet(across, 12 * UM), friction=0.3)
    expected, _ = slid(level, velocity, laws, made_of)
    path, sim = slid(flat, velocity, laws, made_of)
    assert path[-1, 0] - path[0, 0] > 1.5
    assert np.ptp(expected[:, 3]) > 0.01
    # Friction, dents and rolling springs pass from triangle to triangle: rounding of µm, mN, 1e7/s.
    assert path == pytest.approx(expected, rel=0.0, abs=1e-11)
    assert sim.wall_rows.active[sim.wall_rows.surface < len(flat.surfaces)].sum() == 1


@pytest.mark.parametrize("friction", [0.0, 0.4])
def test_box_of_triangles_reflects_as_planes_do(friction):
    side = 4 * UM
    planes = [
        plane_wall(point, normal, friction=friction)
        for axis in np.eye(3)
        for point, normal in ((0 * axis, axis), (side * axis, -axis))
    ]
    box = mesh(CUBE, scale=side, friction=friction, inside=True)
    ways = []
    for walls in (planes, [box]):
        sim = beside(
            walls, np.array([1.7, 1.9, 2.2]) * UM, made_of=material(restitution=0.9), step=5e-11
        )
        sim.grains.velocity[0] = [40.0, 31.0, -17.0]
        way = []
        for _ in range(60):
            sim.advance(100)
            way.append([*sim.grains.position[0] / side, *sim.grains.velocity[0] / 50])
        ways.append(np.array(way))
    # Into edges and corners it goes too, where it touches two or three sides at once.
    assert (np.diff(np.sign(ways[0][:, 3:]), axis=0) != 0).sum() >= 8
    # Rounding, enlarged by each of some ten bounces.
    assert ways[1] == pytest.approx(ways[0], rel=0.0, abs=1e-12)


def test_cube_pushes_along_the_line_to_its_face_edge_or_corner():
    side, rng = 3 * UM, np.random.default_rng(4)
    cube = mesh(CUBE, scale=side, shift=(-0.5 * side,) * 3)
    sim = held(beside([cube], [0, 0, 9 * UM]))
    met = np.zeros(4, int)
    for _ in range(150):
        overlap = 0.05 * UM * rng.uniform(0.1, 1.0)
        # On the rounded cube: a point of the cube's surface and a direction of its normal cone.
        foot = rng.uniform(-0.5, 0.5, 3) * side
        outside = rng.permutation([True, *(rng.random(2) < 0.6)])
        foot[outside] = 0.5 * side * np.sign(foot[outside])
        direction = np.where(outside, np.sign(foot) * rng.uniform(0.02, 1.0, 3), 0.0)
        direction /= np.linalg.norm(direction)
        force = put(sim, foot + (UM - overlap) * direction)
        expected = analytic.hertz_force(overlap, MODULUS, UM) * direction
        # The overlap is a difference of lengths a hundred times larger: rounding.
        assert force == pytest.approx(expected, rel=0, abs=1e-11 * np.linalg.norm(expected) + 1e-16)
        met[outside.sum()] += 1
    assert (met[1:] > 10).all()


def test_force_follows_a_sphere_round_an_edge_without_a_jump():
    side, overlap = 3 * UM, 0.02 * UM
    cube = mesh(CUBE, scale=side, friction=0.5)
    sim = held(beside([cube], [0, 0, 9 * UM]))
    hertz = analytic.hertz_force(overlap, MODULUS, UM)
    for angle in np.linspace(-0.2, np.pi / 2 + 0.2, 60):
        turned = np.clip(angle, 0, np.pi / 2)
        beyond = angle - turned
        foot = [side + min(beyond, 0) * UM, 1.3 * UM, side - max(beyond, 0) * UM]
        direction = np.array([np.sin(turned), 0.0, np.cos(turned)])
        force = put(sim, foot + (UM - overlap) * direction)
        # Depth is rounded to 1e-16 of a µm over an overlap of 0.02 µm.
        assert force == pytest.approx(hertz * direction, rel=0, abs=1e-12 * hertz)


@pytest.mark.parametrize("tilt", [0.0, 0.15], ids=["plate", "blade"])
def test_far_side_of_a_thin_solid_is_not_felt(tilt):
    points, faces = CUBE
    points = (points - 0.5) * [6, 6, 0.1] * UM
    # The blade's lower side rises to its edge at x = 3 µm.
    points[:, 2] += tilt * (points[:, 0] - 3 * UM) * (points[:, 2] < 0)
    solid = mesh((points, faces))
    sim = held(beside([solid], [0, 0, 9 * UM]))
    overlap = 0.03 * UM
    top = points[:, 2].max()
    force = put(sim, [2.5 * UM, 0.0, top + UM - overlap])
    hertz = analytic.hertz_force(overlap, MODULUS, UM)
    assert force == pytest.approx([0, 0, hertz], rel=0, abs=1e-11 * hertz)


def test_creases_count_twice_only_if_they_are_seen():
    overlap = 0.03 * UM
    for angle, count in ((1e-3, 1), (0.1, 2)):
        rise = 3 * UM * np.tan(angle)
        # A valley whose sides rise by the angle on both sides of x = 0.
        points = [[-3 * UM, -3 * UM, rise], [0, -3 * UM, 0], [3 * UM, -3 * UM, rise],
                  [-3 * UM, 3 * UM, rise], [0, 3 * UM, 0], [3 * UM, 3 * UM, rise]]  # fmt: skip
        faces = [[0, 1, 4], [0, 4, 3], [1, 2, 5], [1, 5, 4]]
        sim = held(beside([mesh((points, faces))], [0, 0, 9 * UM]))
        force = put(sim, [0.0, 0.5 * UM, (UM - overlap) / np.cos(angle)])
        hertz = analytic.hertz_force(overlap, MODULUS, UM)
        # One side pushes with its whole force, two with their vertical parts; 1e-3 tilts by itself.
        assert force[2] == pytest.approx(count * hertz * np.cos(angle), rel=1e-9)


def test_overlaps_at_the_start_exert_no_force_on_either_side_of_a_seam():
    flat = mesh(sheet(12, 12 * UM))
    sim = beside([flat], [0.1 * UM, 0.3 * UM, 0.9 * UM], overlaps_rest=True)
    sim.grains.velocity[0, :2] = 150.0, 60.0
    for _ in range(20):
        sim.advance(50)
        assert not sim.walls.load.any()
    assert sim.grains.position[0, 0] > UM


def test_near_triangles_are_those_that_all_distances_say():
    rng = np.random.default_rng(8)
    import trimesh

    ball = trimesh.creation.icosphere(3, radius=4 * UM)
    wall = mesh((ball.vertices, ball.faces), spin=[1e6, 2e6, -1e6], velocity=[1.0, 2.0, 3.0])
    radius = rng.uniform(0.3, 0.8, 200) * UM
    position = rng.uniform(-6, 6, (200, 3)) * UM
    sim = held(beside([wall], position, radius, step=1e-14, most_overlap=np.inf))
    sim.step = 1e-8
    sim.advance(40)
    assert abs(sim.walls.orientation[0, 1]) > 0.1
    sim.refresh()
    skin = sim.numerics.skin * radius.mean()
    expected = [
        (i, s)
        for s in range(len(wall.surfaces))
        for i in np.flatnonzero(
            np.abs(surface_distances(s, sim.walls, sim.grains.position)) < radius + skin
        )
    ]
    rows = sim.wall_rows
    grain = np.repeat(np.arange(200), np.diff(rows.start))
    assert sorted(expected) == list(zip(grain, rows.surface, strict=True))
    assert len(expected) > 500


def test_turning_mesh_drags_by_friction_and_its_work_is_booked():
    flat = mesh(sheet(5, 12 * UM), friction=0.3, spin=[0, 0, 2e6])
    lid = plane_wall([0, 0, 1.96 * UM], [0, 0, -1], friction=0.1)
    sim = beside([flat, lid], [2.5 * UM, 0.7 * UM, 0.98 * UM], step=2e-11,
                 made_of=material(friction=0.5, restitution=0.8))  # fmt: skip
    start = sum(energies(sim)[:-1])
    sim.advance(4000)
    assert sim.walls.orientation[0, 3] > 0.07
    assert sim.age[1] > 0.0
    ledger = energies(sim)
    assert ledger.friction > 0.0
    assert ledger.work == pytest.approx(wall_work(sim, 0), rel=1e-12)
    # Friction forces change at the rate of the step; what they do is summed to first order in it.
    gained = sum(ledger[:-1]) - start
    assert gained == pytest.approx(ledger.work, rel=5e-3)
    arm = sim.grains.position[0] - sim.walls.centre[0]
    arm[2] = 0.0
    expected = np.cross(arm, wall_force(sim, 0))
    # The contact lies on the sheet, below the sphere's centre as it was in the last step.
    assert wall_torque(sim, 0) == pytest.approx(expected, rel=0, abs=1e-9 * np.abs(expected).max())


def test_moving_mesh_carries_spheres_as_a_moving_plane_does():
    walls = [mesh(sheet(4, 12 * UM), friction=0.4), plane_wall([0, 0, 0], [0, 0, 1], friction=0.4)]
    after = []
    for wall in walls:
        sim = beside([wall], [0.2 * UM, 0.1 * UM, 1.01 * UM], made_of=material(restitution=0.7))
        set_motion(sim, 0, velocity=[20.0, 5.0, 30.0])
        sim.advance(3000)
        after.append([*sim.grains.velocity[0], *(UM * sim.grains.angular_velocity[0])])
    assert after[0][2] > 30.0 and after[0][0] > 1.0
    assert after[0] == pytest.approx(after[1], rel=1e-10, abs=0.0)


def test_corner_numbers_are_those_of_the_surface():
    wall = mesh(CUBE)
    assert wall.kind == triangle.KIND and len(np.unique(wall.corners)) == 8
    assert wall.extent == pytest.approx(np.sqrt(3) / 2, rel=1e-15)
    assert wall.centre == pytest.approx([0.5, 0.5, 0.5])
    # Outward normals, seen from the middle.
    assert (np.einsum("si,si->s", wall.surfaces[:, :3], wall.surfaces[:, 9:]) > 0).all()
    turned = mesh(CUBE, inside=True)
    assert (np.einsum("si,si->s", turned.surfaces[:, :3], turned.surfaces[:, 9:]) < 0).all()
