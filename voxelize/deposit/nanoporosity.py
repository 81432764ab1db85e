"""The nanoporosity of the binder's voxels rides on their grains; what is squeezed loses pores."""

import numpy as np

from dem.grains import CBD
from dem.jit import njit
from voxelize.deposit.motion import Motion
from voxelize.deposit.squeeze import back

_EVEN = 1e-9


def carried_field(
    motion: Motion, owner: np.ndarray, former: np.ndarray, solid: np.ndarray
) -> np.ndarray:
    """Nanoporosity of each binder cell (nz, ny, nx) float32, nan elsewhere.

    A cell has that of the voxel it came from, or its grain's mean where it came from none of its
    grain's. A grain that was squeezed loses the same share of every pore; one that has more room
    spreads its solid. Where neither happened the values are the very ones of before.

    owner : (nz, ny, nx) int32; former : (grains,), mean nanoporosity before
    solid : (grains,) [cells], that each grain's cells hold now
    """
    carriers, frame = motion.carriers, motion.frame
    field = np.full(owner.shape, np.nan, np.float32)
    pores, domain = np.zeros(len(former)), np.zeros(len(former))
    is_binder = carriers.material == CBD
    _carry(
        carriers.source, carriers.centre, carriers.shift, carriers.turn, carriers.period,
        frame.ratio, frame.foil, frame.old_foil, frame.weight, is_binder, owner,
        motion.old.nanoporosity_field, former, field, pores, domain,
    )  # fmt: skip
    wanted, held = domain - solid, domain - pores
    with np.errstate(divide="ignore", invalid="ignore"):
        shrink = np.where(is_binder & (pores > 0.0), wanted / pores, 1.0)
        spread = np.where(is_binder & (held > 0.0), solid / held, 1.0)
    _scale(owner, is_binder, shrink, spread, _EVEN, field)
    return field


@njit
def _carry(
    source, centre, shift, turn, period, ratio, foil, old_foil, weight, is_binder, owner,
    former_field, former, field, pores, domain,
):  # fmt: skip
    oz, oy, ox = source.shape
    for k in range(owner.shape[0]):
        z = (k + 0.5 - foil) * ratio + old_foil
        for j in range(owner.shape[1]):
            y = (j + 0.5) * ratio
            for i in range(owner.shape[2]):
                g = owner[k, j, i]
                if g < 0 or not is_binder[g]:
                    continue
                x = (i + 0.5) * ratio
                # The image of the cell next to the grain, as its turn is about that.
                py, px = y, x
                if period[1] > 0.0:
                    py -= period[1] * np.round((y - centre[g, 1] - shift[g, 1]) / period[1])
                    px -= period[2] * np.round((x - centre[g, 2] - shift[g, 2]) / period[2])
                sz, sy, sx = back(centre[g], shift[g], turn[g], z, py, px)
                sk = np.int64(np.floor(sz + 1e-6))
                sj = np.int64(np.floor(sy + 1e-6))
                si = np.int64(np.floor(sx + 1e-6))
                if period[1] > 0.0:
                    sj, si = sj % oy, si % ox
                value = np.float32(former[g])
                inside = 0 <= sk < oz and 0 <= sj < oy and 0 <= si < ox
                if inside and source[sk, sj, si] == g:
                    value = former_field[sk, sj, si]
                field[k, j, i] = value
                pores[g] += weight[k] * value
                domain[g] += weight[k]


@njit
def _scale(owner, is_binder, shrink, spread, even, field):
    for k in range(owner.shape[0]):
        for j in range(owner.shape[1]):
            for i in range(owner.shape[2]):
                g = owner[k, j, i]
                if g < 0 or not is_binder[g]:
                    continue
                if shrink[g] < 1.0 - even:
                    field[k, j, i] *= shrink[g]
                elif spread[g] < 1.0 - even:
                    field[k, j, i] = 1.0 - spread[g] * (1.0 - field[k, j, i])
