"""Cells of the gaps that broken bonds opened inside particles."""

import numpy as np

_UNSEEN = -(10**6)


def crack_cells(motion, grain: np.ndarray) -> np.ndarray:
    """Flat indices of the empty cells between two grains of a particle that a bond once joined.

    Such a cell sees along x, y or z, no more than a grain's width apart, two grains whose bond
    broke, and was inside the particle: carried back with one of them it was active material.
    """
    if len(motion.parted) == 0:
        return np.empty(0, np.int64)
    reach = int(np.ceil(2.0 * motion.size.max()))
    found = [np.empty(0, np.int64)]
    for axis in range(3):
        flat, before, after = _between(motion, grain, axis, reach)
        parted = motion.parted.contains(before, after)
        flat, before, after = flat[parted], before[parted], after[parted]
        inside = _was_active(motion, flat, before) | _was_active(motion, flat, after)
        found.append(flat[inside])
    return np.unique(np.concatenate(found))


def _between(motion, grain, axis, reach):
    """Empty cells with two different grains on both sides along an axis, and these grains."""
    n = grain.shape[axis]
    wraps = motion.grid.periodic and axis > 0
    pad = [(0, 0)] * 3
    pad[axis] = (reach, reach)
    wide = np.pad(grain, pad, mode="wrap") if wraps else np.pad(grain, pad, constant_values=-1)
    wide = np.moveaxis(wide, axis, 0)
    place = np.arange(len(wide), dtype=np.int32)[:, None, None]
    last = np.maximum.accumulate(np.where(wide >= 0, place, np.int32(_UNSEEN)), axis=0)
    following = np.where(wide >= 0, place, np.int32(-_UNSEEN))
    following = np.minimum.accumulate(following[::-1], axis=0)[::-1]
    candidate = (following - last - 1 <= reach) & (wide < 0)
    candidate[:reach] = False
    candidate[reach + n :] = False
    p, q, r = np.nonzero(candidate)
    before = wide[last[p, q, r], q, r]
    after = wide[following[p, q, r], q, r]
    cell = np.insert(np.column_stack([q, r]), axis, p - reach, axis=1)
    return motion.grid.flat(cell), before, after


def _was_active(motion, flat, grain):
    """Whether cells, carried back with a grain, were active material of its particle."""
    apart = motion.grid.cells(flat) + 0.5 - motion.centre[grain] - motion.shift[grain]
    period = motion.period
    wraps = period > 0
    apart[:, wraps] -= period[wraps] * np.round(apart[:, wraps] / period[wraps])
    apart += np.einsum("nba,nb->na", motion.turn[grain], apart)
    cell = np.floor(motion.centre[grain] + apart).astype(np.int64)
    former = motion.old_grid.at(motion.source_grain, cell)
    return (former >= 0) & (motion.particle[former] == motion.particle[grain])
