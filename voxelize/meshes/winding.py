"""How often a closed surface winds around the centre of each voxel, by rays that miss nothing."""

import numpy as np

from dem.jit import njit

_BITS = 16
_ONE = 1 << _BITS
"""Corners are placed on a lattice of 2⁻¹⁶ voxels across the rays: whole numbers decide without
rounding which triangle a ray goes through."""
WIDEST = 8192
"""Voxels along an edge of a window for which the products of places stay within 64 bits."""


def winding_numbers(points: np.ndarray, faces: np.ndarray, low, shape) -> np.ndarray:
    """Winding number at the centres of a window of voxels: 1 inside, 0 outside a simple surface.

    points : (k, 3) [voxels], z, y, x, voxel (k, j, i) from there to one further; faces : (s, 3)
    whose normals point out by the right-hand rule in x, y, z
    low : first voxel of the window; shape : its voxels; returns int16
    A ray along x through each centre adds the triangles that it passes on the way to there. A ray
    that meets an edge or a corner counts for one side by the top-left rule of rasterization, so a
    closed surface is never missed or met twice.
    """
    counts = np.zeros(shape, dtype=np.int16)
    place = points - np.asarray(low, dtype=np.float64)
    lattice = np.rint(np.clip(place[:, :2], -WIDEST, 2 * WIDEST) * _ONE).astype(np.int64)
    _pass(lattice, np.ascontiguousarray(place[:, 2]), faces, counts)
    return counts


@njit
def _edge(az, ay, bz, by, z, y):
    """Twice the area of (a, b, point), and whether a point on the edge belongs to it."""
    dz, dy = bz - az, by - ay
    return dy * (z - az) - dz * (y - ay), dz < 0 or (dz == 0 and dy > 0)


@njit
def _pass(lattice, x, faces, counts):
    nz, ny, nx = counts.shape
    half = _ONE >> 1
    for f in range(len(faces)):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        az, ay = lattice[a, 0], lattice[a, 1]
        bz, by = lattice[b, 0], lattice[b, 1]
        cz, cy = lattice[c, 0], lattice[c, 1]
        double = (by - ay) * (cz - az) - (bz - az) * (cy - ay)
        if double == 0:
            continue
        step = -1
        if double < 0:
            b, c = c, b
            bz, by, cz, cy = cz, cy, bz, by
            double = -double
            step = 1
        k0 = max(0, (min(az, bz, cz) - half) >> _BITS)
        k1 = min(nz - 1, (max(az, bz, cz) - half) >> _BITS)
        j0 = max(0, (min(ay, by, cy) - half) >> _BITS)
        j1 = min(ny - 1, (max(ay, by, cy) - half) >> _BITS)
        for k in range(k0, k1 + 1):
            z = k * _ONE + half
            for j in range(j0, j1 + 1):
                y = j * _ONE + half
                ab, on_ab = _edge(az, ay, bz, by, z, y)
                bc, on_bc = _edge(bz, by, cz, cy, z, y)
                ca, on_ca = _edge(cz, cy, az, ay, z, y)
                if ab < 0 or bc < 0 or ca < 0:
                    continue
                if (ab == 0 and not on_ab) or (bc == 0 and not on_bc) or (ca == 0 and not on_ca):
                    continue
                cross = (bc * x[a] + ca * x[b] + ab * x[c]) / double
                i = max(0.0, np.floor(cross + 0.5))
                if i < nx:
                    counts[k, j, np.int64(i)] += step
    for k in range(nz):
        for j in range(ny):
            for i in range(1, nx):
                counts[k, j, i] += counts[k, j, i - 1]
