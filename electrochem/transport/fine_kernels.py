"""Kernels of the finest grid, row by row, each loop short enough to become vector code.

Vectors are (nz+2, ny, nx) float32: the cells and a layer of zeros on either electrode. Planes run
in parallel and each sums for itself, so that results do not depend on the number of threads; sums
within a row may be taken in any order (`SUMS`), which the processor fixes, not the threads.
(A prange index is unsigned: made signed, it does not have each function compiled a second time.)
"""

import numpy as np

from dem.jit import njit, prange

SUMS = {"reassoc", "contract", "nsz"}
DAMPING = np.float32(6.0 / 7.0)
"""Of Jacobi's correction: best for waves shorter than two blocks, 1/3 ≤ λ(D⁻¹A) ≤ 2 in three
dimensions (Trottenberg et al. 2001, section 2.1)."""


@njit(fastmath=SUMS, forceinline=True)
def _across(lower, upper, below, here, above, out):
    for i in range(out.shape[0]):
        out[i] = lower[i] * (here[i] - below[i]) + upper[i] * (here[i] - above[i])


@njit(fastmath=SUMS, forceinline=True)
def _within(lower, upper, before, here, after, out):
    for i in range(out.shape[0]):
        out[i] += lower[i] * (here[i] - before[i]) + upper[i] * (here[i] - after[i])


@njit(fastmath=SUMS, forceinline=True)
def _along(face, here, out):
    last = out.shape[0] - 1
    for i in range(1, last):
        out[i] += face[i] * (here[i] - here[i - 1]) + face[i + 1] * (here[i] - here[i + 1])
    if last > 0:
        out[0] += face[0] * (here[0] - here[last]) + face[1] * (here[0] - here[1])
        out[last] += face[last] * (here[last] - here[last - 1]) + face[0] * (here[last] - here[0])


@njit(fastmath=SUMS, forceinline=True)
def _outflow(net, x, out, k, j):
    """out = row j of layer k of A x."""
    rows = x.shape[1]
    before = j - 1 if j > 0 else rows - 1
    after = j + 1 if j < rows - 1 else 0
    here = x[k + 1, j]
    _across(net.z[k, j], net.z[k + 1, j], x[k, j], here, x[k + 2, j], out)
    _within(net.y[k, j], net.y[k, after], x[k + 1, before], here, x[k + 1, after], out)
    _along(net.x[k, j], here, out)


@njit(fastmath=SUMS, forceinline=True)
def _row_dot(a, b):
    total = np.float32(0.0)
    for i in range(a.shape[0]):
        total += a[i] * b[i]
    return np.float64(total)


@njit(fastmath=SUMS)
def _weigh_layer(net, inverse, strongest, k):
    rows, columns = inverse.shape[1], inverse.shape[2]
    inner = net.z.shape[0] - 1
    for j in range(rows):
        after = j + 1 if j < rows - 1 else 0
        for i in range(columns):
            right = i + 1 if i < columns - 1 else 0
            below, above = net.z[k, j, i], net.z[k + 1, j, i]
            y0, y1 = net.y[k, j, i], net.y[k, after, i]
            x0, x1 = net.x[k, j, i], net.x[k, j, right]
            total = below + above + y0 + y1 + x0 + x1
            inverse[k, j, i] = DAMPING / total if total > 0.0 else 0.0
            most = max(max(y0, y1), max(x0, x1))
            if k > 0:
                most = max(most, below)
            if k < inner - 1:
                most = max(most, above)
            strongest[k, j, i] = most


@njit(parallel=True)
def weigh(net, inverse, strongest):
    """Damped inverse of each cell's total conductance, and its largest to another cell."""
    for k in prange(inverse.shape[0]):
        _weigh_layer(net, inverse, strongest, np.int64(k))


@njit
def _begin_layer(parent, hangs, of_hanging, x, k):
    for j in range(parent.shape[1]):
        for i in range(parent.shape[2]):
            own = parent[k, j, i]
            x[k + 1, j, i] = of_hanging[hangs[own], k] if own >= 0 else 0.0


@njit(parallel=True)
def begin(parent, hangs, of_hanging, x):
    """x = the potential that a cell begins with, by where its cluster hangs and by layer.

    parent : (nz, ny, nx); hangs : by aggregate; of_hanging : (3, nz) float64
    """
    for k in prange(parent.shape[0]):
        _begin_layer(parent, hangs, of_hanging, x, np.int64(k))


@njit(fastmath=SUMS)
def _multiply_layer(net, x, out, k):
    total = 0.0
    for j in range(x.shape[1]):
        to = out[k + 1, j]
        _outflow(net, x, to, k, j)
        total += _row_dot(to, x[k + 1, j])
    return total


@njit(parallel=True)
def multiply(net, x, out, work):
    """out = A x; work[k] gets the layer's share of xᵀA x."""
    for k in prange(work.shape[0]):
        work[k] = _multiply_layer(net, x, out, np.int64(k))


