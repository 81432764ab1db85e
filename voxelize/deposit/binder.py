"""How binder lands: its domain takes the room that is left, its solid is never lost."""

import numpy as np

from dem.grains import CBD
from voxelize.deposit.active import some_of
from voxelize.deposit.balance import balance, volumes
from voxelize.deposit.claims import Squeezed, carry
from voxelize.deposit.cracks import room_for
from voxelize.deposit.motion import Motion
from voxelize.deposit.nearest_room import take_nearest
from voxelize.deposit.put_back import put_back
from voxelize.deposit.surroundings import IN_CUT_LAYER


def land_binder(
    motion: Motion,
    minimum: float,
    before: np.ndarray,
    owner: np.ndarray,
    depth: np.ndarray,
    room: np.ndarray,
) -> None:
    """Let binder land in `owner` (nz, ny, nx), which is changed, beside the active material.

    The domain of a grain gives way first, down to the nanoporosity `minimum`; only what must not
    be squeezed further is put beside. Domain that finds room again is not blown up beyond before.

    before : (grains,) [new cells], domain; depth, room : work space of the volume's shape
    """
    carriers, frame = motion.carriers, motion.frame
    is_binder = carriers.material == CBD
    if not is_binder.any():
        return
    body = carriers.body
    nanoporosity = motion.old.cbd_nanoporosity
    least = _least(before, is_binder, nanoporosity, min(minimum, nanoporosity))
    squeezed = carry(motion, CBD, owner, depth)
    room_for(motion, owner, room)

    def surplus() -> np.ndarray:
        """Cells above the former domain, or (negative) below the least that holds the solid."""
        after = volumes(owner, frame.weight, len(before))
        above = np.floor(after - before + 1e-6).clip(0)
        below = np.ceil(least - after - 1e-6).clip(0)
        return np.bincount(body, np.where(is_binder, above - below, 0.0)).astype(np.int64)

    chosen = some_of(squeezed, body, -surplus())
    cell, grain = squeezed.cell[chosen], squeezed.grain[chosen]
    put_back(owner, room, frame, body, cell, grain, depth.view(np.int32))
    balance(owner, room, frame, body, surplus(), IN_CUT_LAYER)
    lone = some_of(Squeezed(cell, grain), body, -surplus())
    none_to_spare = np.zeros(len(body), np.int64)
    take_nearest(owner, room, frame, cell[lone], grain[lone], none_to_spare)
    balance(owner, room, frame, body, surplus(), IN_CUT_LAYER)
    # No room is left but in the domain of grains that were squeezed less, or past the minimum.
    for needed in (least, _least(before, is_binder, nanoporosity, 0.0)):
        _share(motion, before, needed, owner, room)


def _least(before, is_binder, nanoporosity, minimum):
    """Domain (grains,) [cells] that holds the solid of each binder grain at a nanoporosity."""
    return np.where(is_binder, before * (1.0 - nanoporosity) / (1.0 - minimum), 0.0)


def _share(motion: Motion, before, least, owner, room) -> None:
    """Let binder grains below their least domain take cells of those above it, the nearest ones."""
    carriers, frame = motion.carriers, motion.frame
    after = volumes(owner, frame.weight, len(before))
    lacking = np.ceil(least - after - 1e-6).clip(0).astype(np.int64)
    if not lacking.any():
        return
    is_binder = carriers.material == CBD
    spare = np.where(is_binder, np.floor(after - least + 1e-6).clip(0), 0.0).astype(np.int64)
    middle = (carriers.centre + carriers.shift - [frame.old_foil, 0, 0]) / frame.ratio
    at = np.floor(middle).astype(np.int64)
    at[:, 0] += frame.foil
    if frame.periodic:
        at[:, 1:] %= owner.shape[1:]
    at = at.clip(0, np.array(owner.shape) - 1)
    grain = np.repeat(np.arange(len(before), dtype=np.int32), lacking)
    cell = np.ravel_multi_index(tuple(at.T), owner.shape)[grain]
    take_nearest(owner, room, frame, cell, grain, spare)
