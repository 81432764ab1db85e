"""Cells of the gaps that broken bonds opened inside particles."""

import numpy as np

from dem.grains import ACTIVE
from dem.jit import njit, prange
from voxelize.deposit.extent import nearest_image
from voxelize.deposit.motion import Motion
from voxelize.deposit.surroundings import FREE, IN_CRACK, IN_CUT_LAYER


def room_for(motion: Motion, owner: np.ndarray, room: np.ndarray) -> None:
    """Say what each free cell offers: `room` (nz, ny, nx) uint8 is filled.

    Cracks are the empty cells between two grains of a particle that a bond once joined: such a
    cell sees along x, y or z, no more than a grain's width apart, two grains whose bond broke, and
    was inside the particle: carried back with one of them it was active material.
    """
    _open(owner, motion.frame.labels, motion.frame.weight, room)
    start, other = motion.parted
    if len(other) == 0:
        return
    reach = int(np.ceil(2.0 * motion.carriers.size.max() / motion.frame.ratio))
    for axis in range(3):
        _cracks(motion.carriers, motion.frame, start, other, owner, room, axis, reach)


@njit
def _open(owner, labels, weight, room):
    for k in range(owner.shape[0]):
        kind = FREE if weight[k] >= 1.0 else IN_CUT_LAYER
        for j in range(owner.shape[1]):
            for i in range(owner.shape[2]):
                free = owner[k, j, i] < 0 and labels[k, j, i] == 0 and weight[k] > 0.0
                room[k, j, i] = kind if free else 0


@njit(parallel=True)
def _cracks(carriers, frame, start, other, owner, room, axis, reach):
    """Mark cracks seen along an axis, line by line: lines share no cell."""
    planes = owner.shape[1] if axis == 0 else owner.shape[0]
    for p in prange(planes):
        _cracks_in_plane(carriers, frame, start, other, owner, room, axis, reach, np.int64(p))


@njit
def _cracks_in_plane(carriers, frame, start, other, owner, room, axis, reach, p):
    lines = owner.shape[1] if axis == 2 else owner.shape[2]
    n = owner.shape[axis]
    wraps = frame.periodic and axis > 0
    k, j, i = p, p, p
    for line in range(lines):
        before, last, first = -1, -1, -1
        # A second round as far as the first solid cell closes the gap across a periodic side.
        for step in range(2 * n if wraps else n):
            at = step % n
            if axis == 0:
                k, j, i = at, p, line
            elif axis == 1:
                k, j, i = p, at, line
            else:
                k, j, i = p, line, at
            g = owner[k, j, i]
            if g < 0:
                if step >= n and first < 0:
                    break
                continue
            gap = step - last - 1
            if before >= 0 and 0 < gap <= reach and _contains(start, other, before, g):
                for c in range(last + 1, step):
                    at = c % n
                    if axis == 0:
                        k, j, i = at, p, line
                    elif axis == 1:
                        k, j, i = p, at, line
                    else:
                        k, j, i = p, line, at
                    if room[k, j, i] == 0:
                        continue
                    if _was_active(carriers, frame, before, k, j, i) or _was_active(
                        carriers, frame, g, k, j, i
                    ):
                        room[k, j, i] = IN_CRACK
            if step >= n:
                break
            if first < 0:
                first = step
            before, last = g, step


@njit
def _contains(start, other, a, b):
    return (other[start[a] : start[a + 1]] == b).any()


@njit
def _was_active(carriers, frame, g, k, j, i):
    """Whether a cell, carried back with a grain, was active material of a grain once bonded to it,
    or of the grain itself."""
    source, period = carriers.source, carriers.period
    at = np.empty(3)
    at[0] = (k + 0.5 - frame.foil) * frame.ratio + frame.old_foil
    at[1] = (j + 0.5) * frame.ratio
    at[2] = (i + 0.5) * frame.ratio
    for a in range(3):
        at[a] = nearest_image(at[a] - carriers.centre[g, a] - carriers.shift[g, a], period[a])
    back = np.empty(3, np.int64)
    for a in range(3):
        x = carriers.centre[g, a] + at[a]
        for c in range(3):
            x += carriers.turn[g, c, a] * at[c]
        back[a] = np.int64(np.floor(x + 1e-6))
        if period[a] > 0.0:
            back[a] %= source.shape[a]
        if back[a] < 0 or back[a] >= source.shape[a]:
            return False
    former = source[back[0], back[1], back[2]]
    return (
        former >= 0
        and carriers.material[former] == ACTIVE
        and (carriers.particle[former] == carriers.particle[g])
    )
