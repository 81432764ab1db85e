"""Mindlin's tangential spring with history and the Coulomb limit."""

import math

from dem.jit import njit


@njit
def tangential_stiffness(overlap, shear, radius):
    """k_t = 8 G* √(R* δ) [N/m] (Mindlin 1949)."""
    return 8.0 * shear * math.sqrt(radius * overlap)


@njit
def advance_spring(fx, fy, fz, nx, ny, nz, sx, sy, sz, stiffness, former_stiffness, limit):
    """Tangential force after a slip increment; returns (fx, fy, fz, dissipated energy).

    The force of the last step is turned into the present tangent plane, scaled down with the
    stiffness when the contact unloads (Thornton et al. 2013), loaded with the increment (sx, sy,
    sz) [m] and cut at `limit` = µ F_n; what the cut takes is friction work.
    """
    before = fx * fx + fy * fy + fz * fz
    along = fx * nx + fy * ny + fz * nz
    fx -= along * nx
    fy -= along * ny
    fz -= along * nz
    after = fx * fx + fy * fy + fz * fz
    scale = math.sqrt(before / after) if after > 0.0 else 1.0
    if stiffness < former_stiffness:
        scale *= stiffness / former_stiffness
    fx = fx * scale - stiffness * sx
    fy = fy * scale - stiffness * sy
    fz = fz * scale - stiffness * sz
    size = math.sqrt(fx * fx + fy * fy + fz * fz)
    dissipated = 0.0
    if size > limit:
        dissipated = limit * (size - limit) / stiffness
        cut = limit / size
        fx *= cut
        fy *= cut
        fz *= cut
    return fx, fy, fz, dissipated
