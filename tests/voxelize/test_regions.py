"""Regions of a label volume: pieces, shared faces and their smooth area."""

import numpy as np
import pytest

from voxelize.regions import connected_pieces, face_area, hosts, renumber, shared_faces


def random_normals(count, seed):
    normal = np.random.default_rng(seed).normal(size=(count, 3))
    return normal / np.linalg.norm(normal, axis=1, keepdims=True)


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


def test_shared_faces_are_counted_by_direction():
    region = np.zeros((4, 5, 6), dtype=int)
    region[:, :, 3:] = 1
    region[2:] += 2
    first, second, faces = shared_faces(region, periodic=False)
    assert list(zip(first, second, strict=True)) == [(0, 1), (0, 2), (1, 3), (2, 3)]
    assert faces.tolist() == [[0, 0, 10], [15, 0, 0], [15, 0, 0], [0, 0, 10]]
    faces = shared_faces(region, periodic=True)[2]
    assert faces.tolist() == [[0, 0, 20], [15, 0, 0], [15, 0, 0], [0, 0, 20]]
    weighted = shared_faces(region, False, layer_weights=np.array([1.0, 1.0, 1.0, 0.25]))[2]
    assert weighted.tolist() == [[0, 0, 10], [15, 0, 0], [15, 0, 0], [0, 0, 6.25]]


def test_area_of_inclined_planar_faces_is_exact():
    radius, h = 45.0, 0.5e-6
    index = np.indices((92, 92, 92)).reshape(3, -1).T - 45.5
    ball = (index**2).sum(axis=1) < radius**2
    counted, smooth = [], []
    for normal in random_normals(16, seed=2):
        region = np.where(ball, (index @ normal > 0.1).astype(int), -1).reshape(92, 92, 92)
        faces = shared_faces(region, periodic=False)[2]
        smooth.append(face_area(faces, h)[0])
        counted.append(faces.sum() * h**2)
    disc = np.pi * (radius * h) ** 2
    # A face needs a voxel of the ball on each side: of the rim up to half a voxel of 45 is lost.
    assert (np.array(smooth) < 1.001 * disc).all()
    assert (np.array(smooth) > (1.0 - 0.5 / radius) ** 2 * disc * 0.998).all()
    # Mean of |n_x| + |n_y| + |n_z| over the sphere, sampled with 16 directions: ± 0.04.
    assert np.mean(counted) / disc == pytest.approx(1.5, abs=0.12)


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
