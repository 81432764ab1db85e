"""Choosing the cells of highest score that make up a given amount, exact to a cell."""

import numpy as np

from dem.jit import njit
from voxelize.splitmix import STEP, mixed

_BINS = 1 << 16


def take_highest(
    score: np.ndarray, state: np.ndarray, weights: np.ndarray, amount: float, seed: int
) -> float:
    """Mark as domain the open cells of highest score; ties are broken in a disorder of the seed.

    score : (nz, ny, nx) float32; weights : (nz,) what a cell of each layer counts
    state : (nz, ny, nx) uint8, changed: OPEN and DOMAIN cells become one or the other
    amount : of weights; returns what was taken, within half a cell of it unless room is short
    """
    low, high = bounds(score, state)
    if not low <= high or amount <= 0.0:
        _mark(score, state, weights, np.float32(0.0), np.float32(0.0), _BINS, np.empty(0, np.int64))
        return 0.0
    scale = np.float32(_BINS - 1) / max(high - low, np.float32(1e-30))
    histogram = weight_by_score(score, state, weights, low, scale, _BINS)
    above = np.cumsum(histogram[::-1])[::-1]
    # The bin in which the amount is reached, coming from the highest score.
    border = max(int(np.searchsorted(-above, -amount, side="right")) - 1, 0)
    cells = np.empty(_count_in(score, state, low, scale, border), np.int64)
    taken = _mark(score, state, weights, low, scale, border, cells)
    order = np.lexsort((disorder(cells, seed), -score.ravel()[cells]))
    cells = cells[order]
    weight = weights[cells // (score.shape[1] * score.shape[2])]
    # A cell is taken while more than half of it is still due.
    sums = np.cumsum(weight)
    number = int(np.searchsorted(sums - 0.5 * weight, amount - taken))
    state.ravel()[cells[:number]] = DOMAIN
    return taken + (float(sums[number - 1]) if number else 0.0)


OPEN, DOMAIN, WALL, FORMER, SHUT = 0, 1, 2, 3, 4
"""States of a cell: free pore; domain that was put there; other solid; domain that was there
before; pore that stays one (an opened crack, or above the coating)."""


def disorder(index: np.ndarray, seed: int) -> np.ndarray:
    """A random-looking uint64 for each index and seed (SplitMix64's finaliser)."""
    return mixed(index.astype(np.uint64) + np.uint64(seed * STEP % 2**64))


@njit
def bounds(score, state):
    """Lowest and highest score of the open cells; inf and −inf where there are none."""
    low, high = np.float32(np.inf), np.float32(-np.inf)
    for k in range(score.shape[0]):
        for j in range(score.shape[1]):
            for i in range(score.shape[2]):
                if state[k, j, i] <= 1:
                    low = min(low, score[k, j, i])
                    high = max(high, score[k, j, i])
    return low, high


@njit
def weight_by_score(score, state, weights, low, scale, bins):
    """(bins,) weight of the open cells by score: bin (score − low) × scale, cut to a whole."""
    sums = np.zeros(bins)
    for k in range(score.shape[0]):
        weight = weights[k]
        for j in range(score.shape[1]):
            for i in range(score.shape[2]):
                if state[k, j, i] <= 1:
                    sums[np.int64((score[k, j, i] - low) * scale)] += weight
    return sums


@njit
def _count_in(score, state, low, scale, border):
    count = 0
    for k in range(score.shape[0]):
        for j in range(score.shape[1]):
            for i in range(score.shape[2]):
                if state[k, j, i] <= 1 and np.int64((score[k, j, i] - low) * scale) == border:
                    count += 1
    return count


@njit
def _mark(score, state, weights, low, scale, border, cells):
    """Open and take cells by the bins above the border; list those in it. Returns what it took."""
    _, ny, nx = score.shape
    found, taken = 0, 0.0
    for k in range(score.shape[0]):
        for j in range(ny):
            for i in range(nx):
                if state[k, j, i] > 1:
                    continue
                at = np.int64((score[k, j, i] - low) * scale)
                if at > border:
                    state[k, j, i] = 1
                    taken += weights[k]
                    continue
                state[k, j, i] = 0
                if at == border and found < len(cells):
                    cells[found] = (k * ny + j) * nx + i
                    found += 1
    return taken
