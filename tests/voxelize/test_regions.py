"""Regions of a label volume: pieces, shared faces and hosts."""

import numpy as np
import pytest

from voxelize.regions import connected_pieces, hosts, renumber, shared_faces


def test_pieces_continue_across_periodic_sides_only():
    region = np.full((1, 5, 6), -1)
    region[0, 0, 0] = region[0, 4, 0] = region[0, 0, 5] = 7
    assert connected_pieces(region, periodic=False).max() + 1 == 3
    assert connected_pieces(region, periodic=True).max() + 1 == 1
    region[0, 4, 0] = 3
    assert connected_pieces(region, periodic=True).max() + 1 == 2
    corners = np.full((1, 5, 6), -1)
    corners[0, 0, 0] = corners[0, 4, 5] = 0
    assert connected_pieces(corners, periodic=True).max() + 1 == 2
    assert connected_pieces(corners, periodic=True, connectivity=2).max() + 1 == 1


def test_pieces_are_numbered_in_the_order_of_their_labels():
    region = np.array([[[5, 5, -1, 2, 5]]])
    assert connected_pieces(region, periodic=False).tolist() == [[[1, 1, -1, 0, 2]]]


@pytest.mark.parametrize("periodic", [False, True])
def test_shifted_periodic_volume_has_the_same_pieces(periodic):
    region = np.where(np.random.default_rng(0).random((7, 12, 11)) < 0.4, 0, -1)
    count = connected_pieces(region, periodic).max()
    shifted = [
        connected_pieces(np.roll(region, s, axis=(1, 2)), periodic).max()
        for s in ((5, 0), (0, 4), (3, 7))
    ]
    assert (shifted == [count] * 3) == periodic


def test_shared_faces_are_counted():
    region = np.zeros((4, 5, 6), dtype=int)
    region[:, :, 3:] = 1
    region[2:] += 2
    first, second, faces = shared_faces(region, periodic=False)
    assert list(zip(first, second, strict=True)) == [(0, 1), (0, 2), (1, 3), (2, 3)]
    assert faces.tolist() == [10, 15, 15, 10]
    # The sides along x join the same pairs once more.
    assert shared_faces(region, periodic=True)[2].tolist() == [20, 15, 15, 20]


def test_small_regions_go_to_their_largest_neighbour_by_chains():
    row = np.array([[[0, 0, 0, 1, 2, 3, 3, 3, -1, 4, -1, 5, 6]]])
    row = np.repeat(row, 2, axis=1)
    row[0, 1, 4] = 3
    small = np.array([False, True, True, False, True, True, False])
    group = np.array([0, 0, 0, 0, 0, 0, 1])
    host = hosts(row, small, group, periodic=False)
    # 1 touches 0 by two faces and 3 by one; 2 touches 3; 4 is alone; 5 touches no kin.
    assert host.tolist() == [0, 0, 3, 3, 4, 5, 6]
    joined = renumber(row, host)
    assert np.array_equal(joined >= 0, row >= 0)
    assert set(joined[joined >= 0]) == set(range(5))
