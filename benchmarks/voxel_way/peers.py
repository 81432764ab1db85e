"""What scikit-image, SciPy, tifffile and trimesh offer for a stage, on the same volume.

None of them does the whole of it: what is missing stands in `WHAT`. Run as a process of its own:
`python -m benchmarks.voxel_way.peers VOLUME.npz FOLDER` prints JSON.
"""

import json
import sys
from pathlib import Path

import numpy as np
import tifffile
import trimesh
from scipy import ndimage
from scipy.spatial import cKDTree
from skimage.feature import peak_local_max
from skimage.measure import marching_cubes
from skimage.segmentation import watershed

from benchmarks.voxel_way.measure import Meter

WHAT = {
    "read": "tifffile.imread: no labels mapped, nothing checked",
    "split": "scipy distance map, skimage peak_local_max and watershed: over-splits stay",
    "divide": "Lloyd's iteration by scipy's cKDTree, particle by particle: slivers stay, no binder",
    "bonds": "faces between grains counted by numpy.unique: no box that wraps, no strengths",
    "deposit": "scipy map_coordinates, nearest voxel: volumes are not kept, no cracks",
    "write": "tifffile.imwrite: neither synced nor whole or not at all",
    "surfaces": "skimage marching_cubes and trimesh, particle by particle",
}
GRAIN_VOXELS = np.pi / 6 * (1.5 / 0.4) ** 3
ITERATIONS = 8


def way(volume: Path, folder: Path) -> dict:
    """Times [s] and greatest memory of the stages that others have."""
    held = np.load(volume)
    labels, particle = held["labels"], held["particle"]
    tifffile.imwrite(folder / "theirs.tif", labels)
    meter = Meter()
    with meter.stage("read"):
        tifffile.imread(folder / "theirs.tif")
    with meter.stage("split"):
        _split(labels == 1)
    with meter.stage("divide"):
        grain = _divide(particle)
    with meter.stage("bonds"):
        _bonds(grain)
    with meter.stage("deposit"):
        place = np.indices(labels.shape, dtype=np.float32)
        place[0] /= 0.95
        ndimage.map_coordinates(labels, place, order=0)
        del place
    with meter.stage("write"):
        tifffile.imwrite(folder / "theirs.tif", labels)
    with meter.stage("surfaces"):
        for number, window in enumerate(ndimage.find_objects(particle + 1)):
            if window is not None:
                body = np.pad(particle[window] == number, 1).astype(np.float32)
                points, faces, _, _ = marching_cubes(body, 0.5)
                trimesh.Trimesh(points, faces).export(folder / "theirs.stl")
    return {
        "seconds": meter.seconds,
        "cpu_seconds": meter.cpu_seconds,
        "peak_bytes": meter.peak_bytes,
    }


def _split(active):
    depth = ndimage.distance_transform_edt(active)
    peaks = peak_local_max(depth, min_distance=5, labels=active.astype(np.int32))
    marker = np.zeros(active.shape, np.int32)
    marker[tuple(peaks.T)] = np.arange(1, len(peaks) + 1)
    return watershed(-depth, marker, mask=active)


def _divide(particle):
    grain = np.full(particle.shape, -1, np.int32)
    rng, first = np.random.default_rng(1), 0
    for number, window in enumerate(ndimage.find_objects(particle + 1)):
        if window is None:
            continue
        inside = particle[window] == number
        voxel = np.argwhere(inside).astype(float)
        seed = voxel[rng.permutation(len(voxel))[: max(1, round(len(voxel) / GRAIN_VOXELS))]]
        for _ in range(ITERATIONS):
            cell = cKDTree(seed).query(voxel)[1]
            members = np.maximum(np.bincount(cell, minlength=len(seed)), 1)
            for axis in range(3):
                seed[:, axis] = np.bincount(cell, voxel[:, axis], len(seed)) / members
        grain[window][inside] = first + cKDTree(seed).query(voxel)[1]
        first += len(seed)
    return grain


def _bonds(grain):
    keys = []
    for axis in range(3):
        one = np.moveaxis(grain, axis, 0)[:-1].ravel()
        other = np.moveaxis(grain, axis, 0)[1:].ravel()
        at = (one != other) & (one >= 0) & (other >= 0)
        low, high = np.minimum(one[at], other[at]), np.maximum(one[at], other[at])
        keys.append(low.astype(np.int64) << 32 | high)
    return np.unique(np.concatenate(keys), return_counts=True)


def main() -> None:
    way(Path(sys.argv[1]), Path(sys.argv[2]))
    print(json.dumps(way(Path(sys.argv[1]), Path(sys.argv[2]))))


if __name__ == "__main__":
    main()
