"""A field whose gradient is the normal of a surface between two sets of voxels."""

import numpy as np
from scipy.ndimage import gaussian_filter

from dem.jit import njit

_REACH = 3
"""Distance [voxels] beyond which the field is flat: a surface farther off does not bend normals."""
_SMOOTHING = 1.5
"""Standard deviation [voxels] of the Gaussian that takes the staircase off the distances."""


def normal_field(inside: np.ndarray, outside: np.ndarray, periodic: bool) -> np.ndarray:
    """Smoothed distance [voxels] from the middle between two phases, positive in the first.

    Distances keep their slope in slots and films of a voxel or two, where smoothed labels lose it
    to whatever larger surface is near. Voxels of neither phase take what both distances leave.

    inside, outside : (n, ny, nx) bool; returns (n, ny, nx) float32
    """
    to_outside, to_inside = (near_squares(phase, periodic) for phase in (outside, inside))
    distance = np.sqrt(to_outside, dtype=np.float32)
    distance -= np.sqrt(to_inside, dtype=np.float32)
    del to_outside, to_inside
    # Between centres of neighbours lies one voxel, not the two that both distances add up to.
    distance -= 0.5 * np.clip(distance, -1.0, 1.0)
    sides = "grid-wrap" if periodic else "reflect"
    return gaussian_filter(distance, _SMOOTHING, mode=("reflect", sides, sides))


def near_squares(phase: np.ndarray, periodic: bool) -> np.ndarray:
    """Squared distance of every voxel's centre to the nearest one of a phase, at most the reach's.

    One axis after the other, as in Felzenszwalb and Huttenlocher, Theory of Computing 8 (2012);
    exact, for what lies within the reach does so along each axis. uint8 [voxels²]
    """
    squares = np.where(phase, np.uint8(0), np.uint8(_REACH**2))
    # x, y and z come first in turn, so that the inner loops run through the memory.
    for wraps in (periodic, periodic, False):
        squares = np.ascontiguousarray(np.moveaxis(squares, 2, 0))
        nearer = squares.copy()
        _nearest_along(squares, nearer, wraps)
        squares = nearer
    return squares


@njit
def _nearest_along(squares, nearer, wraps):
    n = squares.shape[0]
    for at in range(n):
        for step in range(1, _REACH + 1):
            for beside in (at - step, at + step):
                if wraps:
                    beside = beside % n
                elif beside < 0 or beside >= n:
                    continue
                _lower(nearer[at], squares[beside], np.uint8(step * step))


@njit
def _lower(nearer, squares, more):
    for j in range(nearer.shape[0]):
        for i in range(nearer.shape[1]):
            nearer[j, i] = min(nearer[j, i], np.uint8(squares[j, i] + more))
