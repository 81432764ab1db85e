"""How binder lands: its domain takes the room that is left, its solid is never lost."""

import numpy as np

from dem.grains import CBD
from voxelize.deposit.cracks import crack_cells
from voxelize.deposit.landing import chosen, land, squeeze_in, starts
from voxelize.deposit.motion import Motion


def land_binder(motion: Motion, active: np.ndarray, minimum: float) -> np.ndarray:
    """Grain of each binder cell, −1 elsewhere.

    The domain of a grain gives way first, down to the nanoporosity `minimum`; only what must not
    be squeezed further is put beside. Domain that finds room again is not blown up beyond before.
    """
    riders, weight = motion.riders(CBD)
    if len(riders.grain) == 0:
        return np.full(active.shape, -1, np.int32)
    count = len(motion.material)
    minimum = min(minimum, motion.old.cbd_nanoporosity)
    least = np.bincount(riders.grain, weight, count)
    least *= (1.0 - motion.old.cbd_nanoporosity) / (1.0 - minimum)
    grain, displaced, hole, hole_grain, filled = land(motion, riders, motion.is_open & (active < 0))
    grain.ravel()[hole[filled]] = hole_grain[filled]
    flat = np.flatnonzero(grain >= 0)
    domain = np.bincount(grain.ravel()[flat], motion.weight_at(flat), minlength=count)
    missing = np.ceil(least - domain - 1e-6).astype(np.int64)
    displaced = chosen(displaced, riders.grain[displaced], missing)
    taken = np.where(active >= 0, active, grain)
    squeeze_in(
        motion,
        taken,
        riders.grain[displaced],
        starts(motion, riders, displaced),
        crack_cells(motion, active),
    )
    return np.where(active >= 0, np.int32(-1), taken)