@njit(fastmath=SUMS)
def _imbalance_layer(net, x, inverse, residual, correction, k):
    columns = x.shape[2]
    out = np.empty(columns)
    norm, product = 0.0, 0.0
    for j in range(x.shape[1]):
        _outflow(net, x, out, k, j)
        # The lower electrode stands at 1. Loops on few arrays each become vector code.
        if k == 0:
            for i in range(columns):
                out[i] -= net.z[0, j, i]
        square, work = 0.0, 0.0
        for i in range(columns):
            square += out[i] * out[i]
            work -= out[i] * x[k + 1, j, i]
        norm += square
        product += work
        for i in range(columns):
            residual[k + 1, j, i] = -out[i]
        for i in range(columns):
            correction[k + 1, j, i] = -inverse[k, j, i] * out[i]
    return norm, product


@njit(parallel=True)
def imbalance(net, x, inverse, residual, correction, norms, products):
    """residual = b − A x, in double precision until it is stored; correction = Jacobi's for it.

    x : float64; norms, products : the layers' shares of the residual's square and of residualᵀx
    """
    for k in prange(norms.shape[0]):
        norm, product = _imbalance_layer(net, x, inverse, residual, correction, np.int64(k))
        norms[k] = norm
        products[k] = product


@njit(fastmath=SUMS)
def _advance_layer(x, residual, direction, product, inverse, step, k):
    norm = 0.0
    short = np.float32(step)
    for j in range(x.shape[1]):
        part = np.float32(0.0)
        for i in range(x.shape[2]):
            x[k + 1, j, i] += step * direction[k + 1, j, i]
            left = residual[k + 1, j, i] - short * product[k + 1, j, i]
            residual[k + 1, j, i] = left
            product[k + 1, j, i] = inverse[k, j, i] * left
            part += left * left
        norm += part
    return norm


@njit(parallel=True)
def advance(x, residual, direction, product, inverse, step, norms):
    """x += step · direction, residual −= step · product; product becomes Jacobi's correction."""
    for k in prange(norms.shape[0]):
        norms[k] = _advance_layer(x, residual, direction, product, inverse, step, np.int64(k))


@njit(fastmath=SUMS)
def _restrict_layer(net, x, b, parent, coarse_b, out, k):
    for j in range(x.shape[1]):
        _outflow(net, x, out, k, j)
        for i in range(out.shape[0]):
            if parent[k, j, i] >= 0:
                coarse_b[parent[k, j, i]] += b[k + 1, j, i] - out[i]


@njit
def _restrict_block(net, x, b, parent, coarse_plane, coarse_b, block):
    coarse_b[coarse_plane[block] : coarse_plane[block + 1]] = 0.0
    out = np.empty(x.shape[2], np.float32)
    for k in range(2 * block, min(2 * block + 2, parent.shape[0])):
        _restrict_layer(net, x, b, parent, coarse_b, out, k)


@njit(parallel=True)
def restrict(net, x, b, parent, coarse_plane, coarse_b):
    """coarse_b = sum over each aggregate of the residual b − A x."""
    for block in prange(coarse_plane.shape[0] - 1):
        _restrict_block(net, x, b, parent, coarse_plane, coarse_b, np.int64(block))


@njit
def _prolong_layer(coarse_x, parent, x, k):
    for j in range(x.shape[1]):
        for i in range(x.shape[2]):
            if parent[k, j, i] >= 0:
                x[k + 1, j, i] += coarse_x[parent[k, j, i]]


@njit(parallel=True)
def prolong(coarse_x, parent, x):
    """Add each aggregate's correction to its cells."""
    for k in prange(parent.shape[0]):
        _prolong_layer(coarse_x, parent, x, np.int64(k))


@njit(fastmath=SUMS)
def _smooth_layer(net, inverse, x, b, out, k):
    total = 0.0
    for j in range(x.shape[1]):
        to = out[k + 1, j]
        _outflow(net, x, to, k, j)
        part = np.float32(0.0)
        for i in range(to.shape[0]):
            to[i] = x[k + 1, j, i] + inverse[k, j, i] * (b[k + 1, j, i] - to[i])
            part += to[i] * b[k + 1, j, i]
        total += part
    return total


@njit(parallel=True)
def smooth(net, inverse, x, b, out, work):
    """out = x after one sweep of Jacobi's for b; work[k] = the layer's share of outᵀb."""
    for k in prange(work.shape[0]):
        work[k] = _smooth_layer(net, inverse, x, b, out, np.int64(k))


@njit(fastmath=SUMS)
def _turn_layer(direction, correction, share, k):
    for j in range(direction.shape[1]):
        for i in range(direction.shape[2]):
            direction[k, j, i] = correction[k, j, i] + share * direction[k, j, i]


@njit(parallel=True)
def turn(direction, correction, share):
    """direction = correction + share · direction."""
    short = np.float32(share)
    for k in prange(direction.shape[0]):
        _turn_layer(direction, correction, short, np.int64(k))
