"""A cylinder: a roll seen from outside, a drum from inside."""

import math

import numpy as np

from dem.jit import leaf

KIND = 1


def cylinder(point, axis, radius: float) -> np.ndarray:
    """Surface row of a cylinder around an axis through a point [m].

    A negative radius is a drum: the grains are inside.
    """
    axis = np.asarray(axis, float) / np.linalg.norm(axis)
    return np.concatenate((point, axis, [radius, 0.0, 0.0]))


@leaf
def distance(row, x):
    """Signed distance [m] of the point x, normal, curvature [1/m] of the surface there."""
    d = (x[0] - row[0], x[1] - row[1], x[2] - row[2])
    along = d[0] * row[3] + d[1] * row[4] + d[2] * row[5]
    out = (d[0] - along * row[3], d[1] - along * row[4], d[2] - along * row[5])
    far = math.sqrt(out[0] * out[0] + out[1] * out[1] + out[2] * out[2])
    side = 1.0 if row[6] > 0.0 else -1.0
    s = side / far
    return side * far - row[6], (s * out[0], s * out[1], s * out[2]), 1.0 / row[6]
