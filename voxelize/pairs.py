"""Pairs of regions, found again by a hash table while a volume is walked through once."""

import numpy as np

from dem.jit import njit

_SPREAD = np.uint64(0x9E3779B97F4A7C15)
"""Knuth's multiplier: 2⁶⁴ over the golden ratio."""


@njit
def slot_of(keys, key):
    """Slot that holds the key, or the empty one (−1) where it belongs; the size is a power of 2."""
    mask = np.uint64(len(keys) - 1)
    at = (np.uint64(key) * _SPREAD) >> np.uint64(20)
    while True:
        slot = np.int64(at & mask)
        if keys[slot] == key or keys[slot] == -1:
            return slot
        at += np.uint64(1)


@njit
def grown(keys, values):
    """The same entries in tables of twice the size; values : (size, m)."""
    more = np.full(2 * len(keys), -1, np.int64)
    moved = np.zeros((2 * len(keys), values.shape[1]), values.dtype)
    for old in range(len(keys)):
        if keys[old] >= 0:
            slot = slot_of(more, keys[old])
            more[slot] = keys[old]
            for m in range(values.shape[1]):
                moved[slot, m] = values[old, m]
    return more, moved


def sorted_pairs(keys: np.ndarray, values: np.ndarray, count: int):
    """Entries in the order of their keys first · count + second: first, second (int32), values."""
    used = np.flatnonzero(keys >= 0)
    used = used[np.argsort(keys[used])]
    first, second = np.divmod(keys[used], max(count, 1))
    return first.astype(np.int32), second.astype(np.int32), values[used]
