"""How binder lands: its domain takes the room that is left, its solid is never lost."""

import numpy as np

from dem.grains import CBD
from voxelize.deposit.active import some_of
from voxelize.deposit.balance import balance, volumes
from voxelize.deposit.claims import carry
from voxelize.deposit.cracks import room_for
from voxelize.deposit.motion import Motion
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
    least = before * (1.0 - nanoporosity) / (1.0 - min(minimum, nanoporosity))
    squeezed = carry(motion, CBD, owner, depth)
    room_for(motion, owner, room)

    def surplus() -> np.ndarray:
        """Cells above the former domain, or (negative) below the least that holds the solid."""
        after = volumes(owner, frame.weight, len(before))
        above = np.floor(after - before + 1e-6).clip(0)
        below = np.ceil(least - after - 1e-6).clip(0)
        excess = np.where(is_binder, above - below, 0.0)
        return np.bincount(body, excess).astype(np.int64)

    for attached in (True, False):
        chosen = some_of(squeezed, body, -surplus())
        cell, grain = squeezed.cell[chosen], squeezed.grain[chosen]
        put_back(owner, room, frame, body, cell, grain, attached)
        balance(owner, room, frame, body, surplus(), IN_CUT_LAYER)
