"""What a wall cannot be: refused before anything runs."""

import numpy as np

from dem.box import Box
from dem.errors import InputError
from dem.vector import rotate
from dem.walls import plane, roll, triangle
from dem.walls.walls import Wall

_ALIGNED = 1e-9


def check_walls(walls: list[Wall], box: Box, largest: float) -> None:
    """Raise InputError where a wall turns out of its reach, does not repeat with the box, or is a
    drum no wider than the largest grain's radius [m]."""
    periodic = box.period > 0.0
    for number, wall in enumerate(walls):
        name = f"wall {number}"
        surfaces = np.asarray(wall.surfaces, float)
        check_turning(name, wall.kind, surfaces, wall.spin, wall.extent)
        axis = surfaces[:, 3:6]
        if wall.kind == triangle.KIND:
            repeats = not periodic.any()
        elif wall.kind == plane.KIND:
            repeats = np.abs(axis[:, periodic]).max(initial=0.0) < _ALIGNED
        else:
            along = np.abs(axis[:, ~periodic]).max(initial=0.0) < _ALIGNED
            repeats = not periodic.any() or (periodic.sum() == 1 and along)
        if not repeats:
            raise InputError(
                f"{name} differs from its images across the periodic sides of the box; expected a "
                "plane along them, a roll with its axis along the only one, or no periodic side"
            )
        if wall.kind == roll.KIND:
            drum = float((-surfaces[surfaces[:, 6] < 0.0, 6]).min(initial=np.inf))
            if drum <= largest:
                raise InputError(
                    f"{name} is a drum of radius {drum * 1e6:.3g} µm; expected one wider than its "
                    f"largest grain, of radius {largest * 1e6:.3g} µm"
                )


def check_turning(
    name: str, kind: int, surfaces: np.ndarray, spin, extent: float, orientation=(1.0, 0, 0, 0)
) -> None:
    """Raise InputError where a spin (3,) [rad/s] moves an endless surface by who knows how much.

    extent : [m], as of Wall; orientation : (4,), of the wall
    """
    spin = np.asarray(spin, float)
    if kind == triangle.KIND or extent > 0.0 or not spin.any():
        return
    for row in surfaces:
        axis = np.array(rotate(tuple(map(float, orientation)), tuple(map(float, row[3:6]))))
        along = np.linalg.norm(np.cross(spin, axis)) <= _ALIGNED * np.linalg.norm(spin)
        beside = np.linalg.norm(np.cross(row[:3], row[3:6])) if kind == roll.KIND else 0.0
        if not along or beside > 0.0:
            raise InputError(
                f"{name} turns about {spin.tolist()}, which is not the normal of its plane or the "
                "axis of its roll; expected an extent (of Wall) that says how far it reaches"
            )
