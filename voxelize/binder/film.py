"""A film of even thickness on every surface of the pores."""

import numpy as np

from dem.jit import njit, prange
from voxelize.binder.amount import take_highest
from voxelize.binder.smooth import source

_FIRST_REACH = 4


def coat(state: np.ndarray, weights: np.ndarray, amount: float, seed: int, periodic: bool) -> float:
    """Take the open cells nearest to a solid; returns what was placed.

    state : as in `amount`, changed; amount : of `weights`
    """
    reach = _FIRST_REACH
    while True:
        distance = -squared_distance(state, reach, periodic)
        near = (distance >= -np.float32(reach**2)) & (state <= 1)
        within = float(weights @ near.sum(axis=(1, 2)))
        if within >= amount or reach > max(state.shape):
            break
        reach *= 2
    return take_highest(distance, state, weights, amount, seed)


def squared_distance(state: np.ndarray, reach: int, periodic: bool) -> np.ndarray:
    """Squared distance [voxels²] of cells to the nearest solid's, exact up to `reach`; beyond it
    somewhat more than reach². Returns (nz, ny, nx) float32; other sides are mirrors."""
    far = np.float32(2 * reach**2 + 1)
    first = np.empty(state.shape, np.float32)
    second = np.empty(state.shape, np.float32)
    _nearest_along_x(state, reach, far, periodic, first)
    _least_along_y(first, reach, periodic, second)
    _least_along_z(second, reach, first)
    return first


@njit
def _row_nearest(state, reach, far, wraps, out, k):
    n = state.shape[2]
    for j in range(state.shape[1]):
        for i in range(n):
            out[k, j, i] = far
        for direction in range(2):
            since = 2 * reach
            for step in range(-reach, n):
                i = step if direction == 0 else n - 1 - step
                code = state[k, j, source(i, n, wraps)]
                since = 0 if 2 <= code <= 3 else since + 1
                if step >= 0 and since <= reach:
                    out[k, j, i] = min(out[k, j, i], np.float32(since * since))


@njit(parallel=True)
def _nearest_along_x(state, reach, far, wraps, out):
    for k in prange(state.shape[0]):
        _row_nearest(state, reach, far, wraps, out, np.int64(k))


@njit
def _row_least(field, k, j, plus, out, to_k, to_j):
    for i in range(field.shape[2]):
        out[to_k, to_j, i] = min(out[to_k, to_j, i], field[k, j, i] + plus)


@njit
def _layer_least_along_y(field, reach, wraps, out, k):
    n = field.shape[1]
    for j in range(n):
        for i in range(field.shape[2]):
            out[k, j, i] = field[k, j, i]
        for t in range(-reach, reach + 1):
            _row_least(field, k, source(j + t, n, wraps), np.float32(t * t), out, k, j)


@njit(parallel=True)
def _least_along_y(field, reach, wraps, out):
    for k in prange(field.shape[0]):
        _layer_least_along_y(field, reach, wraps, out, np.int64(k))


@njit
def _layer_least_along_z(field, reach, out, k):
    n = field.shape[0]
    for j in range(field.shape[1]):
        for i in range(field.shape[2]):
            out[k, j, i] = field[k, j, i]
        for t in range(-reach, reach + 1):
            _row_least(field, source(k + t, n, False), j, np.float32(t * t), out, k, j)


@njit(parallel=True)
def _least_along_z(field, reach, out):
    for k in prange(field.shape[0]):
        _layer_least_along_z(field, reach, out, np.int64(k))
