"""Gaussian means over a label volume, separable, wrapped or mirrored at the sides."""

import numpy as np

from dem.jit import njit, prange, threads_for

CELLS_A_ROW = 16
"""So many cells cost as much as one row of `dem.jit.threads_for`."""


def gaussian(width: float) -> np.ndarray:
    """(2r + 1,) float32 weights of unit sum, the Gaussian of standard deviation `width` [voxels],
    cut at three widths."""
    reach = int(np.ceil(3.0 * width))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    return (weights / weights.sum()).astype(np.float32)


def smoothed(code: np.ndarray, value: np.ndarray, kernel: np.ndarray, periodic: bool) -> np.ndarray:
    """Mean of what the codes stand for, weighted by the kernel along each axis.

    code : (nz, ny, nx) uint8; value : (codes,) float32; kernel : (2r + 1,) float32
    periodic : in plane; other sides are mirrors. Returns (nz, ny, nx) float32.
    """
    first = np.empty(code.shape, np.float32)
    second = np.empty(code.shape, np.float32)
    with threads_for(code.size // CELLS_A_ROW):
        _along_x(code, value, kernel, periodic, first)
        _along_y(first, kernel, periodic, second)
        _along_z(second, kernel, first)
    return first


def smooth(field: np.ndarray, kernel: np.ndarray, periodic: bool) -> np.ndarray:
    """The same of a (nz, ny, nx) float32 field, which is overwritten."""
    other = np.empty_like(field)
    with threads_for(field.size // CELLS_A_ROW):
        _field_along_x(field, kernel, periodic, other)
        _along_y(other, kernel, periodic, field)
        _along_z(field, kernel, other)
    return other


@njit
def source(index, n, wraps):
    """Cell of a line of n that an index beyond its ends stands for."""
    if wraps:
        return index % n
    index %= 2 * n
    return index if index < n else 2 * n - 1 - index


@njit
def _fold(line, kernel, out, k, j):
    taps, n = len(kernel), out.shape[2]
    for i in range(n):
        out[k, j, i] = np.float32(0.0)
    for t in range(taps):
        weight = kernel[t]
        for i in range(n):
            out[k, j, i] += weight * line[i + t]


@njit
def _layer_along_x(code, value, kernel, wraps, out, k):
    reach, n = len(kernel) // 2, code.shape[2]
    line = np.empty(n + 2 * reach, np.float32)
    for j in range(code.shape[1]):
        for i in range(-reach, n + reach):
            line[i + reach] = value[code[k, j, source(i, n, wraps)]]
        _fold(line, kernel, out, k, j)


@njit(parallel=True)
def _along_x(code, value, kernel, wraps, out):
    for k in prange(code.shape[0]):
        _layer_along_x(code, value, kernel, wraps, out, np.int64(k))


@njit
def _layer_of_field_along_x(field, kernel, wraps, out, k):
    reach, n = len(kernel) // 2, field.shape[2]
    line = np.empty(n + 2 * reach, np.float32)
    for j in range(field.shape[1]):
        for i in range(-reach, n + reach):
            line[i + reach] = field[k, j, source(i, n, wraps)]
        _fold(line, kernel, out, k, j)


@njit(parallel=True)
def _field_along_x(field, kernel, wraps, out):
    for k in prange(field.shape[0]):
        _layer_of_field_along_x(field, kernel, wraps, out, np.int64(k))


@njit
def _row_sum(field, k, j, weight, out, to_k, to_j):
    for i in range(field.shape[2]):
        out[to_k, to_j, i] += weight * field[k, j, i]


@njit
def _layer_along_y(field, kernel, wraps, out, k):
    reach, n = len(kernel) // 2, field.shape[1]
    for j in range(n):
        for i in range(field.shape[2]):
            out[k, j, i] = np.float32(0.0)
        for t in range(len(kernel)):
            _row_sum(field, k, source(j + t - reach, n, wraps), kernel[t], out, k, j)


@njit(parallel=True)
def _along_y(field, kernel, wraps, out):
    for k in prange(field.shape[0]):
        _layer_along_y(field, kernel, wraps, out, np.int64(k))


@njit
def _layer_along_z(field, kernel, out, k):
    reach, n = len(kernel) // 2, field.shape[0]
    for j in range(field.shape[1]):
        for i in range(field.shape[2]):
            out[k, j, i] = np.float32(0.0)
        for t in range(len(kernel)):
            _row_sum(field, source(k + t - reach, n, False), j, kernel[t], out, k, j)


@njit(parallel=True)
def _along_z(field, kernel, out):
    for k in prange(field.shape[0]):
        _layer_along_z(field, kernel, out, np.int64(k))
