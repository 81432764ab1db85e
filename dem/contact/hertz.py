"""Hertz's normal contact with a damping that gives the restitution coefficient."""

import math

from dem.jit import njit


@njit
def normal_stiffness(overlap, young, radius):
    """Tangent stiffness S = 2 E* √(R* δ) [N/m]."""
    return 2.0 * young * math.sqrt(radius * overlap)


@njit
def elastic_force(overlap, young, radius):
    """F = 4/3 E* √R* δ^(3/2) [N] (Hertz 1881; Johnson, Contact Mechanics, eq. 4.23)."""
    return 4.0 / 3.0 * young * math.sqrt(radius * overlap) * overlap


@njit
def elastic_energy(overlap, young, radius):
    """Energy stored at an overlap, ∫ F dδ = 2/5 F δ [J]."""
    return 0.4 * elastic_force(overlap, young, radius) * overlap


@njit
def damping_force(stiffness, approach_speed, damping, mass):
    """Viscous force 2 √(5/6) β √(S m*) v [N]: constant restitution (Antypov & Elliott 2011)."""
    return 1.8257418583505538 * damping * math.sqrt(stiffness * mass) * approach_speed
