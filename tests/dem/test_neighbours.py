"""The neighbour list equals the comparison of all pairs with all."""

import numpy as np
import pytest

from dem.box import Box
from dem.neighbours import empty_contacts, rebuild
from tests.dem.assemblies import UM, spheres


def all_close_pairs(grains, box, skin):
    """Pairs nearer than the sum of their radii + skin, over the 3 × 3 nearest images."""
    x, r = grains.position, grains.radius
    shifts = [(0, 0)]
    if box.periodic:
        shifts = [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1)]
    wrapped = x.copy()
    if box.periodic:
        wrapped[:, :2] %= box.length
    nearest = np.full((len(x), len(x)), np.inf)
    for a, b in shifts:
        image = wrapped + np.array([a * box.length[0], b * box.length[1], 0.0])
        apart = np.linalg.norm(image[None] - wrapped[:, None], axis=2)
        nearest = np.minimum(nearest, apart)
    close = nearest < r[:, None] + r + skin
    return {(int(i), int(j)) for i, j in np.argwhere(np.triu(close, 1))}, nearest


def listed(contacts):
    pairs = list(zip(contacts.first.tolist(), contacts.second.tolist(), strict=True))
    assert len(set(pairs)) == len(pairs)
    assert pairs == sorted(pairs)
    return set(pairs)


# The largest reach of a pair is 2.3 µm: one, two, three and more cells a side.
@pytest.mark.parametrize("length", [(3.0, 3.0), (3.0, 5.0), (5.0, 7.5), (7.5, 20.0), (20.0, 3.0)])
@pytest.mark.parametrize("height", [1.0, 12.0])
@pytest.mark.parametrize("periodic", [True, False])
def test_list_equals_all_pairs(length, height, periodic):
    rng = np.random.default_rng(7)
    box = Box(np.array(length) * UM, periodic)
    n = 150
    position = rng.uniform(0, 1, (n, 3)) * np.array([*box.length, height * UM])
    if periodic:
        # Unwrapped positions, some on the box's very edge, some a rounding below zero.
        position[:, :2] += rng.integers(-2, 3, (n, 2)) * box.length
        position[0, 0], position[1, 1], position[2, 0] = 0.0, box.length[1], -1e-30
    else:
        position[:5, 0] = -0.2 * UM
    grains = spheres(position, rng.uniform(0.2, 1.0, n) * UM)
    skin = 0.3 * UM
    none = np.zeros(n + 1, np.int64)
    contacts = rebuild(
        grains, box, skin, none, np.zeros(0, np.int32), empty_contacts(n), np.zeros(n)
    )
    expected, nearest = all_close_pairs(grains, box, skin)
    assert listed(contacts) == expected
    assert len(expected) > 50
    i, j = contacts.first, contacts.second
    rest = np.minimum(grains.radius[i] + grains.radius[j], nearest[i, j])
    # Wrapped and unwrapped differences round differently.
    assert contacts.rest == pytest.approx(rest, rel=1e-9, abs=1e-9 * UM)
    for row in range(n):
        backwards = contacts.reverse[contacts.reverse_start[row] : contacts.reverse_start[row + 1]]
        assert (j[backwards] == row).all()
        assert (i[contacts.start[row] : contacts.start[row + 1]] == row).all()


def test_bonded_pairs_are_not_listed_and_history_is_carried():
    position = np.array([[0.0, 0, 0], [1.5, 0, 0], [0.75, 1.2, 0], [40, 0, 0]]) * UM
    grains = spheres(position, UM)
    box = Box(np.array([100.0, 100.0]) * UM, periodic=False)
    start, second = np.array([0, 1, 1, 1, 1]), np.array([2], np.int32)
    no_growth = np.zeros(4)
    first = rebuild(grains, box, 0.1 * UM, start, second, empty_contacts(4), no_growth)
    assert listed(first) == {(0, 1), (1, 2)}
    first.tangential[1] = (1.0, 2.0, 3.0)
    first.stiffness[1] = 5.0
    grains.position[3] = (0.0, -1.5 * UM, 0.0)
    again = rebuild(grains, box, 0.1 * UM, start, second, first, no_growth)
    assert listed(again) == {(0, 1), (0, 3), (1, 2)}
    assert again.tangential[2].tolist() == [1.0, 2.0, 3.0]
    assert again.stiffness.tolist() == [0.0, 0.0, 5.0]


def test_growing_radius_follows_up_to_the_present_distance_but_never_pushes():
    position = np.array([[0.0, 0, 0], [1.9, 0, 0], [0.0, 2.5, 0]]) * UM
    grains = spheres(position, UM)
    box = Box(np.array([100.0, 100.0]) * UM, periodic=False)
    none = np.zeros(4, np.int64), np.zeros(0, np.int32)
    listed_before = rebuild(grains, box, UM, *none, empty_contacts(3), np.zeros(3))
    assert listed_before.rest[:2] == pytest.approx([1.9 * UM, 2.0 * UM])
    grains.position[1, 0] = 1.95 * UM
    growth = np.full(3, 0.1 * UM)
    grains.radius[:] += growth
    grown = rebuild(grains, box, UM, *none, listed_before, growth)
    # The near pair grows to where it now is, the far one by both growths.
    assert grown.rest[:2] == pytest.approx([1.95 * UM, 2.2 * UM])
