"""How deep each voxel of the solid lies under its surface."""

import edt
import numpy as np
from scipy.ndimage import gaussian_filter

from dem.jit import njit

PINHOLE = 3
"""Most voxels of a hole that is noise of the segmentation rather than a pore."""
_FIRST_RIM = 16
_FACES = np.array([(-1, 0, 0), (0, -1, 0), (0, 0, -1), (0, 0, 1), (0, 1, 0), (1, 0, 0)])


def without_pinholes(active: np.ndarray, periodic: bool) -> np.ndarray:
    """The solid with holes of up to `PINHOLE` voxels, which no face joins to others, filled."""
    filled = active.copy()
    _fill_pinholes(active, filled, _FACES, np.empty((PINHOLE + 1, 3), dtype=np.int64), periodic)
    return filled


@njit
def _fill_pinholes(active, filled, faces, hole, periodic):
    nz, ny, nx = active.shape
    for z in range(nz):
        for y in range(ny):
            for x in range(nx):
                if active[z, y, x]:
                    continue
                hole[0, 0], hole[0, 1], hole[0, 2] = z, y, x
                size = _hole_of(active, faces, hole, periodic)
                for m in range(size):
                    filled[hole[m, 0], hole[m, 1], hole[m, 2]] = True


@njit
def _hole_of(active, faces, hole, periodic):
    """Voxels of the hole that begins with the first one listed; 0 where it is no pinhole."""
    nz, ny, nx = active.shape
    done, size = 0, 1
    while done < size:
        for f in range(len(faces)):
            k, j, i = (
                hole[done, 0] + faces[f, 0],
                hole[done, 1] + faces[f, 1],
                hole[done, 2] + faces[f, 2],
            )
            if periodic:
                j, i = j % ny, i % nx
            # What lies beyond an open side may be pore.
            if not (0 <= k < nz and 0 <= j < ny and 0 <= i < nx):
                return 0
            known = active[k, j, i]
            for m in range(size):
                known |= hole[m, 0] == k and hole[m, 1] == j and hole[m, 2] == i
            if known:
                continue
            if size == len(hole) - 1:
                return 0
            hole[size, 0], hole[size, 1], hole[size, 2] = k, j, i
            size += 1
        done += 1
    return size


def depth_under_surface(active: np.ndarray, periodic: bool) -> np.ndarray:
    """Distance of each active voxel's centre to the nearest centre outside; closed sides are none.

    active : (nz, ny, nx) bool, C-contiguous; returns float32 [voxels], 0 outside
    Exact, periodic in plane too: a rim of images as wide as the deepest voxel holds all that is
    near.
    Source: Felzenszwalb and Huttenlocher, Theory of Computing 8 (2012), in the package `edt`.
    """
    # The nearest image of any voxel lies within half the box in each in-plane direction.
    most = max(active.shape[1:]) // 2 + 1
    rim = min(_FIRST_RIM, most) if periodic else 0
    while True:
        depth = _without_rim(edt.edt(_with_rim(active, rim), parallel=1), rim)
        # A rim can only hide what is near: what is found bounds the depth from above.
        deepest = float(depth.max())
        if rim == 0 or rim == most or deepest <= rim:
            return depth
        rim = min(int(deepest) + 1, most) if np.isfinite(deepest) else most


def smoothed(depth: np.ndarray, width: float, periodic: bool) -> np.ndarray:
    """The depth after a Gaussian of this standard deviation [voxels]."""
    side = "wrap" if periodic else "reflect"
    return gaussian_filter(depth, width, mode=("reflect", side, side))


def _with_rim(volume, rim):
    return np.pad(volume, ((0, 0), (rim, rim), (rim, rim)), mode="wrap") if rim else volume


def _without_rim(volume, rim):
    return np.ascontiguousarray(volume[:, rim:-rim, rim:-rim]) if rim else volume
