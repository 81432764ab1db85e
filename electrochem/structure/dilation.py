"""What balls about given voxels cover: thresholded distances, axis by axis."""

import numpy as np

from dem.jit import njit, prange

_FAR = np.float32(1e9)


def reached(centres: np.ndarray, radius: float, periodic: bool) -> np.ndarray:
    """Voxels nearer than a radius [voxels] to one of the centres: what balls there cover.

    The squared distance is the least over x, y and z one after the other (Saito & Toriwaki, Pattern
    Recognit. 27 (1994) 1551), looked for no further than the radius.

    centres : (nz, ny, nx) bool; periodic : whether balls go on across the in-plane sides
    """
    nz, ny, _ = centres.shape
    # Squared distances are whole numbers: the largest whose root is below the radius.
    most = int(radius * radius) + 2
    while most >= 0 and np.float32(np.sqrt(most)) >= radius:
        most -= 1
    reach = max(int(np.sqrt(max(most, 0))), 0)
    near = np.empty(centres.shape, np.float32)
    covered = np.zeros(centres.shape, bool)
    if most < 0:
        return covered
    along, across = np.zeros((nz, ny), bool), np.zeros((nz, ny), bool)
    _along_x(np.ascontiguousarray(centres), near, along, reach, periodic)
    both = np.empty(centres.shape, np.float32)
    _across_y(near, along, both, across, reach, periodic)
    _up_z(both, across, covered, reach, np.float32(most))
    return covered


@njit(parallel=True)
def _along_x(centres, near, found, reach, periodic):
    for z in prange(len(centres)):
        _rows(centres, near, found, reach, periodic, np.int64(z))


@njit
def _rows(centres, near, found, reach, periodic, z):
    """Squared distance along x to the nearest centre, and whether a row has any in reach."""
    ny, nx = centres.shape[1:]
    for y in range(ny):
        here, out = centres[z, y], near[z, y]
        last, following = -reach - 1, nx + reach
        if periodic:
            for x in range(nx - 1, max(nx - 1 - reach, -1), -1):
                if here[x]:
                    last = x - nx
                    break
            for x in range(min(reach, nx)):
                if here[x]:
                    following = x + nx
                    break
        any_in_reach = False
        for x in range(nx):
            if here[x]:
                last = x
            gap = x - last
            out[x] = np.float32(gap * gap) if gap <= reach else _FAR
            any_in_reach |= gap <= reach
        for x in range(nx - 1, -1, -1):
            if here[x]:
                following = x
            gap = following - x
            if gap <= reach:
                out[x] = min(out[x], np.float32(gap * gap))
                any_in_reach = True
        found[z, y] = any_in_reach


@njit(parallel=True)
def _across_y(near, along, both, found, reach, periodic):
    for z in prange(len(near)):
        _columns(near, along, both, found, reach, periodic, np.int64(z))


@njit
def _columns(near, along, both, found, reach, periodic, z):
    ny = near.shape[1]
    # No image of a periodic row is nearer than the one within half the box.
    reach = min(reach, ny // 2) if periodic else reach
    for y in range(ny):
        out = both[z, y]
        out[:] = _FAR
        for dy in range(-reach, reach + 1):
            j = y + dy
            if periodic:
                j %= ny
            elif j < 0 or j >= ny:
                continue
            if along[z, j]:
                _lower(out, near[z, j], np.float32(dy * dy))
                found[z, y] = True


@njit(parallel=True)
def _up_z(both, across, covered, reach, most):
    for z in prange(len(both)):
        _layers(both, across, covered, reach, most, np.int64(z))


@njit
def _layers(both, across, covered, reach, most, z):
    nz, ny, nx = both.shape
    least = np.empty(nx, np.float32)
    for y in range(ny):
        least[:] = _FAR
        for k in range(max(z - reach, 0), min(z + reach, nz - 1) + 1):
            if across[k, y]:
                _lower(least, both[k, y], np.float32((k - z) * (k - z)))
        for x in range(nx):
            covered[z, y, x] = least[x] <= most


@njit
def _lower(out, other, added):
    for x in range(len(out)):
        value = other[x] + added
        out[x] = value if value < out[x] else out[x]
