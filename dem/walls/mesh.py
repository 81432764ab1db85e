"""A triangulated surface as a wall, from a file or from arrays.

Grains touch it from the side that its normals point to; one whose centre lies behind a triangle is
not touched by it. A closed solid pushes grains out, with `inside` it holds them.
"""

import logging
from pathlib import Path

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from dem.errors import InputError
from dem.walls import triangle
from dem.walls.walls import Wall

_ONE_POINT = 1e-7
"""Distance over the surface's extent below which corners are one: the resolution of an STL file."""
_THINNEST = 1e-6
"""Least height of a triangle over its longest side."""


def mesh(
    source,
    scale: float = 1.0,
    friction: float = 0.0,
    centre=None,
    shift=(0.0, 0.0, 0.0),
    velocity=(0.0, 0.0, 0.0),
    spin=(0.0, 0.0, 0.0),
    inside: bool = False,
) -> Wall:
    """A rigid wall of triangles; corners are counter-clockwise seen from the side of the normal.

    source : path of an STL, PLY or OBJ file, or (corners (k, 3), triangles (s, 3) of indices)
    scale : [m] that one unit of the source stands for; shift : (3,) [m], added after that
    centre : (3,) [m], about which it turns, the middle of its bounds if not given
    velocity : (3,) [m/s]; spin : (3,) [rad/s]; inside : whether the normals are to be turned round
    Raises InputError, naming the file, where it cannot be read, has no triangles, triangles without
    area, edges of more than two triangles, or triangles that do not meet edge to edge.
    """
    name, points, faces = _read(source)
    points, faces = _joined(name, points * scale + np.asarray(shift, float), faces)
    if inside:
        faces = faces[:, ::-1]
    _check_areas(name, points[faces])
    _check_edges(name, points, faces)
    used = points[faces].reshape(-1, 3)
    middle = 0.5 * (used.min(axis=0) + used.max(axis=0))
    centre = middle if centre is None else np.array(centre, float)
    rows = [triangle.triangle(*corners) for corners in points[faces] - centre]
    return Wall(
        triangle.KIND, np.array(rows), centre, np.array(velocity, float), np.array(spin, float),
        friction, extent=float(np.linalg.norm(used - centre, axis=1).max()), corners=faces,
    )  # fmt: skip


def _read(source) -> tuple[str, np.ndarray, np.ndarray]:
    """Name for messages, corners and triangles."""
    if not isinstance(source, str | Path):
        points, faces = source
        name = "surface"
    else:
        name = str(source)
        points, faces = _read_file(Path(source))
    points, faces = np.asarray(points, float), np.asarray(faces)
    if len(faces) == 0:
        raise InputError(f"{name}: holds no triangles; expected a surface of at least one")
    if faces.ndim != 2 or faces.shape[1] != 3 or points.ndim != 2 or points.shape[1] != 3:
        raise InputError(
            f"{name}: corners of shape {points.shape}, triangles of shape {faces.shape}; "
            "expected (k, 3) coordinates and (s, 3) indices"
        )
    if faces.dtype.kind not in "iu" or faces.min() < 0 or faces.max() >= len(points):
        raise InputError(f"{name}: expected triangles that index its {len(points)} corners")
    if not np.isfinite(points[faces]).all():
        raise InputError(f"{name}: expected finite coordinates")
    return name, points, faces.astype(np.int64)


def _read_file(path: Path) -> tuple[np.ndarray, np.ndarray]:
    # trimesh is slow to import, and few runs have a mesh.
    import trimesh

    expected = "expected a readable STL, PLY or OBJ file"
    if not path.is_file():
        raise InputError(f"{path}: no such file; {expected}")
    if path.suffix.lower() not in (".stl", ".ply", ".obj"):
        raise InputError(f"{path}: is of the kind {path.suffix or 'unknown'}; {expected}")
    logging.getLogger("trimesh").setLevel(logging.ERROR)
    try:
        # Unprocessed: trimesh would join corners by a distance that knows nothing of our units.
        found = trimesh.load(path, force="mesh", process=False)
        return found.vertices, found.faces
    except Exception as error:
        # Each reader fails with errors of its own, from struct.error to AttributeError.
        raise InputError(f"{path}: cannot be read ({error}); {expected}") from error


def _joined(name: str, points: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Corners that lie at one point made one: STL files repeat them for every triangle."""
    kept = np.unique(faces)
    where = np.zeros(len(points), np.int64)
    where[kept] = np.arange(len(kept))
    points, faces = points[kept], where[faces]
    extent = float(np.ptp(points, axis=0).max())
    if extent == 0.0:
        raise InputError(f"{name}: all corners lie at one point; expected triangles with an area")
    pairs = cKDTree(points).query_pairs(_ONE_POINT * extent, output_type="ndarray")
    graph = coo_array((np.ones(len(pairs)), pairs.T), shape=(len(points),) * 2)
    _, group = connected_components(graph, directed=False)
    _, first, number = np.unique(group, return_index=True, return_inverse=True)
    return points[first], number[faces]


def _check_areas(name: str, corners: np.ndarray) -> None:
    """corners : (s, 3, 3) [m]."""
    sides = np.roll(corners, -1, axis=1) - corners
    longest = np.linalg.norm(sides, axis=2).max(axis=1)
    area = 0.5 * np.linalg.norm(np.cross(sides[:, 0], sides[:, 1]), axis=1)
    flat = np.flatnonzero(2.0 * area <= _THINNEST * longest**2)
    if len(flat):
        raise InputError(
            f"{name}: {len(flat)} of {len(corners)} triangles have no area (the first is number "
            f"{flat[0]}); expected a surface without degenerate triangles"
        )


def _check_edges(name: str, points: np.ndarray, faces: np.ndarray) -> None:
    ways = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    _, times = np.unique(ways, axis=0, return_counts=True)
    edges, both = np.unique(np.sort(ways, axis=1), axis=0, return_counts=True)
    if both.max() > 2:
        raise InputError(f"{name}: expected no edge of more than two triangles")
    if times.max() > 1:
        raise InputError(
            f"{name}: neighbouring triangles face opposite ways; expected corners in one sense, "
            "counter-clockwise seen from the side that grains touch"
        )
    # Only at open edges may a triangle's corner lie inside the side of another.
    border = edges[both == 1]
    if len(border) == 0:
        return
    ends = np.unique(border)
    start, along = points[border[:, 0]], points[border[:, 1]] - points[border[:, 0]]
    length = np.linalg.norm(along, axis=1)
    near = cKDTree(points[ends]).query_ball_point(start + 0.5 * along, 0.5 * length)
    tolerance = _ONE_POINT * float(np.ptp(points, axis=0).max())
    for edge, found in enumerate(near):
        own = np.searchsorted(ends, border[edge])
        others = ends[np.setdiff1d(np.array(found, np.int64), own)]
        apart = np.cross(points[others] - start[edge], along[edge]) / length[edge]
        if (np.linalg.norm(apart, axis=1) < tolerance).any():
            raise InputError(
                f"{name}: a corner lies inside the side of another triangle; expected triangles "
                "that meet edge to edge"
            )
