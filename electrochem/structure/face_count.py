"""Areas between labels by counting voxel faces, as much of the literature has them."""

from collections.abc import Callable

import numpy as np

from dem.jit import njit
from electrochem.structure.phase_fractions import coating
from voxelize.regions import next_voxel
from voxelize.volume import LABEL_NAMES, Volume


def face_count_areas(
    volume: Volume, progress: Callable[[float, str], None] | None = None
) -> np.ndarray:
    """Area (5, 5) [m²/m³] of the voxel faces that two labels share, per electrode volume.

    Half as much again as a smooth isotropic surface has; here to compare with published counts.
    Faces at closed sides and at the planes are no part of it; a cut layer's upright faces count
    with their height. Symmetric, 0 on the diagonal; a phase's whole surface is the sum of its row.
    Raises InputError for a volume without a coating.
    """
    tell = progress or (lambda share, note: None)
    tell(0.0, "counting faces")
    labels, weights = coating(volume)
    faces = np.zeros((len(LABEL_NAMES),) * 2)
    _count(np.ascontiguousarray(labels), weights, volume.periodic, faces)
    tell(1.0, "faces counted")
    faces += faces.T
    np.fill_diagonal(faces, 0.0)
    return faces / (labels[0].size * float(weights.sum()) * volume.voxel_size)


@njit
def _count(labels, weights, periodic, faces):
    nz, ny, nx = labels.shape
    for z in range(nz):
        for y in range(ny):
            for x in range(nx):
                for axis in range(3):
                    k, j, i = next_voxel(z, y, x, axis, ny, nx, periodic)
                    if k < nz and j < ny and i < nx:
                        height = 1.0 if axis == 0 else weights[z]
                        faces[labels[z, y, x], labels[k, j, i]] += height
