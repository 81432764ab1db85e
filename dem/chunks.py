"""Shares of the grains that one thread computes at a time, the same for any number of threads.

A chunk adds the loads of its own grains directly; what its rows exert on grains of later chunks
goes to the rim, from where each grain takes it up in a fixed order.
"""

from typing import NamedTuple

import numpy as np

from dem.jit import njit
from dem.laws import LANES

SLOTS = 64
"""Slots of a scratch."""
WORK_SLID, VISCOUS, PLASTIC, DAMPED, DRIVEN, BOND_PLASTIC, BROKEN = 0, 1, 2, 3, 4, 5, 6
LEDGER = 8
"""Entries of a chunk's ledger [J], padded to a cache line."""

_LEAST_GRAINS, _CACHED_GRAINS, _ENOUGH_CHUNKS = 256, 1024, 32


class Chunks(NamedTuple):
    """Shares of n grains in c chunks.

    begin : (c + 1,) int64, first grain of each; rim_begin : (c + 1,) int64, its places on the rim
    turn : (c,) int64, the order in which parallel loops take them, so that each thread has some of
        every part of the packing: a foil, or a crushed corner, costs several times as much
    rim : (q, 6), force [N] and torque [N m] on the grain that a row reaches in another chunk
    rim_start : (n + 1,) int64, rim_order : (q,) int32, places on the rim by grain
    pairs, beams : (c, SLOTS · LANES), scratch of contacts and bonds; all lanes hold numbers
    rows : (c, 3 · LANES) int64
    ledger : (c, LEDGER) [J]; farthest : (c,) [m]; wall_load : (c, w, 6) [N], [N m]
    """

    begin: np.ndarray
    turn: np.ndarray
    rim_begin: np.ndarray
    rim: np.ndarray
    rim_start: np.ndarray
    rim_order: np.ndarray
    pairs: np.ndarray
    beams: np.ndarray
    rows: np.ndarray
    ledger: np.ndarray
    farthest: np.ndarray
    wall_load: np.ndarray


def chunks_of(grain_count: int, wall_count: int) -> Chunks:
    """Chunks without rows."""
    # Few grains: enough chunks for some threads. Many: chunks whose grains stay in a core's cache.
    count = max(
        min(_power_of_two(grain_count // _LEAST_GRAINS), _ENOUGH_CHUNKS),
        _power_of_two(grain_count // _CACHED_GRAINS),
    )
    return Chunks(
        begin=np.arange(count + 1, dtype=np.int64) * grain_count // count,
        turn=_bit_reversed(count),
        rim_begin=np.zeros(count + 1, np.int64),
        rim=np.zeros((0, 6)),
        rim_start=np.zeros(grain_count + 1, np.int64),
        rim_order=np.zeros(0, np.int32),
        pairs=np.ones((count, SLOTS * LANES)),
        beams=np.ones((count, SLOTS * LANES)),
        rows=np.zeros((count, 3 * LANES), np.int64),
        ledger=np.zeros((count, LEDGER)),
        farthest=np.zeros(count),
        wall_load=np.zeros((count, wall_count, 6)),
    )


def _power_of_two(bound: int) -> int:
    """The largest power of two up to a bound, at least 1: it shares out evenly among threads."""
    return 1 << max(bound.bit_length() - 1, 0)


def _bit_reversed(count: int) -> np.ndarray:
    """0 … count − 1, a power of two, each with its bits reversed: any 2ᵏ equal stretches of them
    hold every 2ᵏth number."""
    turn = np.zeros(1, np.int64)
    while len(turn) < count:
        turn = np.concatenate([2 * turn, 2 * turn + 1])
    return turn


def with_rim(chunks: Chunks, first: np.ndarray, second: np.ndarray, rim: np.ndarray) -> Chunks:
    """Chunks with a place on the rim for every row that reaches into a later chunk.

    first, second : (r,) bodies of the rows; writes each row's place, or −1, to rim (r,) int32.
    """
    places, rim_begin, rim_start, rim_order = _places(chunks.begin, first, second, rim)
    return chunks._replace(
        rim_begin=rim_begin, rim=np.zeros((places, 6)), rim_start=rim_start, rim_order=rim_order
    )


@njit
def _places(begin, first, second, rim):
    """Places on the rim by chunk, those of a chunk in the order of its rows, and by grain."""
    grains, count = begin[-1], len(begin) - 1
    home = np.empty(grains, np.int32)
    for c in range(count):
        home[begin[c] : begin[c + 1]] = c
    rim_begin, rim_start = np.zeros(count + 1, np.int64), np.zeros(grains + 1, np.int64)
    for p in range(len(first)):
        if home[first[p]] != home[second[p]]:
            rim_begin[home[first[p]] + 1] += 1
            rim_start[second[p] + 1] += 1
    for c in range(count):
        rim_begin[c + 1] += rim_begin[c]
    for i in range(grains):
        rim_start[i + 1] += rim_start[i]
    places = rim_begin[count]
    reached, rim_order = np.empty(places, np.int32), np.empty(places, np.int32)
    following = rim_begin[:-1].copy()
    for p in range(len(first)):
        rim[p] = -1
        c = home[first[p]]
        if c != home[second[p]]:
            rim[p] = following[c]
            reached[following[c]] = second[p]
            following[c] += 1
    following = rim_start[:-1].copy()
    for q in range(places):
        rim_order[following[reached[q]]] = q
        following[reached[q]] += 1
    return places, rim_begin, rim_start, rim_order
