"""A plane."""

import numpy as np

from dem.jit import leaf

KIND = 0


def plane(point, normal) -> np.ndarray:
    """Surface row of a plane through a point [m]; the normal points to the grains."""
    normal = np.asarray(normal, float) / np.linalg.norm(normal)
    return np.concatenate((point, normal, np.zeros(6)))


@leaf
def distance(row, x):
    """Signed distance [m] of the point x, normal, curvature [1/m] of the surface there."""
    normal = (row[3], row[4], row[5])
    gap = (x[0] - row[0]) * row[3] + (x[1] - row[1]) * row[4] + (x[2] - row[2]) * row[5]
    return gap, normal, 0.0
