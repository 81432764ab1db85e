"""Faces between the grains of a solid, as bonds give them, made exact where grains lie inside.

On faces A n along the bonds alone, equal pressure would move the grains a little, and the gradient
Σ u ⊗ A n/2V would miss an affine motion by a tenth: the bonds of irregular grains pierce their
faces aslant. So each face a differs from A n by the least that makes both exact around every grain
inside: Σ a = 0 and Σ a ⊗ x = 2 V for the ways x along its bonds.
"""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.linalg import lsmr

_OPEN = 0.12
"""|Σ A n|/Σ A of a grain's bonds from which on it lies at a surface: inside it is below a tenth, as
bonds join centroids, at surfaces a fifth and more."""
_THIN = 0.1
"""Eigenvalue of Σ A n ⊗ x over the largest below which a grain has no neighbours on a side."""
_EXACT = 1e-6


def closed_faces(grain, area, way, place, n):
    """Faces a (k, 3) [m²], which grains they close around (n,), and the volume V of each (n,) [m³].

    grain, area, way, of the k ends of bonds sorted by grain; place : (k,), where the first and the
    second ends of the bonds went
    """
    here, there = np.split(place, 2)
    i, j, x, width = grain[here], grain[there], way[here], area[here]
    normal = width[:, None] * x / np.linalg.norm(x, axis=1)[:, None]
    shape, open_face = np.zeros((n, 3, 3)), np.zeros((n, 3))
    for end, sign in ((i, 1.0), (j, -1.0)):
        np.add.at(shape, end, normal[:, :, None] * x[:, None, :])
        np.add.at(open_face, end, sign * normal)
    around = np.bincount(grain, area, n)
    volume = np.trace(shape, axis1=1, axis2=2) / 6.0
    inside = np.linalg.norm(open_face, axis=1) < _OPEN * around
    extent = np.linalg.eigvalsh(shape)
    inside &= extent[:, 0] > _THIN * extent[:, 2]
    size = volume[inside].mean() if inside.any() else 1.0
    # Rows 4 i … 4 i + 3: three moments and the sum of the faces of grain i, all as volumes.
    rows, values = [], []
    for end, sign in ((i, 1.0), (j, -1.0)):
        moments = np.column_stack((x, np.full(len(x), sign * np.cbrt(size))))
        rows.append(4 * end[:, None] + np.arange(4))
        values.append((width * inside[end])[:, None] * moments / size)
    column = np.repeat(np.tile(np.arange(len(x)), 2), 4)
    entries = np.concatenate(values).ravel(), (np.concatenate(rows).ravel(), column)
    system = coo_array(entries, shape=(4 * n, len(x))).tocsr()
    found = normal.copy()
    for axis in range(3):
        lack = np.column_stack((-shape[:, axis], -np.cbrt(size) * open_face[:, axis]))
        lack[:, axis] += 2.0 * volume
        lack = (lack * inside[:, None]).ravel() / size
        if lack.any():
            found[:, axis] += width * lsmr(system, lack, atol=1e-13, btol=1e-13, maxiter=10_000)[0]
    faces = np.empty_like(way)
    faces[here], faces[there] = found, -found
    moment = np.zeros((n, 3, 3))
    np.add.at(moment, grain, faces[:, :, None] * way[:, None, :])
    error = np.abs(moment - 2.0 * volume[:, None, None] * np.eye(3)).max(axis=(1, 2))
    # Of a few grains no faces may do: they count as at a surface.
    return faces, inside & (error < _EXACT * volume), volume
