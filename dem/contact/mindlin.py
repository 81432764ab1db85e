"""Mindlin's tangential spring with history and the Coulomb limit."""

import math

from dem.jit import njit
from dem.vector import across, add, dot, length, scale, subtract


@njit
def tangential_stiffness(overlap, shear, radius):
    """k_t = 8 G* √(R* δ) [N/m] (Mindlin 1949)."""
    return 8.0 * shear * math.sqrt(radius * overlap)


@njit
def advance_spring(force, normal, slip, stiffness, former_stiffness, limit):
    """Tangential force after a slip increment; returns (force, friction work).

    The force of the last step is turned into the present tangent plane, scaled down with the
    stiffness when the contact unloads (Thornton et al. 2013), loaded with the increment `slip` [m]
    and cut at `limit` = µ F_n; what the cut and the changing stiffness take is friction work [J].
    """
    turned = across(force, normal)
    before, after = dot(force, force), dot(turned, turned)
    factor = math.sqrt(before / after) if after > 0.0 else 1.0
    if stiffness < former_stiffness:
        factor *= stiffness / former_stiffness
    start = scale(factor, turned)
    lost = 0.0
    if former_stiffness > 0.0:
        # The spring's energy F²/2k changes with k though nothing moves: micro-slip takes it.
        lost = 0.5 * (before / former_stiffness - dot(start, start) / stiffness)
    force = subtract(start, scale(stiffness, slip))
    size = length(force)
    if size > limit:
        cut = scale(limit / size, force)
        # Work of the mean force, less what the spring stores of it.
        lost += 0.5 * dot(add(start, cut), subtract(force, cut)) / stiffness
        force = cut
    return force, lost
