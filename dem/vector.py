"""Three-vectors as tuples: what kernels compute with, free of arrays and their reference counts."""

import math

from dem.jit import leaf


@leaf
def add(a, b):
    """a + b."""
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]


@leaf
def subtract(a, b):
    """a − b."""
    return a[0] - b[0], a[1] - b[1], a[2] - b[2]


@leaf
def scale(s, a):
    """s a, s a number."""
    return s * a[0], s * a[1], s * a[2]


@leaf
def dot(a, b):
    """a · b."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@leaf
def cross(a, b):
    """a × b."""
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


@leaf
def length(a):
    """|a|."""
    return math.sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2])


@leaf
def across(a, n):
    """The part of a that is normal to the unit vector n."""
    along = a[0] * n[0] + a[1] * n[1] + a[2] * n[2]
    return a[0] - along * n[0], a[1] - along * n[1], a[2] - along * n[2]


@leaf
def rotate(q, a):
    """Vector a turned by the unit quaternion q = (w, x, y, z)."""
    axis = (q[1], q[2], q[3])
    t = scale(2.0, cross(axis, a))
    return add(add(a, scale(q[0], t)), cross(axis, t))


@leaf
def turned_back(q, a):
    """Vector a turned by the inverse of the unit quaternion q."""
    return rotate((q[0], -q[1], -q[2], -q[3]), a)


@leaf
def wrapped(x, period, inverse):
    """Minimum image of a difference x; `inverse` = 1/period, both 0 where nothing is periodic."""
    return x - period * math.floor(x * inverse + 0.5)
