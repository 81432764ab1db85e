"""Voxels merged so that every phase keeps its share of the volume, thin films included.

The majority loses what is thinner than half a block. Here each tile of blocks hands every phase,
rarest first, as many blocks as its volume there is worth, those that hold most of it; what rounding
leaves over goes to the next tile. Where a phase fills no block of a tile it is thin there: then
blocks on a net of lines go first, so that what is left of a film hangs together.
"""

import numpy as np

from dem.jit import njit
from voxelize.read.votes import count_votes
from voxelize.volume import COLLECTOR, PHASES, PORE

_NET = 1.0
"""What a line of the net adds to a block's share when blocks of a thin phase are ranked."""
_OWED = 0.1
"""How much what another phase is still due, in blocks, counts against taking its blocks."""


def keep_shares(labels: np.ndarray, tables: tuple[np.ndarray, ...], factor: float) -> np.ndarray:
    """Labels on coarser voxels, the volume of each phase kept to a few of them; uint8.

    labels : (nz, ny, nx) uint8; collector, which is flat, is merged by majority
    tables : first old voxels and weights of the overlaps along z, y and x
    factor : edges of the old voxels in one of the new ones
    """
    counts = np.array([np.count_nonzero(labels == phase) for phase in PHASES.values()])
    # The pore is what is left, unless there is none; ties in rarity go by the label.
    order = [int(p) for p in np.argsort(counts, kind="stable") if counts[p] and p != COLLECTOR]
    if PORE in order:
        order.remove(PORE)
        order.append(PORE)
    if not order:
        order = [PORE]
    return _merged(labels, *tables, np.array(order), _net_period(factor), len(counts))


def _net_period(factor: float) -> int:
    """Blocks between the lines of a net that a film one voxel thick can fill.

    Merged by `factor`, such a film keeps a share 1/factor of its blocks; a square net of period m
    takes (2m − 1)/m² of them.
    """
    return max(2, int(np.ceil(factor + np.sqrt(factor * max(factor - 1.0, 0.0)) - 1e-9)))


@njit
def _merged(labels, z_first, z_weight, y_first, y_weight, x_first, x_weight, order, period, phases):
    nz, ny, nx = len(z_first), len(y_first), len(x_first)
    out = np.empty((nz, ny, nx), dtype=np.uint8)
    carried = np.zeros(phases)
    share = np.empty((period**3, phases))
    place = np.empty((period**3, 3), dtype=np.int64)
    for k0 in range(0, nz, period):
        for j0 in range(0, ny, period):
            for i0 in range(0, nx, period):
                count = 0
                for k in range(k0, min(k0 + period, nz)):
                    for j in range(j0, min(j0 + period, ny)):
                        for i in range(i0, min(i0 + period, nx)):
                            count_votes(
                                labels, z_first[k], z_weight[k], y_first[j], y_weight[j],
                                x_first[i], x_weight[i], share[count],
                            )  # fmt: skip
                            total = share[count].sum()
                            if 2.0 * share[count, COLLECTOR] >= total:
                                out[k, j, i] = COLLECTOR
                                continue
                            total -= share[count, COLLECTOR]
                            share[count] /= total
                            place[count, 0], place[count, 1], place[count, 2] = k, j, i
                            count += 1
                _hand_out(share[:count], place[:count], order, period, carried, out)
    return out


@njit
def _hand_out(share, place, order, period, carried, out):
    """Give every block of a tile to a phase; `carried` [blocks] is what phases are due."""
    taken = np.zeros(len(share), dtype=np.bool_)
    score = np.empty(len(share))
    for turn in range(len(order) - 1):
        phase = order[turn]
        due = carried[phase] + share[:, phase].sum()
        _rank(share, place, order, period, carried, phase, taken, score)
        got = 0
        for b in np.argsort(-score, kind="mergesort"):
            # Rounded half up: the block is the phase's while half of it is still due.
            if score[b] < 0.0 or due - got < 0.5:
                break
            taken[b] = True
            out[place[b, 0], place[b, 1], place[b, 2]] = phase
            got += 1
        carried[phase] = due - got
    last = order[-1]
    carried[last] += share[:, last].sum()
    for b in range(len(share)):
        if taken[b]:
            continue
        phase = last
        if share[b, last] == 0.0:
            # None of the last phase is here: the most frequent one, which is due less then.
            for other in order:
                if share[b, other] > share[b, phase]:
                    phase = other
        carried[phase] -= 1.0
        out[place[b, 0], place[b, 1], place[b, 2]] = phase


@njit
def _rank(share, place, order, period, carried, phase, taken, score):
    """Score of every block as a place for a phase; below 0 where it cannot be one."""
    is_thin = share[:, phase].max() < 1.0 - 1e-9
    for b in range(len(share)):
        score[b] = -1.0
        if taken[b] or share[b, phase] == 0.0:
            continue
        score[b] = share[b, phase]
        if not is_thin:
            continue
        for axis in range(3):
            # Lines of twice the period count twice: they stay where the film has too little.
            score[b] += _NET * (place[b, axis] % period == 0)
            score[b] += _NET * (place[b, axis] % (2 * period) == 0)
        for other in order:
            if other != phase:
                score[b] -= _OWED * carried[other] * share[b, other]
        score[b] = max(score[b], 0.0)
