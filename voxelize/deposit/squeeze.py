"""What a grain's domain would count if it only rode on: what it has less was squeezed out of it."""

import numpy as np

from dem.jit import njit, prange
from voxelize.deposit.claim import windows
from voxelize.deposit.motion import Motion

_CHUNKS = 64
_ON_FACE = 1e-6


def unsqueezed_volumes(motion: Motion, material: int, owner, depth, rounding) -> np.ndarray:
    """Volumes (grains, 2) [cells] of grains of a material, carried rigidly.

    First with nothing in their way, counted by the same cells' centres as what they claim, so that
    both have the same rounding; then, of it, what lies in cells that rounding gave to others.

    owner : (nz, ny, nx) int32; depth : (nz, ny, nx) float32, 1 in cells that bodies grew into to
    make up for what they lacked; rounding : (bodies,), share of that which rounding had cost
    """
    carriers, frame, old = motion.carriers, motion.frame, motion.old
    top = frame.old_foil + old.thickness / old.voxel_size
    found = np.zeros((len(carriers.centre), 2))
    window = windows(carriers, frame)
    _count_chunks(carriers, frame, window, material, top, owner, depth, rounding, found)
    return found


@njit(parallel=True)
def _count_chunks(carriers, frame, window, material, top, owner, depth, rounding, found):
    for chunk in prange(_CHUNKS):
        _count_chunk(
            np.int64(chunk), carriers, frame, window, material, top, owner, depth, rounding, found
        )


@njit
def _count_chunk(chunk, carriers, frame, window, material, top, owner, depth, rounding, found):
    count = len(found)
    source, centre, shift, turn = carriers.source, carriers.centre, carriers.shift, carriers.turn
    phase = carriers.material
    for g in range(chunk * count // _CHUNKS, (chunk + 1) * count // _CHUNKS):
        if phase[g] == material:
            found[g, 0], found[g, 1] = _count(
                g, phase, carriers.body, source, centre[g], shift[g], turn[g], carriers.low[g],
                carriers.high[g], frame.ratio, frame.foil, frame.old_foil, frame.periodic,
                window[g], top, frame.weight, owner, depth, rounding,
            )  # fmt: skip


@njit
def _count(
    g, phase, body, source, centre, shift, turn, low, high, ratio, foil, old_foil, periodic, window,
    top, weight, owner, depth, rounding,
):  # fmt: skip
    oz, oy, ox = source.shape
    nz, ny, nx = owner.shape
    total, rounded = 0.0, 0.0
    for k in range(window[0], window[1]):
        z = (k + 0.5 - foil) * ratio + old_foil
        for j in range(window[2], window[3]):
            y = (j + 0.5) * ratio
            for i in range(window[4], window[5]):
                x = (i + 0.5) * ratio
                sz, sy, sx = back(centre, shift, turn, z, y, x)
                # A grain as wide as a periodic box is no two grains.
                if not (
                    _within(sz - centre[0], low[0], high[0])
                    and _within(sy - centre[1], low[1], high[1])
                    and _within(sx - centre[2], low[2], high[2])
                ):
                    continue
                sk = np.int64(np.floor(sz + _ON_FACE))
                sj = np.int64(np.floor(sy + _ON_FACE))
                si = np.int64(np.floor(sx + _ON_FACE))
                if periodic:
                    sj, si = sj % oy, si % ox
                if sk < 0 or sk >= oz or sj < 0 or sj >= oy or si < 0 or si >= ox:
                    continue
                if source[sk, sj, si] != g:
                    continue
                # Share of the cell that lay in the coating.
                total += min(max((top - sz) / ratio + 0.5, 0.0), 1.0)
                b, a = (j % ny, i % nx) if periodic else (j, i)
                if k < 0 or k >= nz or b < 0 or b >= ny or a < 0 or a >= nx:
                    continue
                held = owner[k, b, a]
                if held >= 0 and phase[held] != phase[g] and depth[k, b, a] == 1.0:
                    rounded += weight[k] * rounding[body[held]]
    return total, rounded


@njit
def _within(arm, low, high):
    # Half-open as voxels are, or both faces of such a grain would count.
    return low <= arm + _ON_FACE < high


@njit
def back(centre, shift, turn, z, y, x):
    """Where a point (z, y, x) that rides rigidly on a grain came from [old voxels]; not wrapped."""
    az, ay, ax = z - centre[0] - shift[0], y - centre[1] - shift[1], x - centre[2] - shift[2]
    return (
        z - shift[0] + turn[0, 0] * az + turn[1, 0] * ay + turn[2, 0] * ax,
        y - shift[1] + turn[0, 1] * az + turn[1, 1] * ay + turn[2, 1] * ax,
        x - shift[2] + turn[0, 2] * az + turn[1, 2] * ay + turn[2, 2] * ax,
    )
