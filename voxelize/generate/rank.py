"""Choosing the voxels of lowest value that make up a given amount, without sorting the volume."""

import numpy as np


def lowest(value: np.ndarray, weights: np.ndarray, amount: float) -> np.ndarray:
    """Mask of the voxels of lowest value whose weights sum to `amount`, to half a voxel.

    value : (nz, ny, nx) float32, +inf where none may be chosen; weights : (nz,) of layers, above 0
    Of equal values those of lower layers, then rows, come first.
    raises ValueError where the finite voxels make up less than `amount`
    """
    upper = _histogram(value, weights, lambda key: key >> 16)
    at, below = _place(upper, amount)
    lower = _histogram(value, weights, lambda key: (key & 0xFFFF)[key >> 16 == at])
    threshold, below = _place(lower, amount, below)
    threshold |= at << 16
    if threshold >= _INFINITE and amount > below:
        raise ValueError("fewer voxels than the amount asked for")
    chosen = np.empty(value.shape, bool)
    full = True
    for layer, weight, mask in zip(value, weights, chosen, strict=True):
        key = _ordered(layer)
        np.less(key, threshold, out=mask)
        ties = np.flatnonzero(key == threshold)
        # Rounded to half a voxel: one is in when at least half of it is still asked for.
        room = np.floor((amount - below) / weight + 0.5) if full else 0
        taken = min(max(int(room), 0), len(ties))
        full = taken == len(ties)
        mask.ravel()[ties[:taken]] = True
        below += weight * taken
    return chosen


def _ordered(value: np.ndarray) -> np.ndarray:
    """uint32 keys in the order of float32 values: the sign bit turned, negative ones mirrored."""
    bits = np.ascontiguousarray(value, np.float32).view(np.uint32)
    return np.where(bits >> 31 == 1, ~bits, bits | np.uint32(0x80000000))


_INFINITE = int(_ordered(np.array([np.inf], np.float32))[0])


def _histogram(value, weights, part) -> np.ndarray:
    count = np.zeros(1 << 16)
    for layer, weight in zip(value, weights, strict=True):
        count += weight * np.bincount(part(_ordered(layer)).ravel(), minlength=1 << 16)
    return count


def _place(histogram: np.ndarray, amount: float, below: float = 0.0) -> tuple[int, float]:
    """Bin in which the cumulated weight reaches the amount, and the weight below that bin."""
    cumulated = below + np.cumsum(histogram)
    at = min(int(np.searchsorted(cumulated, amount)), len(histogram) - 1)
    return at, float(cumulated[at] - histogram[at])
