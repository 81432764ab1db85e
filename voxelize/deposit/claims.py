"""Which grain comes to lie in each cell, and where grains were squeezed out of a cell."""

from typing import NamedTuple

import numpy as np

from voxelize.deposit.claim import claim, release, windows
from voxelize.deposit.motion import Motion

_SLAB_LAYERS = 16


class Squeezed(NamedTuple):
    """Places where bodies lost a cell to another body, the foil or a plate, by body and place.

    cell : (n,) int64, flat; grain : (n,) int32, which was carried there
    """

    cell: np.ndarray
    grain: np.ndarray


def carry(motion: Motion, material: int, owner: np.ndarray, depth: np.ndarray) -> Squeezed:
    """Let the grains of a material claim the free cells of `owner`, which is changed.

    owner : (nz, ny, nx) int32, −1 where free; depth : the same shape, float32, work space
    """
    carriers, frame = motion.carriers, motion.frame
    window = windows(carriers, frame)
    slabs = -(-len(owner) // _SLAB_LAYERS)
    # Memory that is not written to takes no room.
    room = max(_SLAB_LAYERS * owner[0].size // 2, 1024)
    while True:
        cell, grain = np.empty((slabs, room), np.int64), np.empty((slabs, room), np.int32)
        lost = np.zeros(slabs, np.int64)
        claim(carriers, frame, window, material, _SLAB_LAYERS, owner, depth, cell, grain, lost)
        if lost.max(initial=0) <= room:
            break
        room = int(lost.max())
        release(owner, carriers.material, material)
    cell = np.concatenate([c[:n] for c, n in zip(cell, lost, strict=True)])
    grain = np.concatenate([g[:n] for g, n in zip(grain, lost, strict=True)])
    return _of_losers(carriers.body, owner, cell, grain)


def _of_losers(body, owner, cell, grain):
    """Without the cells that another grain of the body won, each place once a body."""
    inside = cell >= 0
    cell = np.where(inside, cell, -1 - cell)
    holder = owner.ravel()[cell]
    lost = (holder < 0) | (body[holder] != body[grain]) | ~inside
    cell, grain, inside = cell[lost], grain[lost], inside[lost]
    order = np.lexsort((grain, ~inside, cell, body[grain]))
    cell, grain, inside = cell[order], grain[order], inside[order]
    again = np.zeros(len(cell), bool)
    again[1:] = (cell[1:] == cell[:-1]) & (body[grain[1:]] == body[grain[:-1]])
    again[1:] &= inside[1:] & inside[:-1]
    return Squeezed(cell[~again], grain[~again])
