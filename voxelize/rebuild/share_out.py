"""Share voxels out among overlapping particles, each keeping its volume."""

from collections.abc import Callable

import numpy as np

from dem.errors import InputError
from voxelize.rebuild.ellipsoids import Ellipsoids
from voxelize.rebuild.overlap_kernels import ROOM, box_neighbours, draw, sweep

_SETTLED = 1e-5
"""Share of all voxels that may still be with the wrong particle."""
_TOLERATED = 1e-3
_SWEEPS = 60
_OFFSET = 1e-3
"""Voxels by which centres are set off at most, each its own way: no two voxels are as far off."""


def share_out(
    shapes: Ellipsoids,
    shape: tuple[int, int, int],
    progress: Callable[[float, str], None] | None = None,
) -> np.ndarray:
    """Number the voxels of a window 0 … `shape` by particle, −1 outside all.

    With q_i(x) the squared distance from particle i's centroid in units of its semi-axes, a voxel
    goes to the particle of lowest q_i − λ_i, and to none where all are above 0. The levels λ are
    such that each particle has its number of voxels; they are 1 where nothing overlaps. That is
    the assignment with the least sum of q among all that keep the volumes (partial semi-discrete
    optimal transport): overlaps are cut along a surface between the two, and what is cut off is
    put back around the particle. Levels are found particle by particle, which ascends the concave
    dual.

    raises InputError where particles lie so within each other that no levels are found
    Source: Kitagawa, Mérigot & Thibert, J. Eur. Math. Soc. 21 (2019), eq. 1.2 and 1.3.
    """
    tell = progress or (lambda fraction, note: None)
    inverse = 1.0 / shapes.semi_axis**2
    number = np.arange(1, len(inverse) + 1)[:, None]
    centre = shapes.centre + _OFFSET * (number * np.sqrt([2.0, 3.0, 5.0]) % 1.0)
    level = np.ones(len(inverse))
    error = np.zeros(len(inverse), np.int64)
    total = shapes.voxels.sum()
    for turn in range(_SWEEPS):
        half = shapes.semi_axis * np.sqrt(ROOM * level)[:, None]
        start, neighbour = box_neighbours(centre, half)
        sweep(centre, inverse, level, shapes.voxels, start, neighbour, error)
        misplaced = np.abs(error).sum() / total
        tell(1.0 - 0.8 ** (turn + 1), f"{100 * misplaced:.3g} % of the voxels moved")
        if misplaced <= _SETTLED:
            break
    if misplaced > _TOLERATED:
        worst = int(np.argmax(np.abs(error)))
        z, y, x = shapes.centre[worst]
        raise InputError(
            f"{100 * misplaced:.3g} % of the material is in particles that lie within each other, "
            f"as around voxel z {z:.0f}, y {y:.0f}, x {x:.0f} of the window; expected particles "
            "beside each other"
        )
    particle = np.empty(shape, np.int32)
    draw(centre, inverse, level, particle)
    return particle
