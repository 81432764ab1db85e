"""Lengths of the shortest ways through a phase, voxel by voxel."""

import numpy as np

from dem.jit import njit

_ENOUGH = 1e-5
"""A way that is shorter by less than this [voxels] is no news."""


def path_lengths(phase: np.ndarray, gaps: np.ndarray, periodic: bool) -> np.ndarray:
    """Length [voxels] of the shortest way from the plane below the first layer to each voxel.

    phase : (n, ny, nx) bool; gaps : (n,) [voxels], from the plane to the first layer's middle and
        on from middle to middle
    returns (n, ny, nx) float32, inf outside the phase and where no way leads
    """
    phase = np.ascontiguousarray(phase)
    length = np.full(phase.shape, np.inf, np.float32)
    length[0][phase[0]] = gaps[0]
    # No way to the first layer is shorter than the plane's own.
    pending = np.zeros(phase.shape, np.bool_)
    pending[1:2] = phase[1:2]
    _spread(phase, np.append(gaps, np.inf), periodic, length, pending)
    return length


@njit
def _spread(phase, gaps, periodic, length, pending):
    """Sweep upward and downward, each layer until it rests, until nothing is pending."""
    n = phase.shape[0]
    waiting = np.ones(n, np.bool_)
    while waiting.any():
        for sweep in range(2 * n):
            k = sweep if sweep < n else 2 * n - 1 - sweep
            if not waiting[k]:
                continue
            waiting[k] = False
            if _settle_layer(k, phase, gaps, periodic, length, pending):
                waiting[max(k - 1, 0)] = waiting[min(k + 1, n - 1)] = True


@njit
def _settle_layer(k, phase, gaps, periodic, length, pending):
    """Shorten the ways to one layer's voxels until none is pending; whether any became shorter."""
    _, ny, nx = phase.shape
    news, order = False, 0
    while True:
        seen = False
        for row in range(ny):
            j = row if order < 2 else ny - 1 - row
            for column in range(nx):
                i = column if order % 2 == 0 else nx - 1 - column
                if not pending[k, j, i]:
                    continue
                seen = True
                pending[k, j, i] = False
                # Rounded first: what only rounding takes off would come back for ever.
                found = np.float32(_way_to(k, j, i, phase, gaps, periodic, length))
                if found < length[k, j, i] - np.float32(_ENOUGH) and found < length[k, j, i]:
                    length[k, j, i] = found
                    _tell_neighbours(k, j, i, phase, periodic, pending)
                    news = True
        if not seen:
            return news
        order = (order + 1) % 4


@njit
def _tell_neighbours(k, j, i, phase, periodic, pending):
    for dk in range(-1, 2):
        for dj in range(-1, 2):
            for di in range(-1, 2):
                inside, z, y, x = _voxel(k + dk, j + dj, i + di, phase.shape, periodic)
                if inside and phase[z, y, x]:
                    pending[z, y, x] = True


@njit
def _voxel(k, j, i, shape, periodic):
    """Whether a place is in the volume, and where, wrapped over periodic sides."""
    nz, ny, nx = shape
    if periodic:
        j = j + ny if j < 0 else (j - ny if j >= ny else j)
        i = i + nx if i < 0 else (i - nx if i >= nx else i)
    return 0 <= k < nz and 0 <= j < ny and 0 <= i < nx, k, j, i


@njit
def _length_at(k, j, i, phase, periodic, length):
    inside, z, y, x = _voxel(k, j, i, phase.shape, periodic)
    return np.float64(length[z, y, x]) if inside else np.inf


@njit
def _way_to(k, j, i, phase, gaps, periodic, length):
    """Shortest way to a voxel over its neighbours."""
    below = _length_at(k - 1, j, i, phase, periodic, length)
    above = _length_at(k + 1, j, i, phase, periodic, length)
    up = below <= above
    a, h = (below, gaps[k]) if up else (above, gaps[k + 1])
    b = min(
        _length_at(k, j - 1, i, phase, periodic, length),
        _length_at(k, j + 1, i, phase, periodic, length),
    )
    c = min(
        _length_at(k, j, i - 1, phase, periodic, length),
        _length_at(k, j, i + 1, phase, periodic, length),
    )
    best = _upwind(a, h, b, c)
    for dk in range(-1, 2):
        dz = gaps[k] if dk < 0 else (gaps[k + 1] if dk > 0 else 0.0)
        for dj in range(-1, 2):
            for di in range(-1, 2):
                if abs(dk) + abs(dj) + abs(di) < 2:
                    continue
                step = np.sqrt(dz * dz + dj * dj + di * di)
                near = _length_at(k + dk, j + dj, i + di, phase, periodic, length) + step
                if near < best and _joined_by_faces(k, j, i, dk, dj, di, phase, periodic):
                    best = near
    return best


@njit
def _upwind(a, h, b, c):
    """L of ((L − a)/h)² + (L − b)² + (L − c)² = 1, of which only terms with L above them count."""
    # Ascending times of arrival; `widths` go with them.
    t0, t1, t2 = a, b, c
    w0, w1, w2 = h, 1.0, 1.0
    if t0 > t1:
        t0, t1, w0, w1 = t1, t0, w1, w0
    if t1 > t2:
        t1, t2, w1, w2 = t2, t1, w2, w1
    if t0 > t1:
        t0, t1, w0, w1 = t1, t0, w1, w0
    if not np.isfinite(t0):
        return np.inf
    best = t0 + w0
    if best <= t1:
        return best
    square, linear, constant = 1.0 / w0**2, t0 / w0**2, t0**2 / w0**2 - 1.0
    for t, w in ((t1, w1), (t2, w2)):
        if best <= t:
            break
        square += 1.0 / w**2
        linear += t / w**2
        constant += t**2 / w**2
        root = linear**2 - square * constant
        if root < 0.0:
            break
        best = (linear + np.sqrt(root)) / square
    return best


@njit
def _joined_by_faces(k, j, i, dk, dj, di, phase, periodic):
    """Whether faces join a voxel to one across an edge or a corner, within the block of both."""
    if abs(dk) + abs(dj) + abs(di) == 2:
        if dk == 0:
            return _is(k, j + dj, i, phase, periodic) or _is(k, j, i + di, phase, periodic)
        if dj == 0:
            return _is(k + dk, j, i, phase, periodic) or _is(k, j, i + di, phase, periodic)
        return _is(k + dk, j, i, phase, periodic) or _is(k, j + dj, i, phase, periodic)
    z = _is(k + dk, j, i, phase, periodic)
    y = _is(k, j + dj, i, phase, periodic)
    x = _is(k, j, i + di, phase, periodic)
    return (
        ((z or y) and _is(k + dk, j + dj, i, phase, periodic))
        or ((z or x) and _is(k + dk, j, i + di, phase, periodic))
        or ((y or x) and _is(k, j + dj, i + di, phase, periodic))
    )


@njit
def _is(k, j, i, phase, periodic):
    inside, z, y, x = _voxel(k, j, i, phase.shape, periodic)
    return inside and phase[z, y, x]
