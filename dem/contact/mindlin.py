"""Mindlin's tangential spring with history and the Coulomb limit."""

import math

from dem.jit import njit
from dem.vector import across, dot, length, scale, subtract


@njit
def tangential_stiffness(overlap, shear, radius):
    """k_t = 8 G* √(R* δ) [N/m] (Mindlin 1949)."""
    return 8.0 * shear * math.sqrt(radius * overlap)


@njit
def advance_spring(force, normal, slip, stiffness, former_stiffness, limit):
    """Tangential force after a slip increment; returns (force, friction work).

    The force of the last step is turned into the present tangent plane, scaled down with the
    stiffness when the contact unloads (Thornton et al. 2013), loaded with the increment `slip` [m]
    and cut at `limit` = µ F_n; what the cut takes is friction work [J].
    """
    turned = across(force, normal)
    before, after = dot(force, force), dot(turned, turned)
    factor = math.sqrt(before / after) if after > 0.0 else 1.0
    if stiffness < former_stiffness:
        factor *= stiffness / former_stiffness
    force = subtract(scale(factor, turned), scale(stiffness, slip))
    size = length(force)
    if size <= limit:
        return force, 0.0
    return scale(limit / size, force), limit * (size - limit) / stiffness
