"""Elastic beam between two grains: normal, shear, bending and twist, free of path and drift.

The state of a beam is a function of the two positions and orientations alone: no increment is
summed, so a rigid motion leaves it at exactly zero. Geometry as Wang (Acta Geotech. 2009),
stiffness as the parallel bond of Potyondy & Cundall (2004).
"""

import math

from dem.jit import leaf
from dem.vector import across, dot, subtract


@leaf
def stiffnesses(law, area, length):
    """E A/L, G A/L [N/m], E I/L and G J/L [N m] of the circular section I = A²/4π, J = 2 I."""
    per_length = area / length
    second_moment = area / (4.0 * math.pi)
    return (
        law.young * per_length,
        law.shear * per_length,
        law.young * per_length * second_moment,
        law.shear * per_length * 2.0 * second_moment,
    )


@leaf
def rotation_between(p, q):
    """Rotation vector that carries orientation p to q, and their mean orientation.

    The vector is 2 × the vector part of q p*: the angle itself up to its cube over 24.
    """
    cosine = p[0] * q[0] + p[1] * q[1] + p[2] * q[2] + p[3] * q[3]
    sign = 1.0 if cosine >= 0.0 else -1.0
    turn = (
        2 * sign * (q[1] * p[0] - q[0] * p[1] - q[2] * p[3] + q[3] * p[2]),
        2 * sign * (q[2] * p[0] - q[0] * p[2] - q[3] * p[1] + q[1] * p[3]),
        2 * sign * (q[3] * p[0] - q[0] * p[3] - q[1] * p[2] + q[2] * p[1]),
    )
    norm = 1.0 / math.sqrt(2.0 + 2.0 * sign * cosine)
    mean = (
        (p[0] + sign * q[0]) * norm,
        (p[1] + sign * q[1]) * norm,
        (p[2] + sign * q[2]) * norm,
        (p[3] + sign * q[3]) * norm,
    )
    return turn, mean


@leaf
def strains(normal, axis, turn, offset):
    """Shear, bending and twist of a beam: its axis at rest and the turn of its ends, seen now.

    normal : present unit axis; axis : unit axis at rest, turned with the ends; turn, offset : the
    ends' relative rotation now and where the beam has no moment, (3,) [rad].
    Returns the shear vector, the bending vector (3,) [rad] and the twist [rad].
    """
    bent = subtract(turn, offset)
    return across(axis, normal), across(bent, normal), dot(bent, normal)


@leaf
def energy(stiffness, stretch, sheared, rest_length, bend, twist):
    """Stored energy [J]; stiffness as `stiffnesses`, stretch [m]."""
    k_n, k_s, k_b, k_t = stiffness
    return 0.5 * (
        k_n * stretch * stretch
        + k_s * rest_length * rest_length * dot(sheared, sheared)
        + k_b * dot(bend, bend)
        + k_t * twist * twist
    )
