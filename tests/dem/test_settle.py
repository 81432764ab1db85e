"""Spheres moved apart: no overlap, inside their walls, refused where they cannot fit."""

import numpy as np
import pytest

from dem.box import Box
from dem.errors import InputError
from dem.settle import separate
from tests.dem.assemblies import UM


def largest_overlap(position, radius, box):
    apart = position[:, None] - position[None]
    if box.periodic:
        apart[..., :2] -= box.length * np.round(apart[..., :2] / box.length)
    distance = np.linalg.norm(apart, axis=2)
    np.fill_diagonal(distance, np.inf)
    smaller = np.minimum(radius[:, None], radius)
    return ((radius[:, None] + radius - distance) / smaller).max()


@pytest.mark.parametrize("periodic", [True, False])
def test_spheres_are_moved_apart_inside_their_walls(periodic):
    rng = np.random.default_rng(1)
    radius = np.concatenate((np.full(4, 3.0), np.full(60, 1.0))) * UM
    box, height = Box(np.array([15.0, 15.0]) * UM, periodic), 15 * UM
    position = rng.uniform(0.1, 0.9, (64, 3)) * 15 * UM
    notes = []
    placed = separate(
        position, radius, box, height, max_overlap=0.02, progress=lambda f, t: notes.append(f)
    )
    assert largest_overlap(position, radius, box) > 0.5
    # The tolerance asked for is the whole of it.
    assert largest_overlap(placed, radius, box) < 0.02
    walls = [placed[:, 2], height - placed[:, 2]]
    if periodic:
        assert (placed[:, :2] >= 0).all() and (placed[:, :2] <= box.length).all()
    else:
        walls += [placed[:, 0], placed[:, 1], box.length[0] - placed[:, 0]]
        walls += [box.length[1] - placed[:, 1]]
    for gap in walls:
        assert ((radius - gap) / radius).max() < 0.02
    assert notes == sorted(notes) and notes[-1] == pytest.approx(1.0)


def test_same_input_is_placed_at_the_same_bits():
    rng = np.random.default_rng(2)
    radius = np.full(40, UM)
    box = Box(np.array([8.0, 8.0]) * UM, True)
    position = rng.uniform(0, 8, (40, 3)) * UM
    once = separate(position, radius, box, 10 * UM)
    assert np.array_equal(once, separate(position, radius, box, 10 * UM))


def test_more_spheres_than_fit_are_refused():
    rng = np.random.default_rng(3)
    radius = np.full(60, UM)
    box = Box(np.array([6.0, 6.0]) * UM, True)
    # 60 spheres of 4.19 µm³ in 216 µm³: more than their own volume.
    with pytest.raises(InputError, match=r"60 particles that fill 116\.4 % .* cannot be placed"):
        separate(rng.uniform(0, 6, (60, 3)) * UM, radius, box, 6 * UM)


def test_box_may_be_narrower_than_two_spheres():
    rng = np.random.default_rng(5)
    radius = np.concatenate((np.full(3, 5.0), np.full(40, 1.5))) * UM
    box, height = Box(np.array([15.0, 18.0]) * UM, True), 25 * UM
    placed = separate(rng.uniform(0.1, 0.9, (43, 3)) * 15 * UM, radius, box, height)
    # Against all images: that of the nearest neighbour across the other side, and its own.
    shifts = [(a * 15 * UM, b * 18 * UM, 0.0) for a in (-1, 0, 1) for b in (-1, 0, 1)]
    everywhere = np.concatenate([placed + shift for shift in shifts])
    assert largest_overlap(everywhere, np.tile(radius, 9), Box(box.length, False)) < 0.02
