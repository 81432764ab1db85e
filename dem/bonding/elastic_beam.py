"""Elastic beam between two grains: normal, shear, bending and twist, free of path and drift.

The state of a beam is a function of the two positions and orientations alone: no increment is
summed, so a rigid motion leaves it at exactly zero. Geometry as Wang (Acta Geotech. 2009),
stiffness as the parallel bond of Potyondy & Cundall (2004).
"""

import math
from typing import NamedTuple

import numpy as np

from dem.jit import njit


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
def rotate(w, x, y, z, ax, ay, az):
    """Vector (ax, ay, az) turned by the unit quaternion (w, x, y, z)."""
    tx, ty, tz = 2 * (y * az - z * ay), 2 * (z * ax - x * az), 2 * (x * ay - y * ax)
    return (
        ax + w * tx + (y * tz - z * ty),
        ay + w * ty + (z * tx - x * tz),
        az + w * tz + (x * ty - y * tx),
    )


@njit
def rotation_between(q, i, j):
    """Rotation vector that carries the orientation of i to that of j, and their mean orientation.

    The vector is 2 × the vector part of q_j q_i*: the angle itself up to its cube over 24.
    """
    wi, xi, yi, zi = q[i, 0], q[i, 1], q[i, 2], q[i, 3]
    wj, xj, yj, zj = q[j, 0], q[j, 1], q[j, 2], q[j, 3]
    dot = wi * wj + xi * xj + yi * yj + zi * zj
    sign = 1.0 if dot >= 0.0 else -1.0
    rx = 2 * sign * (xj * wi - wj * xi - yj * zi + zj * yi)
    ry = 2 * sign * (yj * wi - wj * yi - zj * xi + xj * zi)
    rz = 2 * sign * (zj * wi - wj * zi - xj * yi + yj * xi)
    norm = 1.0 / math.sqrt(2.0 + 2.0 * sign * dot)
    return (
        rx, ry, rz,
        (wi + sign * wj) * norm, (xi + sign * xj) * norm,
        (yi + sign * yj) * norm, (zi + sign * zj) * norm,
    )  # fmt: skip


@njit
def beam(b, i, j, dx, dy, dz, distance, orientation, bonds):
    """Evaluate beam b: (tension, shear force ×3, moment ×3, twist moment, bending moment, energy).

    The shear force and the moment are those on `second` and on `first`; the sign of tension is
    positive when the beam is stretched.
    """
    nx, ny, nz = dx / distance, dy / distance, dz / distance
    rx, ry, rz, w, x, y, z = rotation_between(orientation, i, j)
    length = bonds.length[b]
    # m: the rest axis, turned as the mean of the two ends; its angle to n is the shear.
    mx, my, mz = rotate(
        w, x, y, z,
        bonds.rest[b, 0] / length, bonds.rest[b, 1] / length, bonds.rest[b, 2] / length,
    )  # fmt: skip
    along = mx * nx + my * ny + mz * nz
    px, py, pz = mx - along * nx, my - along * ny, mz - along * nz
    stretch = distance - length
    tension = bonds.normal[b] * stretch
    factor = bonds.shear[b] * length * length * along / distance
    twist_angle = rx * nx + ry * ny + rz * nz
    bx, by, bz = rx - twist_angle * nx, ry - twist_angle * ny, rz - twist_angle * nz
    twist = bonds.twist[b] * twist_angle
    kb = bonds.bending[b]
    bend2 = bx * bx + by * by + bz * bz
    energy = 0.5 * (
        tension * stretch
        + bonds.shear[b] * length * length * (px * px + py * py + pz * pz)
        + kb * bend2
        + twist * twist_angle
    )
    return (
        tension, factor * px, factor * py, factor * pz,
        kb * bx + twist * nx, kb * by + twist * ny, kb * bz + twist * nz,
        twist, kb * math.sqrt(bend2), energy,
    )  # fmt: skip
