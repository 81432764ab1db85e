"""A field whose gradient is the normal of a surface between two sets of voxels."""

import edt
import numpy as np
from scipy.ndimage import gaussian_filter

_REACH = 2.5
"""Distance [voxels] beyond which the field is flat: a surface farther off does not bend normals."""
_SMOOTHING = 1.5
"""Standard deviation [voxels] of the Gaussian that takes the staircase off the distances."""
_RIM = 4


def normal_field(inside: np.ndarray, outside: np.ndarray, periodic: bool) -> np.ndarray:
    """Smoothed distance [voxels] from the middle between two phases, positive in the first.

    Distances keep their slope in slots and films of a voxel or two, where smoothed labels lose it
    to whatever larger surface is near. Voxels of neither phase take what both distances leave.

    inside, outside : (n, ny, nx) bool; returns (n, ny, nx) float32
    """
    rim = _RIM if periodic else 0
    distance = _reach(outside, rim)
    distance -= _reach(inside, rim)
    # Between centres of neighbours lies one voxel, not the two that both distances add up to.
    distance -= 0.5 * np.clip(distance, -1.0, 1.0)
    sides = "grid-wrap" if periodic else "reflect"
    return gaussian_filter(distance, _SMOOTHING, mode=("reflect", sides, sides))


def _reach(phase: np.ndarray, rim: int) -> np.ndarray:
    """Distance of every voxel's centre to the nearest one of a phase, as far as it counts."""
    others = np.pad(~phase, ((0, 0), (rim, rim), (rim, rim)), mode="wrap")
    distance = edt.edt(others, parallel=1)
    _, ny, nx = phase.shape
    distance = np.ascontiguousarray(distance[:, rim : rim + ny, rim : rim + nx])
    return np.minimum(distance, _REACH + 0.5, out=distance)
