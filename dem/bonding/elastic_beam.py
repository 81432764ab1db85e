"""Elastic beam between two grains: normal, shear, bending and twist, free of path and drift.

The state of a beam is a function of the two positions and orientations alone: no increment is
summed, so a rigid motion leaves it at exactly zero. Geometry as Wang (Acta Geotech. 2009),
stiffness as the parallel bond of Potyondy & Cundall (2004).
"""

import math
from typing import NamedTuple

import numpy as np

from dem.jit import njit
from dem.vector import across, add, dot, length, rotate, scale


class BeamStiffness(NamedTuple):
    """Stiffness of m beams of circular section A = πR², I = πR⁴/4, J = πR⁴/2 and length L.

    normal : (m,) [N/m], E A / L
    shear : (m,) [N/m], G A / L
    bending : (m,) [N m], E I / L
    twist : (m,) [N m], G J / L
    """

    normal: np.ndarray
    shear: np.ndarray
    bending: np.ndarray
    twist: np.ndarray


def beam_stiffness(modulus, poisson_ratio, area, length) -> BeamStiffness:
    """Stiffness of beams of Young's modulus [Pa], section area [m²] and length [m]."""
    shear_modulus = modulus / (2 * (1 + poisson_ratio))
    second_moment = area**2 / (4 * np.pi)
    return BeamStiffness(
        normal=modulus * area / length,
        shear=shear_modulus * area / length,
        bending=modulus * second_moment / length,
        twist=shear_modulus * 2 * second_moment / length,
    )


@njit
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


@njit
def beam(normal, distance, rest_axis, rest_length, p, q, k_normal, k_shear, k_bending, k_twist):
    """Load of one beam: (tension, shear force, moment, bending moment, twisting moment, energy).

    normal, rest_axis : unit vectors from first to second, now and at rest; p, q : orientations.
    The shear force is that on `second`, the moment that on `first`; tension > 0 is stretched.
    """
    turn, mean = rotation_between(p, q)
    # The rest axis turned as the mean of the two ends: its angle to the present axis is the shear.
    axis = rotate(mean, rest_axis)
    sheared = across(axis, normal)
    stretch = distance - rest_length
    tension = k_normal * stretch
    twist_angle = dot(turn, normal)
    bend = across(turn, normal)
    twist = k_twist * twist_angle
    stiff = k_shear * rest_length * rest_length
    energy = 0.5 * (
        tension * stretch
        + stiff * dot(sheared, sheared)
        + k_bending * dot(bend, bend)
        + twist * twist_angle
    )
    return (
        tension,
        scale(stiff * dot(axis, normal) / distance, sheared),
        add(scale(k_bending, bend), scale(twist, normal)),
        k_bending * length(bend),
        twist,
        energy,
    )
