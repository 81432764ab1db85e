"""The voxels of lowest value, against sorting them; smooth noise, against its correlation."""

import numpy as np
import pytest

from voxelize.generate.noise import smooth_noise
from voxelize.generate.rank import lowest


def by_sorting(value, weights, amount):
    weight = np.repeat(weights, value[0].size)
    order = np.argsort(value.ravel(), kind="stable")
    cumulated = np.cumsum(weight[order])
    count = np.searchsorted(cumulated - 0.5 * weight[order], amount)
    chosen = np.zeros(value.size, bool)
    chosen[order[:count]] = True
    return chosen.reshape(value.shape)


@pytest.mark.parametrize("seed", range(4))
def test_lowest_voxels_are_those_that_sorting_finds(seed):
    rng = np.random.default_rng(seed)
    value = rng.standard_normal((9, 11, 13)).astype(np.float32)
    # Of equal values the first in order counts: half of them are rounded to tenths.
    value = np.where(rng.random(value.shape) < 0.5, np.round(value, 1) + np.float32(0.0), value)
    value[rng.random(value.shape) < 0.2] = np.inf
    weights = np.append(np.ones(8), rng.uniform(0.1, 0.9))
    for share in (0.0, 0.01, 0.3, 0.7):
        amount = share * weights.sum() * value[0].size
        assert np.array_equal(lowest(value, weights, amount), by_sorting(value, weights, amount))


def test_more_than_there_is_cannot_be_chosen():
    with pytest.raises(ValueError, match="fewer voxels"):
        lowest(np.full((2, 2, 2), np.float32(np.inf)), np.ones(2), 3.0)


def test_noise_has_unit_variance_and_the_asked_correlation_length():
    noise = smooth_noise((64, 64, 64), 6.0, np.random.default_rng(0))
    assert noise.dtype == np.float32
    assert np.square(noise, dtype=float).mean() == pytest.approx(1.0, rel=1e-4)
    for axis in (1, 2):
        along = (noise * np.roll(noise, 6, axis)).mean()
        # Some (64/11)³ ≈ 200 independent blobs: a standard error of 0.07.
        assert along == pytest.approx(np.exp(-1.0), abs=0.1)
