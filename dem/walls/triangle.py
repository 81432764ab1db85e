"""A triangle of a surface; grains touch it from the side that its normal points to."""

import math

import numpy as np

from dem.jit import leaf
from dem.vector import add, dot, scale, subtract

KIND = 2
FACE = 0
"""The feature that is no edge (1–3: ab, bc, ca) and no corner (4–6: a, b, c)."""


def triangle(a, b, c) -> np.ndarray:
    """Surface row of a triangle with corners a, b, c [m], counter-clockwise seen by the grains."""
    a, b, c = (np.asarray(corner, float) for corner in (a, b, c))
    normal = np.cross(b - a, c - a)
    return np.concatenate((a, b, c, normal / np.linalg.norm(normal)))


@leaf
def closest(row, x):
    """Point of the triangle nearest to x (Ericson, Real-Time Collision Detection, 5.1.5).

    Returns it and the feature it lies on.
    """
    a, b, c = (row[0], row[1], row[2]), (row[3], row[4], row[5]), (row[6], row[7], row[8])
    ab, ac, ap = subtract(b, a), subtract(c, a), subtract(x, a)
    d1, d2 = dot(ab, ap), dot(ac, ap)
    if d1 <= 0.0 and d2 <= 0.0:
        return a, 4
    bp = subtract(x, b)
    d3, d4 = dot(ab, bp), dot(ac, bp)
    if d3 >= 0.0 and d4 <= d3:
        return b, 5
    vc = d1 * d4 - d3 * d2
    if vc <= 0.0 and d1 >= 0.0 and d3 <= 0.0:
        return add(a, scale(d1 / (d1 - d3), ab)), 1
    cp = subtract(x, c)
    d5, d6 = dot(ab, cp), dot(ac, cp)
    if d6 >= 0.0 and d5 <= d6:
        return c, 6
    vb = d5 * d2 - d1 * d6
    if vb <= 0.0 and d2 >= 0.0 and d6 <= 0.0:
        return add(a, scale(d2 / (d2 - d6), ac)), 3
    va = d3 * d6 - d5 * d4
    if va <= 0.0 and d4 >= d3 and d5 >= d6:
        return add(b, scale((d4 - d3) / ((d4 - d3) + (d5 - d6)), subtract(c, b))), 2
    share = 1.0 / (va + vb + vc)
    return add(a, add(scale(vb * share, ab), scale(vc * share, ac))), FACE


@leaf
def nearest(row, x):
    """Distance [m] of the point x, unit vector to it from the nearest point, feature there.

    Over the face the distance is that to its plane, negative behind it, to the rounding of a plane.
    """
    point, feature = closest(row, x)
    normal = (row[9], row[10], row[11])
    d = subtract(x, point)
    far = math.sqrt(dot(d, d))
    if feature == FACE or far == 0.0:
        return dot(subtract(x, (row[0], row[1], row[2])), normal), normal, feature
    return far, scale(1.0 / far, d), feature


@leaf
def distance(row, x):
    """Signed distance [m] of the point x, normal, curvature [1/m] (0: edges count as if flat)."""
    gap, normal, _ = nearest(row, x)
    return gap, normal, 0.0
