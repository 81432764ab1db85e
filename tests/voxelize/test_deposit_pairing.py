"""Pairs of displaced voxels and the cells they went to, beside the shortest pairing."""

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from voxelize.deposit.pairing import pair

SHAPE = (40, 60, 60)


def disc_and_rim(count, seed, turn=0):
    """A body's cells lost in a contact's disc, and those found in the wedge around it."""
    rng = np.random.default_rng(seed)
    z, y, x = np.indices(SHAPE) - np.array([20, 30, 30])[:, None, None, None]
    radius = np.hypot(y, x)
    lost, found = (
        np.flatnonzero(where)
        for where in ((radius < 12) & (z >= 0) & (z < 4), (radius >= 12) & (radius < 20) & (z >= 0)
                      & (z < 6))
    )  # fmt: skip
    cells = [np.sort(rng.choice(each, count, replace=False)) for each in (lost, found)]
    moved = [np.roll(np.arange(np.prod(SHAPE)).reshape(SHAPE), turn, 2).ravel()[c] for c in cells]
    return [np.sort(c) for c in moved]


def points(flat):
    return np.stack(np.unravel_index(flat, SHAPE), axis=1).astype(float)


def test_pairs_are_nearly_the_shortest():
    lost, found = disc_and_rim(600, 0)
    body = np.zeros(600, np.int32)
    distance = pair(SHAPE, False, lost, body, found, body)
    apart = cdist(points(lost), points(found))
    least = apart[linear_sum_assignment(apart)].mean()
    # Each place is paired once, so that no mean can be shorter; measured 0.2 to 1 % longer.
    assert least <= distance.astype(float).mean() + 1e-5
    assert distance.mean() <= 1.02 * least


def test_pairs_of_each_body_across_periodic_sides():
    """Two bodies, the second half a box farther on, across the side."""
    lost, found = disc_and_rim(300, 1)
    there, rim = disc_and_rim(300, 1, turn=30)
    both = np.repeat(np.array([3, 7], np.int32), 300)
    alone = pair(SHAPE, True, lost, both[:300], found, both[:300])
    again = pair(
        SHAPE, True, np.concatenate([lost, there]), both, np.concatenate([found, rim]), both
    )
    assert np.array_equal(again[:300], alone)
    # The same set of distances but for the order of ties.
    assert again[300:].mean() == pytest.approx(alone.mean(), rel=0.05)


def test_places_left_over_have_no_distance():
    lost, found = disc_and_rim(50, 2)
    body = np.repeat(np.array([0, 1, 2], np.int32), [20, 20, 10])
    distance = pair(SHAPE, False, lost, body, found[:25], np.repeat([0, 2], [15, 10]).astype("i4"))
    assert np.isfinite(distance).sum() == 25
    assert np.isnan(distance[20:40]).all()
    assert np.isfinite(distance[40:]).all()
    nothing = pair(SHAPE, False, lost, body, found[:0], body[:0])
    assert np.isnan(nothing).all()
