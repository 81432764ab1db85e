"""Particles out as surfaces and in again, and what scikit-image and trimesh take for that.

Run as a process of its own: `python -m benchmarks.voxel_way.meshes SIDE FOLDER [PEERS]` prints
JSON: `seconds` and `peak_bytes` of `surfaces_out` (one file of all and one a particle, synced) and
`surfaces_in` (the folder of files), `theirs` of the first PEERS particles beside `ours_of_those`,
`round_trip_changed_voxels`, and the largest relative error of a particle's volume and mean of area.
"""

import json
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import trimesh
from scipy import ndimage
from skimage.measure import marching_cubes

from benchmarks.voxel_way.measure import Meter
from benchmarks.voxel_way.packing import VOXEL_SIZE, electrode
from voxelize.meshes.read import Placing, read_meshes
from voxelize.meshes.surface import particle_surfaces
from voxelize.meshes.topology import signed_volume
from voxelize.meshes.write import write_surfaces
from voxelize.volume import ACTIVE_MATERIAL, Volume

WARMING_SIDE = 48


def measure(volume: Volume, folder: Path) -> dict:
    """Times [s], greatest memory and errors of a volume's particles out and in again."""
    meter = Meter()
    with meter.stage("surfaces_out"):
        write_surfaces(folder / "particles.stl", particle_surfaces(volume), volume)
    with meter.stage("surfaces_in"):
        again = read_meshes(folder / "particles", _placing(volume))
    voxels = np.bincount(volume.particle[volume.particle >= 0])
    errors = [
        signed_volume(s.points, s.faces) / volume.voxel_size**3 / voxels[s.particle] - 1.0
        for s in particle_surfaces(volume)
    ]
    kept = np.append(np.searchsorted(np.flatnonzero(voxels), np.arange(len(voxels))), -1)
    return {
        "particles": len(errors),
        "voxels": int(volume.labels.size),
        "seconds": meter.seconds,
        "peak_bytes": meter.peak_bytes,
        "file_bytes": (folder / "particles.stl").stat().st_size,
        "round_trip_changed_voxels": int((again.particle != kept[volume.particle]).sum()),
        "largest_volume_error": float(np.abs(errors).max()),
    }


def _placing(volume: Volume) -> Placing:
    h = volume.voxel_size
    return Placing(
        h,
        box=(volume.labels.shape[2] * h, volume.labels.shape[1] * h),
        thickness=volume.thickness,
        periodic=volume.periodic,
    )


def peers(volume: Volume, count: int, folder: Path) -> dict:
    """Seconds for the first particles: scikit-image and trimesh, and ours of the same particles.

    Theirs out: marching cubes of the bare staircase, no smoothing; theirs in: `voxelized(1).fill()`
    on the mesh's own lattice, without a box, numbers or checks.
    """
    few = replace(volume, particle=np.where(volume.particle < count, volume.particle, -1))
    seconds, plain = {}, folder / "theirs"
    plain.mkdir(exist_ok=True)
    start = time.perf_counter()
    for number, window in enumerate(ndimage.find_objects(few.particle + 1)):
        body = np.pad(few.particle[window] == number, 1).astype(np.float32)
        points, faces, _, _ = marching_cubes(body, 0.5)
        trimesh.Trimesh(points, faces, process=False).export(plain / f"{number}.stl")
    seconds["surfaces_out"] = time.perf_counter() - start
    start = time.perf_counter()
    for file in sorted(plain.iterdir()):
        trimesh.load(file, force="mesh").voxelized(1.0).fill()
    seconds["surfaces_in"] = time.perf_counter() - start
    ours = {}
    start = time.perf_counter()
    write_surfaces(folder / "few.stl", particle_surfaces(few), few)
    ours["surfaces_out"] = time.perf_counter() - start
    start = time.perf_counter()
    read_meshes(folder / "few", _placing(few))
    ours["surfaces_in"] = time.perf_counter() - start
    return {"particles": count, "theirs": seconds, "ours_of_those": ours}


def warm(folder: Path) -> None:
    """Compile or load every kernel on a small volume."""
    measure(_active(electrode(WARMING_SIDE, False)), folder)


def _active(volume: Volume) -> Volume:
    return replace(volume, labels=(volume.labels == ACTIVE_MATERIAL).astype(np.uint8))


def main() -> None:
    side, folder = int(sys.argv[1]), Path(sys.argv[2])
    warm(folder)
    volume = _active(electrode(side, False))
    found = measure(volume, folder)
    if len(sys.argv) > 3:
        found["peers"] = peers(volume, int(sys.argv[3]), folder)
    found["voxel_size_m"] = VOXEL_SIZE
    print(json.dumps(found))


if __name__ == "__main__":
    main()
