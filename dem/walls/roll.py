"""A cylinder: a roll seen from outside, a drum from inside."""

import math

import numpy as np

from dem.errors import InputError
from dem.jit import leaf
from dem.walls.walls import Wall

KIND = 1


def roll(
    centre, axis, radius: float, turning: float = 0.0, friction: float = 0.0, velocity=(0, 0, 0)
) -> Wall:
    """An endless cylinder around an axis through its centre (3,) [m].

    radius : [m], negative for a drum, which holds the grains; turning : [rad/s] about the axis,
    right-handed; velocity : (3,) [m/s]. Raises InputError without a radius or an axis.
    """
    axis = np.asarray(axis, float)
    if not (np.isfinite(radius) and radius != 0.0 and np.linalg.norm(axis) > 0.0):
        raise InputError(
            f"a roll of radius {radius:g} m about the axis {axis.tolist()}: expected a radius "
            "other than zero and an axis that has a direction"
        )
    return Wall(
        KIND, np.array([cylinder(np.zeros(3), axis, radius)]), np.array(centre, float),
        np.array(velocity, float), turning * axis / np.linalg.norm(axis), friction,
    )  # fmt: skip


def cylinder(point, axis, radius: float) -> np.ndarray:
    """Surface row of a cylinder around an axis through a point [m].

    A negative radius is a drum: the grains are inside.
    """
    axis = np.asarray(axis, float) / np.linalg.norm(axis)
    return np.concatenate((point, axis, [radius], np.zeros(5)))


@leaf
def distance(row, x):
    """Signed distance [m] of the point x, normal, curvature [1/m] of the surface there.

    A cylinder is curved one way only: the mean, half of 1/radius, gives Hertz's elliptic contact
    to second order in r/radius (Johnson, Contact Mechanics, section 4.1: R_e = √(R' R'')).
    """
    d = (x[0] - row[0], x[1] - row[1], x[2] - row[2])
    along = d[0] * row[3] + d[1] * row[4] + d[2] * row[5]
    out = (d[0] - along * row[3], d[1] - along * row[4], d[2] - along * row[5])
    far = math.sqrt(out[0] * out[0] + out[1] * out[1] + out[2] * out[2])
    side = 1.0 if row[6] > 0.0 else -1.0
    # On the axis there is no direction; a drum's grain there touches nothing.
    s = side / far if far > 0.0 else 0.0
    return side * far - row[6], (s * out[0], s * out[1], s * out[2]), 0.5 / row[6]
