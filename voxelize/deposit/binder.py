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
from voxelize.deposit.squeeze import unsqueezed_volumes
from voxelize.deposit.surroundings import FREE, IN_CUT_LAYER


def land_binder(
    motion: Motion,
    minimum: float,
    before: np.ndarray,
    former: np.ndarray,
    rounding: np.ndarray,
    owner: np.ndarray,
    depth: np.ndarray,
    room: np.ndarray,
) -> None:
    """Let binder land in `owner` (nz, ny, nx), which is changed, beside the active material.

    The domain of a grain gives way first, down to the nanoporosity `minimum`; only what must not
    be squeezed further is put beside. Domain that finds room again is not blown up beyond before.
    What cells' centres make of a thin film is no squeezing: a grain keeps the share of its domain
    that its cells are of those it would have, riding rigidly with nothing in its way.

    before : (grains,) [new cells], domain; former : (grains,), nanoporosity before
    rounding, depth : as active material landed; room : work space of the volume's shape
    """
    carriers, frame = motion.carriers, motion.frame
    is_binder = carriers.material == CBD
    if not is_binder.any():
        return
    body = carriers.body
    least = _least(before, is_binder, former, np.minimum(minimum, former))
    squeezed = carry(motion, CBD, owner, depth)
    room_for(motion, owner, room)
    domain = _unrounded(motion, before, owner, depth, rounding)

    def rounded() -> np.ndarray:
        """Cells more or less than the unrounded domain; rounding is carried from grain to grain."""
        after = volumes(owner, frame.weight, len(before))
        excess = np.where(is_binder, after - np.maximum(domain, least), 0.0)
        excess = np.diff(np.rint(np.cumsum(excess)), prepend=0.0)
        return np.bincount(body, np.minimum(excess, _above(after, least))).astype(np.int64)

    def surplus() -> np.ndarray:
        """Cells above the former domain, or (negative) below the least that holds the solid."""
        after = volumes(owner, frame.weight, len(before))
        excess = _above(after, before).clip(0) + _above(after, least).clip(None, 0)
        return np.bincount(body, np.where(is_binder, excess, 0.0)).astype(np.int64)

    chosen = some_of(squeezed, body, -surplus())
    cell, grain = squeezed.cell[chosen], squeezed.grain[chosen]
    put_back(owner, room, frame, body, cell, grain, depth.view(np.int32))
    balance(owner, room, frame, body, rounded(), FREE)
    balance(owner, room, frame, body, surplus(), IN_CUT_LAYER)
    lone = some_of(Squeezed(cell, grain), body, -surplus())
    none_to_spare = np.zeros(len(body), np.int64)
    take_nearest(owner, room, frame, cell[lone], grain[lone], none_to_spare)
    balance(owner, room, frame, body, surplus(), IN_CUT_LAYER)
    # No room is left but in the domain of grains that were squeezed less, or past the minimum.
    for needed in (least, _least(before, is_binder, former, 0.0)):
        _share(motion, before, needed, owner, room)


def _least(before, is_binder, former, minimum):
    """Domain (grains,) [cells] that holds the solid of each binder grain at a nanoporosity."""
    return np.where(is_binder, before * (1.0 - former) / (1.0 - minimum), 0.0)


def _above(after, bound):
    """Whole cells (grains,) above a bound, negative below it."""
    return np.floor(after - bound + 1e-6)


def _unrounded(motion: Motion, before: np.ndarray, owner, depth, rounding) -> np.ndarray:
    """Domain (grains,) [cells] that motion leaves each binder grain, without rounding to cells."""
    whole, rounded = unsqueezed_volumes(motion, CBD, owner, depth, rounding).T
    claimed = volumes(owner, motion.frame.weight, len(before)) + rounded
    # Too small for a cell's centre: nothing says that it was squeezed.
    kept = np.divide(claimed, whole, where=whole > 0, out=np.ones(len(before)))
    return before * kept.clip(None, 1.0)


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
