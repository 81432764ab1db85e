"""Sizes, shapes and orientation of ellipsoids that are known."""

import numpy as np
import pytest

from dem.errors import InputError
from electrochem.structure.particles import particles
from tests.electrochem.structure.bodies import ellipsoid, rotation
from voxelize.volume import ACTIVE_MATERIAL, COLLECTOR, PORE, Volume

H = 0.5e-6


def volume_of(bodies, periodic=False, with_ids=True, foil=0):
    labels = np.full(bodies[0].shape, PORE, np.uint8)
    number = np.full(bodies[0].shape, -1, np.int32)
    for count, body in enumerate(bodies):
        labels[body], number[body] = ACTIVE_MATERIAL, count
    if foil:
        labels = np.concatenate([np.full((foil, *labels.shape[1:]), COLLECTOR, np.uint8), labels])
        number = np.concatenate([np.full((foil, *number.shape[1:]), -1, np.int32), number])
    thickness = (len(labels) - foil) * H
    return Volume(labels, H, periodic, thickness, 0.5, number if with_ids else None)


@pytest.mark.parametrize("tilt, azimuth", [(0.0, 0.3), (0.6, 2.1), (1.3, -0.8)])
def test_ellipsoid_has_its_axes(tilt, azimuth):
    rows, axes = rotation(tilt, azimuth), (13.0, 9.0, 6.0)
    body = ellipsoid((20.3, 19.8, 20.1), axes, rows, (40, 40, 40))
    found = particles(volume_of([body], foil=2))
    # Sampling 2900 voxels: moments within a per cent.
    assert found.semi_axes[0] == pytest.approx(np.array(axes) * H, rel=0.01)
    assert found.diameter[0] == pytest.approx(2 * np.cbrt(13 * 9 * 6) * H, rel=0.005)
    assert found.centre[0] == pytest.approx(np.array([20.1, 19.8, 20.3]) * H, abs=0.05 * H)
    assert np.abs((found.axes[0] * rows).sum(axis=1)) == pytest.approx(np.ones(3), abs=2e-3)
    assert found.angle == pytest.approx(tilt, abs=0.03)
    assert found.orientation == pytest.approx(np.outer(rows[0], rows[0]), abs=0.04)
    assert found.short_orientation == pytest.approx(np.outer(rows[2], rows[2]), abs=0.04)
    assert found.aspect_ratio == pytest.approx(13 / 6, rel=0.01)
    assert found.flatness == pytest.approx(6 / 9, rel=0.01)
    assert not found.cut[0] and found.cut_share == 0.0


def test_percentiles_are_by_volume():
    bodies = [
        ellipsoid((12, 12, 12 + 26 * k), (r, r, r), np.eye(3), (24, 24, 110))
        for k, r in enumerate((10, 8, 6, 4))
    ]
    found = particles(volume_of(bodies))
    # The largest holds 56 % of the volume, the two smallest ones 16 %.
    assert found.d50 == pytest.approx(20 * H, rel=0.01)
    assert found.d10 == pytest.approx(12 * H, rel=0.01)
    assert found.d90 == pytest.approx(20 * H, rel=0.01)
    assert found.aspect_ratio == pytest.approx(1.0, abs=0.02)
    # Spheres have no direction.
    assert np.isnan(found.angle) and np.isnan(found.orientation).all()


def test_particles_that_touch_are_split_where_the_volume_names_none():
    bodies = [ellipsoid((14, 14, x), (10, 10, 10), np.eye(3), (28, 28, 48)) for x in (14, 33)]
    found = particles(volume_of(bodies, with_ids=False))
    assert len(found.diameter) == 2
    # The lens that both share, 0.2 % of each, goes to one side or the other.
    assert found.diameter == pytest.approx(np.full(2, 20 * H), rel=0.01)


@pytest.mark.parametrize("roll", [(0, 0), (15, 0), (7, 22), (19, 19)])
def test_particle_over_the_seam_is_measured_whole(roll):
    rows = rotation(0.9, 0.7)
    body = ellipsoid((15, 15, 15), (12.0, 8.0, 5.0), rows, (30, 30, 30))
    whole = particles(volume_of([body], periodic=True))
    rolled = particles(volume_of([np.roll(body, roll, (1, 2))], periodic=True))
    assert rolled.semi_axes == pytest.approx(whole.semi_axes, rel=1e-9)
    assert rolled.orientation == pytest.approx(whole.orientation, abs=1e-9)
    moved = (rolled.centre - whole.centre)[0] / H - np.array([roll[1], roll[0], 0])
    assert moved % 30 == pytest.approx(np.zeros(3), abs=1e-9) or (moved % 30)[0] > 29.9


def test_random_axes_have_no_preferred_direction_and_flat_ones_lie():
    rng = np.random.default_rng(3)
    direction = rng.normal(size=(60, 3))
    direction /= np.linalg.norm(direction, axis=1)[:, None]
    bodies, tensor = [], np.zeros((3, 3))
    shape = (16, 16 * 6, 16 * 10)
    for count, axis in enumerate(direction):
        rows = rotation(np.arccos(axis[2]), np.arctan2(axis[1], axis[0]))
        centre = (8, 8 + 16 * (count % 6), 8 + 16 * (count // 6))
        bodies.append(ellipsoid(centre, (7.0, 4.0, 4.0), rows, shape))
        tensor += np.outer(rows[0], rows[0]) / 60
    found = particles(volume_of(bodies))
    assert found.orientation == pytest.approx(tensor, abs=0.01)
    assert np.trace(found.orientation) == pytest.approx(1.0, abs=1e-12)
    flat = ellipsoid(
        (8, 20, 20), (14.0, 14.0, 5.0), rotation(np.pi / 2, 0.4)[[0, 1, 2]], (16, 40, 40)
    )
    lying = particles(volume_of([flat]))
    assert lying.short_angle == pytest.approx(0.0, abs=0.02)


def test_particle_that_closes_over_the_seam_has_no_axes():
    body = np.zeros((20, 20, 20), bool)
    body[5:10, 5:10] = True
    found = particles(volume_of([body], periodic=True))
    assert np.isnan(found.semi_axes).all() and np.isnan(found.aspect_ratio)
    assert found.diameter[0] == pytest.approx(np.cbrt(6 / np.pi * 500) * H)
    assert particles(volume_of([body])).cut[0]


def test_coating_without_active_material_is_refused():
    with pytest.raises(InputError, match="no active material"):
        particles(Volume(np.zeros((4, 4, 4), np.uint8), H, True, 4 * H, 0.5))
    labels = np.ones((4, 4, 4), np.uint8)
    nowhere = np.full((4, 4, 4), -1, np.int32)
    with pytest.raises(InputError, match="none of them lies in the coating"):
        particles(Volume(labels, H, True, 4 * H, 0.5, nowhere))
