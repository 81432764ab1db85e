"""Distance of a grain to a surface of a wall, whatever its kind."""

import numpy as np

from dem.jit import leaf, njit
from dem.vector import rotate, subtract, turned_back
from dem.walls import plane, roll, triangle

_PLANE, _ROLL = plane.KIND, roll.KIND
_to_plane, _to_roll, _to_triangle = plane.distance, roll.distance, triangle.distance


@leaf
def surface_distance(kind, row, centre, orientation, x):
    """Signed distance [m] of a point, unit normal to it, and curvature [1/m] of the surface."""
    local = turned_back(orientation, subtract(x, centre))
    if kind == _PLANE:
        gap, normal, curvature = _to_plane(row, local)
    elif kind == _ROLL:
        gap, normal, curvature = _to_roll(row, local)
    else:
        gap, normal, curvature = _to_triangle(row, local)
    return gap, rotate(orientation, normal), curvature


@njit
def surface_distances(surface, walls, position):
    """Distance of every point (n, 3) [m] to one surface, (n,) [m]."""
    w = walls.wall[surface]
    centre, orientation = walls.centre, walls.orientation
    found = np.empty(len(position))
    for i in range(len(position)):
        found[i] = surface_distance(
            walls.kind[surface], walls.surface[surface],
            (centre[w, 0], centre[w, 1], centre[w, 2]),
            (orientation[w, 0], orientation[w, 1], orientation[w, 2], orientation[w, 3]),
            (position[i, 0], position[i, 1], position[i, 2]),
        )[0]  # fmt: skip
    return found
