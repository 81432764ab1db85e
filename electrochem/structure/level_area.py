"""Area of the surface on which a field has a given value."""

import numpy as np
from skimage.measure import marching_cubes

_SLAB = 24
"""Layers of cells that are triangulated at once, which bounds the memory."""


def level_area(field: np.ndarray, level: float, weights: np.ndarray, periodic: bool) -> float:
    """Area of the surface field = level, by marching cubes  [voxel faces].

    The triangles go through points between voxel centres, so a field that is linear across the
    surface, as a signed distance is, puts them onto it. At closed sides and at the planes it goes
    on with its slope for the half voxel that is left.

    field : (n, ny, nx) float; weights : (n,) of the layers: what stands upright in a cut one counts
        with its height
    Source: Lewiner et al., J. Graphics Tools 8 (2003) 1, in the package scikit-image.
    """
    # A periodic seam takes one more row of cells; beyond a closed side half a cell is left.
    sides = (0, 1) if periodic else (1, 1)
    mode = "wrap" if periodic else "edge"
    area = 0.0
    layers = len(field)
    for first in range(-1, layers, _SLAB):
        last = min(first + _SLAB, layers)
        slab = field[np.clip(np.arange(first, last + 1), 0, layers - 1)].astype(np.float32)
        slab = np.pad(slab, ((0, 0), sides, sides), mode=mode)
        ends = [(first < 0, last == layers), (not periodic,) * 2, (not periodic,) * 2]
        _go_on(slab, ends)
        # Marching cubes loses a surface that runs through voxel centres themselves.
        slab[slab == level] += 1e-4
        if not slab.min() < level < slab.max():
            continue
        corners, triangles, _, _ = marching_cubes(slab, level)
        corners = _in_half_cells(corners.astype(np.float64), slab.shape, ends)
        a, b, c = (corners[triangles[:, corner]] for corner in range(3))
        normal = 0.5 * np.cross(b - a, c - a)
        size = np.sqrt((normal**2).sum(axis=1))
        layer = np.rint((a[:, 0] + b[:, 0] + c[:, 0]) / 3.0).astype(int) + first
        cut = weights[np.clip(layer, 0, layers - 1)]
        flat = np.divide(normal[:, 0], size, where=size > 0.0, out=np.ones_like(size)) ** 2
        area += float((size * (flat + (1.0 - flat) * cut)).sum())
    return area


def _go_on(slab: np.ndarray, ends: list[tuple[bool, bool]]) -> None:
    """Continue the field for half a voxel into the slab's outermost values, in place."""
    for axis, open_ends in enumerate(ends):
        for end, step in zip(open_ends, (1, -1), strict=True):
            values = np.moveaxis(slab, axis, 0)[::step]
            if end and len(values) > 3:
                values[0] = 1.5 * values[1] - 0.5 * values[2]


def _in_half_cells(
    corners: np.ndarray, shape: tuple[int, ...], ends: list[tuple[bool, bool]]
) -> np.ndarray:
    """Corners of triangles with the outermost cells at open ends half as long."""
    for axis, (lower, upper) in enumerate(ends):
        place, last = corners[:, axis], shape[axis] - 2.0
        if lower:
            place[place < 1.0] = 0.5 + 0.5 * place[place < 1.0]
        if upper:
            place[place > last] = last + 0.5 * (place[place > last] - last)
    return corners
