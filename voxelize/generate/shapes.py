"""Particle shapes of a given sphericity: spheres with a few random low-order modes."""

import math
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

from dem.errors import InputError
from dem.jit import leaf, njit

_DEGREES = np.array([2, 2, 2, 3, 3, 4])
_STRENGTH = np.array([1.0, 1.0, 1.0, 0.5, 0.5, 0.3])
"""Degree of each mode and its relative amplitude: rounded bodies rather than knobbly ones."""
LEAST_SPHERICITY = 0.85
_THINNEST = 0.3
"""Least distance of the surface from the centre, over the mean radius."""
_TEMPLATES = 64
_POLAR, _AROUND = 24, 48
"""Points of the quadrature: Gauss–Legendre in cos θ, equal steps in φ."""


class Shapes(NamedTuple):
    """Star-shaped particles: r(n) = radius · scale · (1 + Σ_k amplitude_k P_k(n · axis_k)).

    scale : (n,), which keeps the volume at that of the sphere of `radius`
    axis : (n, 6, 3), unit vectors; amplitude : (n, 6), zero for spheres
    reach : (n,), largest r over `radius`
    """

    scale: np.ndarray
    axis: np.ndarray
    amplitude: np.ndarray
    reach: np.ndarray


@leaf
def bump(degree_2, degree_3, degree_4):
    """Legendre polynomials of degree 2, 3 and 4 at three cosines."""
    a, b, c = degree_2 * degree_2, degree_3 * degree_3, degree_4 * degree_4
    return 1.5 * a - 0.5, (2.5 * b - 1.5) * degree_3, (4.375 * c - 3.75) * c + 0.375


@njit
def relative_radius(axis, amplitude, x, y, z):
    """1 + Σ_k amplitude_k P_k(n · axis_k) in the direction n = (x, y, z) / |(x, y, z)|.

    axis : (6, 3); amplitude : (6,)
    """
    length = math.sqrt(x * x + y * y + z * z)
    if length == 0.0:
        return 1.0
    x, y, z = x / length, y / length, z / length
    c0 = axis[0, 0] * x + axis[0, 1] * y + axis[0, 2] * z
    c1 = axis[1, 0] * x + axis[1, 1] * y + axis[1, 2] * z
    c2 = axis[2, 0] * x + axis[2, 1] * y + axis[2, 2] * z
    c3 = axis[3, 0] * x + axis[3, 1] * y + axis[3, 2] * z
    c4 = axis[4, 0] * x + axis[4, 1] * y + axis[4, 2] * z
    c5 = axis[5, 0] * x + axis[5, 1] * y + axis[5, 2] * z
    p0, p3, p5 = bump(c0, c3, c5)
    p1, p4, _ = bump(c1, c4, c5)
    p2, _, _ = bump(c2, c3, c5)
    total = amplitude[0] * p0 + amplitude[1] * p1 + amplitude[2] * p2
    return 1.0 + total + amplitude[3] * p3 + amplitude[4] * p4 + amplitude[5] * p5


def spheres(count: int) -> Shapes:
    """Shapes of spheres."""
    axis = np.tile(np.array([0.0, 0.0, 1.0]), (count, len(_DEGREES), 1))
    return Shapes(np.ones(count), axis, np.zeros((count, len(_DEGREES))), np.ones(count))


def draw_shapes(count: int, sphericity: float, random) -> Shapes:
    """Random shapes, every one of them of the given sphericity.

    sphericity : Wadell's ψ, surface of the sphere of equal volume over the particle's, 0.85 … 1
    Turned copies of up to 64 different shapes. Raises InputError for a sphericity out of reach.
    """
    if not LEAST_SPHERICITY <= sphericity <= 1.0:
        raise InputError(f"sphericity: expected {LEAST_SPHERICITY:g} … 1, found {sphericity:g}")
    if sphericity == 1.0:
        return spheres(count)
    templates = [_template(sphericity, random) for _ in range(min(count, _TEMPLATES))]
    scale, axis, amplitude, reach = (np.array(part) for part in zip(*templates, strict=True))
    which = random.integers(0, len(templates), count)
    turned = axis[which] @ _rotations(count, random)
    return Shapes(scale[which], turned, amplitude[which], reach[which])


def _template(sphericity: float, random):
    """Scale, axes, amplitudes and reach of one shape whose sphericity is met exactly."""
    for _ in range(100):
        axis = random.standard_normal((len(_DEGREES), 3))
        axis /= np.linalg.norm(axis, axis=1)[:, None]
        unit = _STRENGTH * random.standard_normal(len(_DEGREES))
        unit /= np.sqrt((unit**2).sum())

        def excess(size, axis=axis, unit=unit):
            return _measured(axis, size * unit)[0] - sphericity

        most = 1.0
        while _measured(axis, most * unit)[2] < _THINNEST:
            most *= 0.9
        if excess(most) < 0.0:
            amplitude = brentq(excess, 0.0, most, xtol=1e-9) * unit
            _, scale, _, largest = _measured(axis, amplitude)
            return scale, axis, amplitude, scale * largest
    raise InputError(f"sphericity: no shape of {sphericity:g} was found; expected a higher one")


def _quadrature():
    cosine, weight = np.polynomial.legendre.leggauss(_POLAR)
    turn = 2.0 * np.pi * (np.arange(_AROUND) + 0.5) / _AROUND
    sine = np.sqrt(1.0 - cosine**2)
    normal = np.stack(
        (sine[:, None] * np.cos(turn), sine[:, None] * np.sin(turn),
         np.broadcast_to(cosine[:, None], (_POLAR, _AROUND))), axis=-1,
    )  # fmt: skip
    return normal.reshape(-1, 3), np.repeat(weight * 2.0 * np.pi / _AROUND, _AROUND)


_NORMAL, _WEIGHT = _quadrature()


def _measured(axis, amplitude):
    """Sphericity, scale to unit-sphere volume, least and largest relative radius of a shape.

    Of r(n): volume ∫ r³/3 dΩ, surface ∫ r √(r² + |∇r|²) dΩ, ∇ the gradient on the unit sphere.
    """
    radius, slope = np.ones(len(_NORMAL)), np.zeros_like(_NORMAL)
    for degree, u, a in zip(_DEGREES, axis, amplitude, strict=True):
        legendre = np.polynomial.Legendre.basis(degree)
        cosine = _NORMAL @ u
        radius += a * legendre(cosine)
        slope += (a * legendre.deriv()(cosine))[:, None] * (u - cosine[:, None] * _NORMAL)
    volume = (_WEIGHT * radius**3).sum() / 3.0
    surface = (_WEIGHT * radius * np.sqrt(radius**2 + (slope**2).sum(axis=1))).sum()
    sphericity = np.pi ** (1 / 3) * (6.0 * volume) ** (2 / 3) / surface
    scale = (4.0 / 3.0 * np.pi / volume) ** (1 / 3)
    return sphericity, scale, radius.min(), radius.max()


def _rotations(count: int, random) -> np.ndarray:
    """Uniform random rotations, (count, 3, 3), from unit quaternions."""
    w, x, y, z = np.moveaxis(_unit(random.standard_normal((count, 4))), 1, 0)
    return np.stack(
        (
            1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y),
            2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
            2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y),
        ),
        axis=1,
    ).reshape(count, 3, 3)  # fmt: skip


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1)[:, None]
