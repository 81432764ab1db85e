"""How active material lands: each fragment keeps its volume, overlaps are put beside."""

import numpy as np

from dem.grains import ACTIVE
from voxelize.deposit.cracks import crack_cells
from voxelize.deposit.landing import chosen, land, peel, squeeze_in, starts
from voxelize.deposit.motion import Motion


def land_active(motion: Motion) -> tuple[np.ndarray, float]:
    """Grain of each cell of active material, −1 elsewhere, and the displaced share of it."""
    riders, weight = motion.riders(ACTIVE)
    grain, displaced, hole, hole_grain, _ = land(motion, riders, motion.is_open)
    grain.ravel()[hole] = hole_grain

    bodies = int(motion.fragment.max()) + 1
    before = np.bincount(motion.fragment[riders.grain], weight, bodies)
    flat = np.flatnonzero(grain >= 0)
    after = np.bincount(
        motion.fragment[grain.ravel()[flat]], motion.weight_at(flat), minlength=bodies
    )
    # Rounding is carried from fragment to fragment, so that the sum is right too.
    missing = np.diff(np.rint(np.cumsum(before - after)), prepend=0.0).astype(np.int64)
    displaced = chosen(displaced, motion.fragment[riders.grain[displaced]], missing)
    cracks = crack_cells(motion, grain)
    lost = squeeze_in(
        motion, grain, riders.grain[displaced], starts(motion, riders, displaced), cracks
    )
    peel(grain, motion.fragment, -missing, hole, motion.grid)
    put = len(displaced) - lost + _balance(motion, grain, weight.sum(), cracks)
    return grain, put / max(len(riders.grain), 1)


def _balance(motion: Motion, grain: np.ndarray, wanted: float, cracks: np.ndarray) -> int:
    """Make up for what a cut top layer weighs less or more; returns the voxels put back."""
    put = 0
    for _ in range(4):
        flat = np.flatnonzero(grain >= 0)
        missing = round(wanted - motion.weight_at(flat).sum())
        if missing == 0:
            break
        if missing > 0:
            # The topmost voxels lost weight: their neighbours below are where it belongs.
            near = flat[np.argsort(-flat, kind="stable")[:missing]]
            cell = motion.grid.cells(near)
            put += missing - squeeze_in(motion, grain, grain.ravel()[near], cell, cracks)
        else:
            one_body = np.zeros(len(motion.fragment), np.int64)
            peel(grain, one_body, np.array([-missing]), np.empty(0, np.int64), motion.grid)
    return put
