"""Smooth closed surfaces of the particles of a volume, each of the volume of its voxels."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter
from skimage.measure import marching_cubes

from dem.errors import InputError
from voxelize.meshes.extents import extents
from voxelize.meshes.topology import area, edge_faults, signed_volume
from voxelize.volume import Volume

SMOOTHING = 1.0
"""Standard deviation [voxels] of the Gaussian that takes the staircase off a particle."""
_REACH = 3.0
"""Standard deviations after which the Gaussian is cut."""
_VOLUME_TOLERANCE = 2e-3
"""Relative error of the volume that a level may leave."""
_LEVELS = 20
_CLEARANCE = 0.05
"""Share of the level by which the centres of voxels keep from it: with less, triangles shrink to
points in 32 bits; with three times as much, spheres gain 0.5 % of area."""


@dataclass(frozen=True, eq=False)
class Surface:
    """The closed surface of one particle, triangles counter-clockwise seen from outside.

    particle : its id; points : (k, 3) [m], x, y, z with z = 0 at the collector's coated face
    faces : (s, 3) int, rows of `points`
    """

    particle: int
    points: np.ndarray
    faces: np.ndarray


def particle_surfaces(volume: Volume, smoothing: float = SMOOTHING) -> Iterator[Surface]:
    """Each particle's surface: a level of its smoothed occupancy, by marching cubes.

    The level is the one that encloses the volume of the particle's voxels, to 0.2 %. Where it would
    leave a voxel's centre on the wrong side it is bent, so that the centres inside are those of the
    particle's voxels, and no others. A particle across periodic sides comes in one piece that
    reaches beyond the box; one that fills the box from side to side is closed at them.
    smoothing : standard deviation of the Gaussian [voxels]
    raises InputError where the volume has no particle ids
    Source: Lewiner et al., J. Graph. Tools 8 (2003) 1, as in scikit-image.
    """
    if volume.particle is None:
        raise InputError(
            "the volume has no particle ids; expected them for its particles' surfaces"
        )
    if not smoothing > 0.0:
        raise InputError(f"smoothing is {smoothing:g} voxels; expected a number above 0")
    first, length = extents(volume.particle, volume.periodic)
    for particle in np.flatnonzero(length[:, 0]):
        yield _surface(volume, int(particle), first[particle], length[particle], smoothing)


def _surface(volume, particle, first, length, smoothing):
    margin = int(np.ceil(_REACH * smoothing)) + 1
    inside = np.zeros(length + 2 * margin, dtype=np.float32)
    inner = tuple(slice(margin, margin + n) for n in length)
    inside[inner] = _window(volume.particle, first, length) == particle
    target = float(inside.sum(dtype=np.float64))
    for extra in (1.0, 1.5, 2.0):
        occupancy = gaussian_filter(inside, extra * smoothing, mode="constant", truncate=_REACH)
        points, faces, enclosed = _level_set(occupancy, inside > 0, target, extra * smoothing)
        # Seldom, marching cubes leaves a hole; a little smoother it does not.
        if not any(edge_faults(faces)) and enclosed > 0.0:
            break
    else:
        raise RuntimeError(f"particle {particle}: marching cubes left its surface open")
    corner = first - margin + 0.5
    corner[0] -= volume.collector_layers
    return Surface(particle, (points + corner)[:, ::-1] * volume.voxel_size, faces[:, ::-1])


def _window(ids, first, length):
    stop = first + length
    if (stop <= ids.shape).all():
        return ids[tuple(slice(a, b) for a, b in zip(first, stop, strict=True))]
    z, y, x = (np.arange(a, b) % n for a, b, n in zip(first, stop, ids.shape, strict=True))
    return ids[np.ix_(z, y, x)]


def _level_set(occupancy, inside, target, width):
    """Corners (z, y, x) [voxels] and triangles of the level that encloses `target` voxels.

    width : standard deviation [voxels] of the smoothing, whose slope gives the first step
    """
    falling = np.sort(occupancy[occupancy > 0.0])[::-1]
    level = float(falling[min(int(target), len(falling) - 1)])
    # The volume falls with the level: between these two it is the wanted one.
    low, high = 0.0, float(falling[0])
    former = None
    for _ in range(_LEVELS):
        points, faces = _contour(occupancy, inside, level)
        error = signed_volume(points, faces) - target
        if abs(error) <= _VOLUME_TOLERANCE * target:
            break
        low, high = (level, high) if error > 0.0 else (low, level)
        if former is None:
            fall = -np.sqrt(2.0 * np.pi) * width * area(points, faces)
        else:
            fall = (error - former[1]) / (level - former[0])
        former = level, error
        level -= error / fall if fall < 0.0 else 0.0
        if not low < level < high:
            level = 0.5 * (low + high)
    return points, faces, error + target


def _contour(occupancy, inside, level):
    """The level's surface, bent where it would leave a voxel's centre on the wrong side of it."""
    clear = _CLEARANCE * min(level, 1.0 - level)
    bent = np.where(
        inside, np.maximum(occupancy, level + clear), np.minimum(occupancy, level - clear)
    )
    points, faces, _, _ = marching_cubes(bent.astype(np.float32), level, allow_degenerate=False)
    faces = faces.astype(np.int64)
    if signed_volume(points, faces) < 0.0:
        faces = faces[:, ::-1]
    return points.astype(np.float64), faces
