"""Mesh files (STL, OBJ, PLY) as bodies of triangles."""

import logging
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dem.errors import InputError
from voxelize.meshes.topology import joined, pieces, winding_at
from voxelize.read.slices import natural

ENDINGS = (".stl", ".obj", ".ply")
_STL_HEAD, _STL_TRIANGLE = 84, 50
"""Bytes of a binary STL: 80 of any text and the number of triangles, then each triangle."""
_FARTHEST = 1e12
"""Coordinates [units of the file] that are no electrode's in any unit."""


@dataclass(frozen=True, eq=False)
class Body:
    """One particle as a file has it.

    name : file and number, for messages; points : (k, 3) x, y, z in the file's unit
    faces : (s, 3) int64, rows of `points`; it may be of several shells, inner ones facing inwards
    """

    name: str
    points: np.ndarray
    faces: np.ndarray


def mesh_files(path: str | os.PathLike) -> list[Path]:
    """The mesh file at a path, or those of a folder in natural order of their names."""
    path = Path(path)
    if path.is_dir():
        files = [f for f in path.iterdir() if f.suffix.lower() in ENDINGS and f.is_file()]
        if not files:
            raise InputError(f"{path}: holds no {', '.join(ENDINGS)} file; expected meshes")
        return sorted(files, key=lambda file: natural(file.name))
    if not path.is_file():
        raise InputError(f"{path}: there is no such file or folder; expected meshes")
    if path.suffix.lower() not in ENDINGS:
        raise InputError(
            f"{path}: is of the kind {path.suffix or 'unknown'}; expected {', '.join(ENDINGS)}"
        )
    return [path]


def read_bodies(path: str | os.PathLike) -> Iterator[Body]:
    """The bodies of a file, or of a folder of files, in order.

    A folder holds one body a file. A file holds a body for each value of its triangles' `particle`
    (PLY), or else for each connected piece that faces outwards; a piece that faces inwards and lies
    inside another is a cavity of it. Corners are made one where they lie at the same point.
    Raises InputError, naming the file, where one cannot be read or holds no triangles.
    """
    files = mesh_files(path)
    for file in files:
        points, faces, particle = _read(file)
        if Path(path).is_dir():
            yield Body(str(file), *joined(points, faces))
        elif particle is not None:
            yield from _apart(file, points, faces, particle)
        else:
            points, faces = joined(points, faces)
            yield from _apart(file, points, faces, _solids(points, faces))


def _read(path):
    """Corners, triangles and the particle of each triangle, or None."""
    # trimesh is slow to import, and few runs have a mesh.
    import trimesh

    expected = "expected a readable STL, OBJ or PLY file"
    if path.suffix.lower() == ".stl":
        _check_length(path)
    logging.getLogger("trimesh").setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            options = {"skip_materials": True} if path.suffix.lower() == ".obj" else {}
            found = trimesh.load(path, force="mesh", process=False, **options)
            points = np.asarray(found.vertices, dtype=np.float64)
            faces = np.asarray(found.faces, dtype=np.int64)
            raw = found.metadata.get("_ply_raw", {}).get("face", {}).get("data")
    except Exception as error:
        # Each reader fails with errors of its own, from struct.error to AttributeError.
        what = str(error).partition("\n")[0] or type(error).__name__
        raise InputError(f"{path}: cannot be read ({what}); {expected}") from error
    if faces.ndim != 2 or faces.shape[1:] != (3,) or len(faces) == 0:
        raise InputError(f"{path}: holds no triangles; {expected}")
    if faces.min() < 0 or faces.max() >= len(points):
        raise InputError(f"{path}: has triangles of corners that it does not have; {expected}")
    if points.ndim != 2 or points.shape[1] != 3:
        raise InputError(f"{path}: has corners without three coordinates; {expected}")
    if not (np.abs(points[np.unique(faces)]) < _FARTHEST).all():
        raise InputError(f"{path}: has corners that are no numbers below {_FARTHEST:g}; {expected}")
    particle = None
    if isinstance(raw, np.ndarray) and "particle" in (raw.dtype.names or ()):
        particle = np.asarray(raw["particle"], dtype=np.int64)
        particle = particle if len(particle) == len(faces) else None
    return points, faces, particle


def _check_length(path):
    """Refuse a binary STL whose length is not that of the triangles that it says it has."""
    with open(path, "rb") as file:
        head = file.read(_STL_HEAD)
    # ASCII files begin with "solid"; so do some binary ones, which hold zeros.
    if len(head) < _STL_HEAD or (head.lstrip()[:5].lower() == b"solid" and b"\0" not in head):
        return
    triangles = int.from_bytes(head[-4:], "little")
    held, needed = path.stat().st_size, _STL_HEAD + _STL_TRIANGLE * triangles
    if held != needed:
        what = "is truncated: it" if held < needed else "is longer than its triangles: it"
        raise InputError(
            f"{path}: {what} holds {held} bytes; expected {needed} for {triangles} triangles of a "
            "binary STL file"
        )


def _apart(file, points, faces, number):
    """The bodies of triangles of one number each, in the order of the numbers."""
    if len(faces) == 0:
        raise InputError(
            f"{file}: all its triangles are points or lines; expected a closed surface"
        )
    order = np.argsort(number, kind="stable")
    starts = np.flatnonzero(np.diff(number[order], prepend=number[order[0]] - 1))
    several = f" of {len(starts)}"
    for index, rows in enumerate(np.split(order, starts[1:])):
        name = f"{file}: body {index + 1}{several}" if len(starts) > 1 else str(file)
        used, local = np.unique(faces[rows], return_inverse=True)
        yield Body(name, *joined(points[used], local.reshape(-1, 3)))


def _solids(points, faces):
    """Number of the solid that each triangle is of: connected pieces, cavities with their hosts."""
    piece = pieces(faces)
    if len(piece) == 0:
        return piece
    corners = points[faces]
    tetrahedron = np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2]))
    volume = np.bincount(piece, tetrahedron)
    if (volume >= 0.0).all():
        return piece
    count = len(volume)
    low, high = np.full((count, 3), np.inf), np.full((count, 3), -np.inf)
    np.minimum.at(low, piece, corners.min(axis=1))
    np.maximum.at(high, piece, corners.max(axis=1))
    solid = np.arange(count)
    for inner in np.flatnonzero(volume < 0.0):
        around = (low <= low[inner]).all(axis=1) & (high >= high[inner]).all(axis=1)
        around[inner] = False
        point = corners[np.argmax(piece == inner), 0]
        hosts = [
            host
            for host in np.flatnonzero(around & (volume > -volume[inner]))
            if winding_at(point, corners[piece == host]) > 0.5
        ]
        if hosts:
            solid[inner] = min(hosts, key=lambda host: volume[host])
    return solid[piece]
