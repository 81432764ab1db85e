"""The neighbour list equals the comparison of all pairs with all."""

import numpy as np
import pytest

from dem.body import bodies
from dem.bonding.rows import bond_rows
from dem.bonds import no_bonds
from dem.box import Box
from dem.chunks import chunks_of, with_rim
from dem.contact.contacts import unlisted
from dem.contact.normal.hertz import Hertz
from dem.neighbours import rebuild
from tests.dem.assemblies import UM, bonds_between, spheres


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


def working_rows(grains, bonds):
    """Rows of the bonds, and contacts that know of no pair yet but of a memory and of rolling."""
    rows = bond_rows(bonds, len(grains.radius), np.zeros(len(bonds.first)), ductile=False)
    length = np.linalg.norm(bonds.rest, axis=1)
    return rows, unlisted(len(grains.radius), rows.first, rows.second, length, True, True)


ELASTIC = Hertz(1.0)


def relist(grains, box, skin, bonds, old, growth=0.0, rests=True):
    n = len(grains.radius)
    return rebuild(
        bodies(grains), grains.radius, box, skin, bonds, old, chunks_of(n, 0),
        np.broadcast_to(growth, n), ELASTIC, np.ones((1, 1)), rests,
    )[0]  # fmt: skip


def listed(contacts, bonded=0):
    """The listed pairs, behind the rows of the bonds."""
    first, second = contacts.first[bonded:].tolist(), contacts.second[bonded:].tolist()
    pairs = list(zip(first, second, strict=True))
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
    contacts = relist(grains, box, skin, *working_rows(grains, no_bonds()))
    expected, nearest = all_close_pairs(grains, box, skin)
    assert listed(contacts) == expected
    assert len(expected) > 50
    i, j = contacts.first, contacts.second
    rest = np.minimum(grains.radius[i] + grains.radius[j], nearest[i, j])
    # Wrapped and unwrapped differences round differently.
    assert contacts.rest == pytest.approx(rest, rel=1e-9, abs=1e-9 * UM)
    for row in range(n):
        assert (i[contacts.start[row] : contacts.start[row + 1]] == row).all()
    # Only pairs whose nearest image is another one are wrapped when they touch.
    across = np.linalg.norm(position[j] - position[i], axis=1) > nearest[i, j] + 1e-9 * UM
    assert np.array_equal(contacts.image == 1, across)
    assert across.any() == periodic
    pushing = relist(
        grains, box, skin, *working_rows(grains, no_bonds()), rests=False
    )  # fmt: skip
    assert np.array_equal(pushing.rest, grains.radius[i] + grains.radius[j])


def test_every_row_into_another_chunk_has_its_place_on_the_rim():
    rng = np.random.default_rng(8)
    n = 300
    grains = spheres(rng.uniform(0, 10, (n, 3)) * UM, UM)
    box = Box(np.array([10.0, 10.0]) * UM, True)
    contacts = relist(grains, box, 0.1 * UM, *working_rows(grains, no_bonds()))
    begin = np.array([0, 40, 41, 200, n])
    chunk = np.repeat(np.arange(4), np.diff(begin))
    place = contacts.rim.copy()
    rim = with_rim(
        chunks_of(n, 0)._replace(begin=begin), contacts.first, contacts.second, place
    )  # fmt: skip
    home = chunk[contacts.first]
    across = chunk[contacts.second] != home
    assert 0 < across.sum() < len(across)
    assert (place[~across] == -1).all()
    # Each place belongs to one row, in its chunk's stretch, and is taken up once, by `second`.
    taken = place[across]
    assert sorted(taken) == list(range(len(rim.rim)))
    assert (rim.rim_begin[home[across]] <= taken).all()
    assert (taken < rim.rim_begin[home[across] + 1]).all()
    by_place = np.empty(len(taken), int)
    by_place[taken] = contacts.second[across]
    takers = np.repeat(np.arange(n), np.diff(rim.rim_start))
    assert np.array_equal(by_place[rim.rim_order], takers)


def test_bonded_pairs_are_not_listed_and_history_is_carried():
    position = np.array([[0.0, 0, 0], [1.5, 0, 0], [0.75, 1.2, 0], [40, 0, 0]]) * UM
    grains = spheres(position, UM)
    box = Box(np.array([100.0, 100.0]) * UM, periodic=False)
    bonds, none = working_rows(grains, bonds_between(position, [(0, 2)], UM**2))
    first = relist(grains, box, 0.1 * UM, bonds, none)
    assert listed(first, bonded=1) == {(0, 1), (1, 2)}
    for row, number in ((0, 10.0), (2, 1.0)):
        first.spring[row] = number, 2.0, 3.0, 5.0
        first.touched[row], first.memory[row] = 7 * number, 8 * number
        first.rolling[row], first.force[row] = 9 * number, 11 * number
    grains.position[3] = (0.0, -1.5 * UM, 0.0)
    again = relist(grains, box, 0.1 * UM, bonds, first)
    assert listed(again, bonded=1) == {(0, 1), (0, 3), (1, 2)}
    # The bond's row stays in front, the pair (1, 2) has moved on by one, the others are new.
    assert again.spring[:, 0].tolist() == [10.0, 0.0, 0.0, 1.0]
    assert again.spring[3].tolist() == [1.0, 2.0, 3.0, 5.0]
    assert again.touched.tolist() == [70, -1, -1, 7]
    assert again.memory.tolist() == [80.0, 0.0, 0.0, 8.0]
    assert again.rolling[:, 2].tolist() == [90.0, 0.0, 0.0, 9.0]
    # Forces of pairs are recorded anew by the next call.
    assert again.force[:, 1].tolist() == [110.0, 0.0, 0.0, 0.0]


def test_growing_radius_follows_up_to_the_present_distance_but_never_pushes():
    position = np.array([[0.0, 0, 0], [1.9, 0, 0], [0.0, 2.5, 0]]) * UM
    grains = spheres(position, UM)
    box = Box(np.array([100.0, 100.0]) * UM, periodic=False)
    bonds, none = working_rows(grains, no_bonds())
    listed_before = relist(grains, box, UM, bonds, none)
    assert listed_before.rest[:2] == pytest.approx([1.9 * UM, 2.0 * UM], rel=1e-12, abs=0.0)
    grains.position[1, 0] = 1.95 * UM
    growth = np.full(3, 0.1 * UM)
    grains.radius[:] += growth
    grown = relist(grains, box, UM, bonds, listed_before, growth)
    # The near pair grows to where it now is, the far one by both growths.
    assert grown.rest[:2] == pytest.approx([1.95 * UM, 2.2 * UM], rel=1e-12, abs=0.0)
