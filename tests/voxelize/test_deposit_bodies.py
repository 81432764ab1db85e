"""Bodies stay bodies: no voxel of a particle lies scattered through another."""

import numpy as np
import pytest
from numba import get_num_threads, set_num_threads
from scipy.ndimage import label

from dem.bonds import BROKEN_TENSION, INTACT
from dem.fragments import fragments
from dem.grains import ACTIVE
from tests.voxelize.moving import H, decomposition, electrode, quaternion
from voxelize.deposit.electrode import deposit


def pieces(body, number, periodic=True):
    """Face-connected pieces of a body in a (nz, ny, nx) volume of body numbers."""
    region = body == number
    if not periodic:
        return label(region)[1]
    # Three by three images: pieces that reach none of the middle's voxels are images only.
    wide = label(np.tile(region, (1, 3, 3)))[0]
    _, ny, nx = region.shape
    middle = wide[:, ny : 2 * ny, nx : 2 * nx]
    found = np.unique(middle[middle > 0])
    # Images of one piece count once: the piece of each voxel's image to the left is the same.
    parent = {p: p for p in np.unique(wide[wide > 0])}

    def root(p):
        while parent[p] != p:
            p = parent[p]
        return p

    for axis, n in ((1, ny), (2, nx)):
        a = np.take(wide, range(2 * n), axis)
        b = np.take(wide, range(n, 3 * n), axis)
        for p, q in {(p, q) for p, q in zip(a[a > 0], b[a > 0], strict=True)}:
            parent[root(p)] = root(q)
    return len({root(p) for p in found})


def crushed(strain, seed=0):
    """An electrode pressed far more roughly than the mechanics does: halves tumble and overlap."""
    d = electrode()
    rng = np.random.default_rng(seed)
    state = np.where(rng.random(len(d.bonds.first)) < 0.5, BROKEN_TENSION, INTACT)
    position = d.grains.position * [1, 1, 1 - strain]
    position += rng.normal(0, 1.2 * H, position.shape)
    turn = np.array([quaternion(rng.normal(size=3), 0.2) for _ in position])
    bonds = d.bonds._replace(state=state.astype(np.uint8))
    return d, d.grains._replace(position=position, orientation=turn), bonds


@pytest.mark.parametrize(("strain", "seed"), [(0.1, 0), (0.3, 0), (0.3, 2)])
def test_every_fragment_is_one_body_of_its_own_volume(strain, seed):
    """With seed 2 a body is stretched to half as much again, and gives all of that back."""
    d, grains, bonds = crushed(strain, seed)
    # Whole layers, so that a voxel is a voxel.
    back = deposit(d, grains, bonds, round((1 - strain) * 44) * H)
    assert back.displaced_fraction > 0.01
    fragment = np.append(fragments(grains, bonds), -1)
    before, after = fragment[d.grain], fragment[back.grain]
    several = 0
    for number in np.unique(fragment[:-1][grains.material == ACTIVE]):
        # To a voxel, as rounding is carried from fragment to fragment.
        assert (after == number).sum() == pytest.approx((before == number).sum(), abs=1.01)
        several += pieces(after, number) > 1
    # Only what others shut in completely may lie apart from its body; in the gentler case nothing.
    assert several <= back.detached_fraction * (before >= 0).sum()
    assert back.detached_fraction <= (0.0 if strain < 0.3 else 1e-3)


def test_voxels_are_put_back_beside_where_they_were_squeezed_out():
    """Two overlapping cubes: what is displaced lies within the depth and half width of it."""
    grain = np.full((20, 20, 40), -1)
    grain[5:15, 5:15, 5:15] = 0
    grain[5:15, 5:15, 20:30] = 1
    d = decomposition(grain, [ACTIVE, ACTIVE], [0, 1], periodic=False)
    grains = d.grains._replace(position=d.grains.position - np.array([[0, 0, 0], [7 * H, 0, 0]]))
    back = deposit(d, grains, d.bonds, d.volume.thickness)
    # Two layers of overlap: each cube gives up one, 100 voxels. From the middle it is five to the
    # rim, around which they fill a ring of three layers. Who goes where is paired nearly best: a
    # tenth more.
    assert len(back.put_back_distance) == 200
    assert back.put_back_distance.mean() <= np.hypot(6, 3)
    assert back.put_back_distance.max() <= 1.1 * np.hypot(6, 3)
    body = back.volume.particle
    assert [pieces(body, p, periodic=False) for p in (0, 1)] == [1, 1]
    # Each cube's voxels stay on its side of the plane where the two meet, at x = 14.
    x = np.indices(body.shape)[2]
    assert x[body == 0].max() <= 14 + 2
    assert x[body == 1].min() >= 14 - 2


def test_bits_do_not_depend_on_the_number_of_threads():
    d, grains, bonds = crushed(0.2)
    count, found = get_num_threads(), []
    for threads in (1, 2):
        set_num_threads(min(threads, count))
        found.append(deposit(d, grains, bonds, 0.8 * d.volume.thickness, mark_cracks=True))
    set_num_threads(count)
    assert np.array_equal(found[0].grain, found[1].grain)
    assert np.array_equal(found[0].volume.labels, found[1].volume.labels)
