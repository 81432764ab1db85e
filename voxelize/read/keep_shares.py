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

_NOBODY = 255
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
    score = np.empty(period**3)
    heap = np.empty(period**3, dtype=np.int64)
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
                            total = 0.0
                            for phase in range(phases):
                                total += share[count, phase]
                            if 2.0 * share[count, COLLECTOR] >= total:
                                out[k, j, i] = COLLECTOR
                                continue
                            total -= share[count, COLLECTOR]
                            for phase in range(phases):
                                share[count, phase] /= total
                            place[count, 0], place[count, 1], place[count, 2] = k, j, i
                            count += 1
                _hand_out(share, count, place, order, period, carried, score, heap, out)
    return out


@njit
def _hand_out(share, count, place, order, period, carried, score, heap, out):
    """Give every block of a tile to a phase; `carried` [blocks] is what phases are due.

    score, heap : room for a number and an index of each block
    """
    for b in range(count):
        out[place[b, 0], place[b, 1], place[b, 2]] = _NOBODY
    for turn in range(len(order) - 1):
        phase = order[turn]
        size = _rank(share, count, place, order, period, carried, phase, out, score, heap)
        due = carried[phase]
        for b in range(count):
            due += share[b, phase]
        # Rounded half up: the block is the phase's while half of it is still due.
        while size and due >= 0.5:
            b = heap[0]
            out[place[b, 0], place[b, 1], place[b, 2]] = phase
            due -= 1.0
            size -= 1
            heap[0] = heap[size]
            _sift(heap, size, 0, score)
        carried[phase] = due
    last = order[-1]
    for b in range(count):
        carried[last] += share[b, last]
        if out[place[b, 0], place[b, 1], place[b, 2]] != _NOBODY:
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
def _rank(share, count, place, order, period, carried, phase, out, score, heap):
    """Heap of the free blocks that hold some of a phase, the best place for it first; its size."""
    is_thin = True
    for b in range(count):
        is_thin = is_thin and share[b, phase] < 1.0 - 1e-9
    size = 0
    for b in range(count):
        is_free = out[place[b, 0], place[b, 1], place[b, 2]] == _NOBODY
        if not is_free or share[b, phase] == 0.0:
            continue
        score[b] = share[b, phase]
        if is_thin:
            for axis in range(3):
                # Lines of twice the period count twice: they stay where the film has too little.
                score[b] += _NET * (place[b, axis] % period == 0)
                score[b] += _NET * (place[b, axis] % (2 * period) == 0)
            for other in order:
                if other != phase:
                    score[b] -= _OWED * carried[other] * share[b, other]
        heap[size] = b
        size += 1
    for at in range(size // 2 - 1, -1, -1):
        _sift(heap, size, at, score)
    return size


@njit
def _sift(heap, size, at, score):
    """Let the block at a place of the heap sink below all that come before it."""
    while True:
        first = at
        for child in (2 * at + 1, 2 * at + 2):
            if child < size and _is_before(heap[child], heap[first], score):
                first = child
        if first == at:
            return
        heap[at], heap[first] = heap[first], heap[at]
        at = first


@njit
def _is_before(one, other, score):
    return score[one] > score[other] or (score[one] == score[other] and one < other)
