"""The walls of a compression: a floor below, plate above, and symmetry planes at the sides.

The floor is the collector's coated face at z = 0 or, where the collector is made of grains, what
it lies on.
"""

import numpy as np

from dem.box import Box
from dem.errors import InputError
from dem.walls import plane
from dem.walls.walls import Wall

BOTTOM, TOP = 0, 1
"""Places of the floor and the plate among the walls."""


def enclosure(box: Box, plate_height: float, friction: float, floor: float = 0.0) -> list[Wall]:
    """A floor [m] at or below z = 0, a plate, frictionless planes along axes not periodic.

    Raises InputError where z is periodic: collector and plate would bound it.
    """
    if box.period_z > 0.0:
        raise InputError(
            f"a plate at {plate_height * 1e6:.3g} µm in a box with a period along z, "
            f"{box.period_z * 1e6:.3g} µm; expected either of them"
        )
    origin = np.zeros(3)
    walls = [
        Wall(
            plane.KIND, [plane.plane(origin, (0, 0, 1))], np.array([0.0, 0.0, floor]),
            friction=friction,
        ),
        Wall(
            plane.KIND, [plane.plane(origin, (0, 0, -1))], np.array([0.0, 0.0, plate_height]),
            friction=friction, follows=True,
        ),
    ]  # fmt: skip
    return walls + sides(box)


def sides(box: Box) -> list[Wall]:
    """Frictionless planes along x and y where the box is not periodic."""
    walls, origin = [], np.zeros(3)
    for axis in range(2):
        if box.period[axis] == 0.0:
            normal = np.eye(3)[axis]
            far = np.where(normal > 0, box.length[axis], 0.0)
            walls.append(Wall(plane.KIND, [plane.plane(origin, normal)]))
            walls.append(Wall(plane.KIND, [plane.plane(origin, -normal)], far))
    return walls
