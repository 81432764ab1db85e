"""Parts of bodies that an overlap cut off from the rest of them."""

import numpy as np

from dem.jit import njit
from voxelize.deposit.surroundings import beside


def cut_off(owner, body, suspect, periodic, work) -> tuple[np.ndarray, np.ndarray]:
    """Free the cells of suspect bodies that no longer hang together with most of their body.

    owner : (nz, ny, nx) int32, changed; suspect : (bodies,) bool
    work : (nz, ny, nx) int32, work space
    Returns the flat cells (n,) int64 and the grains (n,) int32 that had them.
    """
    count, first, size = _number(owner, body, suspect, periodic, work)
    of = body[owner.ravel()[first[:count]]]
    order = np.lexsort((-np.arange(count), size[:count], of))
    last = np.ones(count, bool)
    last[:-1] = of[order][1:] != of[order][:-1]
    small = np.ones(count, bool)
    small[order[last]] = False
    return _free(owner, body, suspect, work, small, int(size[:count][small].sum()))


@njit
def _number(owner, body, suspect, periodic, work):
    """Pieces of the suspect bodies, numbered in `work`, −1 elsewhere: first cell and size."""
    _, ny, nx = owner.shape
    flat, number = owner.ravel(), work.ravel()
    number[:] = -1
    first, size = np.empty(1024, np.int64), np.empty(1024, np.int64)
    stack = np.empty(4096, np.int64)
    count = 0
    for seed in range(len(flat)):
        if flat[seed] < 0 or number[seed] >= 0 or not suspect[body[flat[seed]]]:
            continue
        own = body[flat[seed]]
        if count == len(first):
            first = np.concatenate((first, np.empty(count, np.int64)))
            size = np.concatenate((size, np.empty(count, np.int64)))
        first[count], size[count] = seed, 0
        number[seed] = count
        stack[0], top = seed, 1
        while top > 0:
            top -= 1
            c = stack[top]
            size[count] += 1
            k, rest = divmod(c, ny * nx)
            j, i = divmod(rest, nx)
            if top + 6 > len(stack):
                stack = np.concatenate((stack, np.empty(len(stack), np.int64)))
            for f in range(6):
                d = beside(f, k, j, i, owner.shape, periodic)
                if d >= 0 and number[d] < 0 and flat[d] >= 0 and body[flat[d]] == own:
                    number[d] = count
                    stack[top] = d
                    top += 1
        count += 1
    return count, first, size


@njit
def _free(owner, body, suspect, work, small, total):
    flat, number = owner.ravel(), work.ravel()
    cell, grain = np.empty(total, np.int64), np.empty(total, np.int32)
    n = 0
    for c in range(len(flat)):
        if number[c] >= 0 and small[number[c]]:
            cell[n], grain[n] = c, flat[c]
            flat[c] = -1
            n += 1
    return cell, grain
