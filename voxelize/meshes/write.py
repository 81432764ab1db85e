"""Particle surfaces as mesh files, whole or not at all; lengths in µm."""

import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

import numpy as np

from voxelize.meshes.surface import Surface
from voxelize.volume import Volume
from voxelize.write.metadata import fill_sidecar, metadata, sidecar
from voxelize.write.whole import write_together

MICROMETRES = 1e6
_STL_HEADER = b"calendem: closed surfaces of particles, lengths in um, x y z, z=0 on the collector"[
    :80
]
_TRIANGLE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
_FACE = np.dtype([("corners", "u1"), ("vertex_indices", "<i4", 3), ("particle", "<i4")])


def write_surfaces(
    path: str | os.PathLike, surfaces: Iterable[Surface], volume: Volume, each: bool = True
) -> int:
    """Write surfaces into one file and, with `each`, one a particle into the folder of its stem.

    path : `.stl` (binary) or `.ply` (binary, each triangle with the id of its particle)
    volume : of which they are; metadata, box and unit stand in the sidecar `<file>.json`
    returns the number of particles; the folder's files are `particle_<id>` with the same ending
    raises OSError where the disk is full or the folder cannot be written
    """
    path = Path(path)
    folder = path.with_suffix("") if each else None
    unfinished = path.with_name(f".{path.stem}.{os.getpid()}.part")
    written = 0

    def passed_on() -> Iterable[Surface]:
        nonlocal written
        for surface in surfaces:
            if folder is not None:
                name = f"particle_{surface.particle:06d}{path.suffix}"
                with open(unfinished / name, "wb") as file:
                    _FILLERS[path.suffix](file, [surface])
                    file.flush()
                    os.fsync(file.fileno())
            written += 1
            yield surface

    def fill(file: Path) -> None:
        with open(file, "wb") as stream:
            _FILLERS[path.suffix](stream, passed_on())

    try:
        if folder is not None:
            unfinished.mkdir()
        # The parts are filled in this order: the sidecar tells how many particles came.
        write_together(
            {path: fill, sidecar(path): lambda file: _fill_sidecar(file, volume, written)}
        )
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.replace(unfinished, folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return written


def _fill_stl(file: BinaryIO, surfaces: Iterable[Surface]) -> None:
    file.write(_STL_HEADER.ljust(80))
    file.write(np.uint32(0).tobytes())
    count = 0
    for surface in surfaces:
        rows = np.zeros(len(surface.faces), dtype=_TRIANGLE)
        corners = (surface.points * MICROMETRES).astype("<f4")[surface.faces]
        rows["corners"] = corners
        normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        length = np.linalg.norm(normal, axis=1, keepdims=True)
        rows["normal"] = np.divide(normal, length, out=np.zeros_like(normal), where=length > 0)
        file.write(rows.tobytes())
        count += len(rows)
    file.seek(80)
    file.write(np.array(count, dtype="<u4").tobytes())


def _fill_ply(file: BinaryIO, surfaces: Iterable[Surface]) -> None:
    points, faces, count = [], [], 0
    for surface in surfaces:
        rows = np.empty(len(surface.faces), dtype=_FACE)
        rows["corners"] = 3
        rows["vertex_indices"] = surface.faces + count
        rows["particle"] = surface.particle
        faces.append(rows)
        points.append((surface.points * MICROMETRES).astype("<f4"))
        count += len(surface.points)
    header = [
        "ply",
        "format binary_little_endian 1.0",
        "comment calendem: closed surfaces of particles, lengths in um, z = 0 on the collector",
        f"element vertex {count}",
        *(f"property float {axis}" for axis in "xyz"),
        f"element face {sum(map(len, faces))}",
        "property list uchar int vertex_indices",
        "property int particle",
        "end_header",
    ]
    file.write(("\n".join(header) + "\n").encode("ascii"))
    for rows in (*points, *faces):
        file.write(rows.tobytes())


_FILLERS: dict[str, Callable[[BinaryIO, Iterable[Surface]], None]] = {
    ".stl": _fill_stl,
    ".ply": _fill_ply,
}


def _fill_sidecar(file: Path, volume: Volume, particles: int) -> None:
    rows, columns = volume.labels.shape[1:]
    figures = {
        **metadata(volume),
        "unit": "um",
        "particles": particles,
        "box_um": [columns * volume.voxel_size * 1e6, rows * volume.voxel_size * 1e6],
        "foil_thickness_um": volume.collector_layers * volume.voxel_size * 1e6,
    }
    fill_sidecar(file, figures)
