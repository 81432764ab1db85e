"""Kernels of the finest grid: face conductances are looked up from the classes of the cells.

Vectors are (nz+2, ny, nx): the cells and a layer of zeros on the electrodes. Planes run in
parallel; red and black cells alternate, so no plane reads what another writes. (A prange index is
unsigned: made signed, it does not have each function compiled a second time.)
"""

import numpy as np

from dem.jit import njit, prange


@njit
def _relax_plane(net, x, b, k, colour, backward):
    classes, tables = net.classes, net.tables
    rows, columns = x.shape[1], x.shape[2]
    below, above, side = net.across[k], net.across[k + 1], net.within[k]
    for step in range(rows):
        j = rows - 1 - step if backward else step
        before = j - 1 if j > 0 else rows - 1
        after = j + 1 if j < rows - 1 else 0
        first = (k + j + colour) & 1
        count = (columns - first + 1) // 2
        for pace in range(count):
            i = first + 2 * (count - 1 - pace if backward else pace)
            own = classes[k + 1, j + 1, i + 1]
            if own == 0:
                continue
            left = i - 1 if i > 0 else columns - 1
            right = i + 1 if i < columns - 1 else 0
            g0 = tables[below, classes[k, j + 1, i + 1], own]
            g1 = tables[above, own, classes[k + 2, j + 1, i + 1]]
            g2 = tables[side, own, classes[k + 1, j, i + 1]]
            g3 = tables[side, own, classes[k + 1, j + 2, i + 1]]
            g4 = tables[side, own, classes[k + 1, j + 1, i]]
            g5 = tables[side, own, classes[k + 1, j + 1, i + 2]]
            inflow = (
                g0 * x[k, j, i]
                + g1 * x[k + 2, j, i]
                + g2 * x[k + 1, before, i]
                + g3 * x[k + 1, after, i]
                + g4 * x[k + 1, j, left]
                + g5 * x[k + 1, j, right]
            )
            x[k + 1, j, i] = (b[k + 1, j, i] + inflow) / (g0 + g1 + g2 + g3 + g4 + g5)


@njit(parallel=True)
def relax(net, x, b, colour, backward):
    """Gauss–Seidel on the cells of one colour."""
    for k in prange(x.shape[0] - 2):
        _relax_plane(net, x, b, np.int64(k), colour, backward)


@njit
def _apply_plane(net, x, out, k):
    classes, tables = net.classes, net.tables
    rows, columns = x.shape[1], x.shape[2]
    below, above, side = net.across[k], net.across[k + 1], net.within[k]
    total = 0.0
    for j in range(rows):
        before = j - 1 if j > 0 else rows - 1
        after = j + 1 if j < rows - 1 else 0
        for i in range(columns):
            own = classes[k + 1, j + 1, i + 1]
            if own == 0:
                out[k + 1, j, i] = 0.0
                continue
            left = i - 1 if i > 0 else columns - 1
            right = i + 1 if i < columns - 1 else 0
            here = x[k + 1, j, i]
            flow = (
                tables[below, classes[k, j + 1, i + 1], own] * (here - x[k, j, i])
                + tables[above, own, classes[k + 2, j + 1, i + 1]] * (here - x[k + 2, j, i])
                + tables[side, own, classes[k + 1, j, i + 1]] * (here - x[k + 1, before, i])
                + tables[side, own, classes[k + 1, j + 2, i + 1]] * (here - x[k + 1, after, i])
                + tables[side, own, classes[k + 1, j + 1, i]] * (here - x[k + 1, j, left])
                + tables[side, own, classes[k + 1, j + 1, i + 2]] * (here - x[k + 1, j, right])
            )
            out[k + 1, j, i] = flow
            total += flow * here
    return total


@njit(parallel=True)
def apply(net, x, out, work):
    """out = A x; work[k] gets the layer's share of xᵀA x."""
    for k in prange(x.shape[0] - 2):
        work[k] = _apply_plane(net, x, out, np.int64(k))


@njit
def _restrict_plane(net, x, b, parent, coarse_b, k, first_only):
    classes, tables = net.classes, net.tables
    rows, columns = x.shape[1], x.shape[2]
    below, above, side = net.across[k], net.across[k + 1], net.within[k]
    for j in range(rows):
        before = j - 1 if j > 0 else rows - 1
        after = j + 1 if j < rows - 1 else 0
        first = (k + j) & 1 if first_only else 0
        stride = 2 if first_only else 1
        for pace in range((columns - first + stride - 1) // stride):
            i = first + stride * pace
            own = classes[k + 1, j + 1, i + 1]
            if own == 0:
                continue
            left = i - 1 if i > 0 else columns - 1
            right = i + 1 if i < columns - 1 else 0
            here = x[k + 1, j, i]
            flow = (
                tables[below, classes[k, j + 1, i + 1], own] * (here - x[k, j, i])
                + tables[above, own, classes[k + 2, j + 1, i + 1]] * (here - x[k + 2, j, i])
                + tables[side, own, classes[k + 1, j, i + 1]] * (here - x[k + 1, before, i])
                + tables[side, own, classes[k + 1, j + 2, i + 1]] * (here - x[k + 1, after, i])
                + tables[side, own, classes[k + 1, j + 1, i]] * (here - x[k + 1, j, left])
                + tables[side, own, classes[k + 1, j + 1, i + 2]] * (here - x[k + 1, j, right])
            )
            coarse_b[parent[k, j, i]] += b[k + 1, j, i] - flow


@njit(parallel=True)
def restrict(net, x, b, parent, coarse_plane, coarse_b, first_only):
    """coarse_b = sum over each aggregate of the residual b − A x, of the first colour alone."""
    for block in prange(coarse_plane.shape[0] - 1):
        coarse_b[coarse_plane[block] : coarse_plane[block + 1]] = 0.0
        for k in range(2 * block, min(2 * block + 2, x.shape[0] - 2)):
            _restrict_plane(net, x, b, parent, coarse_b, k, first_only)


@njit(parallel=True)
def prolong(coarse_x, parent, x):
    """Add each aggregate's correction to its cells."""
    for k in prange(x.shape[0] - 2):
        for j in range(x.shape[1]):
            for i in range(x.shape[2]):
                if parent[k, j, i] >= 0:
                    x[k + 1, j, i] += coarse_x[parent[k, j, i]]


@njit(parallel=True)
def dot(x, y, work):
    """work[k] = layer's share of xᵀy."""
    for k in prange(work.shape[0]):
        total = 0.0
        for j in range(x.shape[1]):
            for i in range(x.shape[2]):
                total += x[k + 1, j, i] * y[k + 1, j, i]
        work[k] = total


@njit(parallel=True)
def add(x, factor, y, scale):
    """x = scale · x + factor · y."""
    for k in prange(x.shape[0] - 2):
        for j in range(x.shape[1]):
            for i in range(x.shape[2]):
                x[k + 1, j, i] = scale * x[k + 1, j, i] + factor * y[k + 1, j, i]


def zeros_like_cells(net) -> np.ndarray:
    """(nz+2, ny, nx) zeros, a vector of the finest grid."""
    layers, rows, columns = net.classes.shape
    return np.zeros((layers, rows - 2, columns - 2))
