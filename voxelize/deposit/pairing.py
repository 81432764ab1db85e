"""Which displaced voxel went to which cell: a nearly shortest pairing of two sets of points.

Both sets are halved along the widest axis until one of each is left (binary space partition, as
Genest et al., BSP-OT, ACM Trans. Graph. 44, 2025), then pairs that lie near each other, by where
they begin or end, swap ends where that is shorter.
"""

import numpy as np

from dem.jit import njit

_SWAPS = 32
"""So many pairs next in order are tried with each."""
_TURNS = ((0.0, 0.0), (0.5, 0.9), (1.3, 0.4))
"""Angles [rad] by which the axes of further orders are turned, so that other pairs meet."""


def pair(shape, periodic, one, first, other, second) -> np.ndarray:
    """Distance (n,) float32 [cells] of each place from its cell, nan for places left over.

    one, other : (n,), (m,) flat places and cells, m ≤ n for every body; first, second : (n,), (m,)
    their bodies, both ascending. Sums are longer than the least by up to a tenth, as measured.
    """
    distance = np.full(len(one), np.nan, np.float32)
    bodies = np.unique(second)
    start = np.searchsorted(first, bodies)
    cells = np.append(np.searchsorted(second, bodies), len(second))
    # Of a body that found too few cells the last places are left over.
    place = np.concatenate(
        [np.arange(s, s + n) for s, n in zip(start, np.diff(cells), strict=True)] or [one[:0]]
    )
    begin, end = (_points(flat, shape) for flat in (one[place], other))
    if periodic:
        # Each body about its first place.
        middle = begin[cells[:-1]].repeat(np.diff(cells), axis=0)
        for axis in (1, 2):
            for point in (begin, end):
                images = np.rint((point[:, axis] - middle[:, axis]) / np.float32(shape[axis]))
                point[:, axis] -= np.float32(shape[axis]) * images
    goal = np.arange(len(other))
    here = np.arange(len(other))
    _halve(begin, end, here, goal, cells)
    for turn, tilt in _TURNS:
        if turn:
            order = np.arange(len(here))
            axes = _axes(turn, tilt)
            ends = end[goal] @ axes
            _halve(ends, ends, order, order.copy(), cells)
            here, goal = here[order], goal[order]
        _swap(begin, end, here, goal, cells)
    distance[place[here]] = np.linalg.norm(begin[here] - end[goal], axis=1)
    return distance


def _points(flat, shape):
    """Places (n, 3) float32, which holds whole numbers exactly."""
    points = np.empty((len(flat), 3), np.float32)
    for axis, index in enumerate(np.unravel_index(flat, shape)):
        points[:, axis] = index
    return points


def _axes(turn, tilt):
    c, s, u, v = np.cos(turn), np.sin(turn), np.cos(tilt), np.sin(tilt)
    upright = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    return (upright @ [[1.0, 0.0, 0.0], [0.0, u, -v], [0.0, v, u]]).astype(np.float32)


@njit
def _halve(begin, end, here, goal, cells):
    """Order the rows here of begin and goal of end, of each body cells[b] … cells[b + 1], so that
    halves of one lie as halves of the other."""
    stack = np.empty((128, 2), np.int64)
    for b in range(len(cells) - 1):
        stack[0, 0], stack[0, 1], top = cells[b], cells[b + 1], 1
        while top > 0:
            top -= 1
            low, high = stack[top, 0], stack[top, 1]
            if high - low < 2:
                continue
            axis = _widest(begin, end, here, goal, low, high)
            middle = (low + high) // 2
            _select(begin, axis, here, low, high, middle)
            _select(end, axis, goal, low, high, middle)
            stack[top, 0], stack[top, 1] = low, middle
            stack[top + 1, 0], stack[top + 1, 1] = middle, high
            top += 2


@njit
def _widest(begin, end, here, goal, low, high):
    widest, found = -1.0, 0
    for axis in range(3):
        least, most = begin[here[low], axis], begin[here[low], axis]
        for t in range(low, high):
            least = min(least, begin[here[t], axis], end[goal[t], axis])
            most = max(most, begin[here[t], axis], end[goal[t], axis])
        if most - least > widest:
            widest, found = most - least, axis
    return found


@njit
def _select(point, axis, index, low, high, wanted):
    """Order index[low:high] so that those before `wanted` lie lower (Hoare's selection)."""
    while high - low > 1:
        pivot = index[(low + high) // 2]
        height = point[pivot, axis]
        i, j = low, high - 1
        while i <= j:
            while _below(point, axis, index[i], height, pivot):
                i += 1
            while _above(point, axis, index[j], height, pivot):
                j -= 1
            if i <= j:
                index[i], index[j] = index[j], index[i]
                i += 1
                j -= 1
        if wanted <= j:
            high = j + 1
        elif wanted >= i:
            low = i
        else:
            return


@njit
def _below(point, axis, row, height, pivot):
    # Equal ones by their rows, so that the order is one.
    return point[row, axis] < height or (point[row, axis] == height and row < pivot)


@njit
def _above(point, axis, row, height, pivot):
    return point[row, axis] > height or (point[row, axis] == height and row > pivot)


@njit
def _swap(begin, end, here, goal, cells):
    for b in range(len(cells) - 1):
        for v in range(cells[b], cells[b + 1]):
            for u in range(v + 1, min(v + 1 + _SWAPS, cells[b + 1])):
                now = _apart(begin, here[v], end, goal[v]) + _apart(begin, here[u], end, goal[u])
                then = _apart(begin, here[v], end, goal[u]) + _apart(begin, here[u], end, goal[v])
                if then < now - 1e-6:
                    goal[v], goal[u] = goal[u], goal[v]


@njit
def _apart(begin, one, end, other):
    z = begin[one, 0] - end[other, 0]
    y = begin[one, 1] - end[other, 1]
    x = begin[one, 2] - end[other, 2]
    return np.sqrt(z * z + y * y + x * x)
