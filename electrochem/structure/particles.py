"""Sizes, shapes and orientation of the particles of active material."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dem.errors import InputError
from electrochem.structure.particle_moments import particle_moments
from voxelize.regions import relabelled
from voxelize.split.watershed import equivalent_diameter, split_particles, volume_percentile
from voxelize.volume import ACTIVE_MATERIAL, Volume

_FEWEST = 64
"""Voxels below which a particle's axes are noise."""
ELONGATED = 1.1
"""Least ratio of the long to the middle semi-axis at which a long axis has a direction, and of the
middle to the short one for a short axis."""


@dataclass(frozen=True, eq=False)
class Particles:
    """Particles of a coating; n of them, in the order of their ids.

    diameter : (n,) [m], of the sphere of the particle's volume
    centre : (n, 3) [m], x, y, z; z above the collector's coated face
    semi_axes : (n, 3) [m], long to short, of the ellipsoid with the particle's volume moments; nan
        for particles of less than 64 voxels and for those that close with themselves over
        periodic sides
    axes : (n, 3, 3), rows: unit vectors x, y, z of the long, middle and short axis, z ≥ 0
    cut : (n,) bool, whether the particle meets a cut side or plane of the volume
    d10, d50, d90 : [m], diameters below which so many per cent of the volume lie, cut ones included
    cut_share : volume share of the cut particles
    aspect_ratio, flatness : means by volume of long to short semi-axis, and of short to middle
    orientation : (3, 3), x, y, z, volume mean of p pᵀ of the long axes p of elongated particles;
        I/3 for no preference, nan without any such particle
    angle : [rad], mean by volume of their angle to the through-plane direction; 1 rad if random
    short_orientation, short_angle : the same of the short axes of flattened particles
    """

    diameter: np.ndarray
    centre: np.ndarray
    semi_axes: np.ndarray
    axes: np.ndarray
    cut: np.ndarray
    d10: float
    d50: float
    d90: float
    cut_share: float
    aspect_ratio: float
    flatness: float
    orientation: np.ndarray
    angle: float
    short_orientation: np.ndarray
    short_angle: float


def particles(volume: Volume, progress: Callable[[float, str], None] | None = None) -> Particles:
    """Measure the particles that the volume records, or that its active material splits into.

    Semi-axes are √(5 λ) of the eigenvalues λ of the second moments, exact for an ellipsoid. Where
    the volume has no `particle`, `split_particles` tells them apart with its defaults.
    Raises InputError for a volume without active material.
    """
    tell = progress or (lambda share, note: None)
    inside = volume.coating
    active = volume.labels[inside] == ACTIVE_MATERIAL
    if not active.any():
        raise InputError("the coating holds no active material, so there are no particles")
    if volume.particle is None:
        tell(0.0, "splitting particles")
        number = split_particles(active, volume.voxel_size, periodic=volume.periodic)
    elif (volume.particle[inside] < 0).all():
        raise InputError("the volume records particles, but none of them lies in the coating")
    else:
        number = _numbered(volume.particle[inside])
    tell(0.6, "particles' moments")
    h, weights = volume.voxel_size, volume.layer_weights[inside]
    found = particle_moments(number, int(number.max()) + 1, weights, volume.periodic)
    size = found.size * h**3
    diameter = equivalent_diameter(size)
    value, vector = _axes(found.covariance, found.size)
    semi_axes = h * np.sqrt(5.0 * value)
    ratio, flat = semi_axes[:, 0] / semi_axes[:, 2], semi_axes[:, 2] / semi_axes[:, 1]
    told = np.isfinite(ratio)
    elongated = told & (semi_axes[:, 0] >= ELONGATED * semi_axes[:, 1])
    flattened = told & (semi_axes[:, 1] >= ELONGATED * semi_axes[:, 2])
    tell(1.0, "particles measured")
    return Particles(
        diameter, found.centre * h, semi_axes, vector, found.cut,
        *(volume_percentile(diameter, size, share) for share in (0.1, 0.5, 0.9)),
        float(size[found.cut].sum() / size.sum()),
        _mean(ratio, size, told), _mean(flat, size, told),
        *_orientation(vector[:, 0], size, elongated),
        *_orientation(vector[:, 2], size, flattened),
    )  # fmt: skip


def _numbered(particle: np.ndarray) -> np.ndarray:
    """Ids without the gaps of those that lie outside the coating."""
    present = np.zeros(int(particle.max()) + 1, bool)
    for layer in particle:
        present[layer[layer >= 0]] = True
    number = np.where(present, np.cumsum(present) - 1, -1)
    return relabelled(particle, np.append(number, -1).astype(np.int32))


def _axes(covariance: np.ndarray, size: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues (n, 3), large to small, and unit vectors (n, 3, 3) in rows."""
    known = np.isfinite(covariance).all(axis=(1, 2)) & (size >= _FEWEST)
    value, vector = np.full((len(size), 3), np.nan), np.full((len(size), 3, 3), np.nan)
    rising, columns = np.linalg.eigh(covariance[known])
    # Rounding may leave a plate of one voxel a thickness just below none.
    value[known] = np.maximum(rising[:, ::-1], 0.0)
    rows = columns.transpose(0, 2, 1)[:, ::-1]
    vector[known] = np.where(rows[:, :, 2:] < 0.0, -rows, rows)
    return value, vector


def _mean(values: np.ndarray, size: np.ndarray, of: np.ndarray) -> float:
    return float(np.average(values[of], weights=size[of])) if of.any() else np.nan


def _orientation(axis: np.ndarray, size: np.ndarray, of: np.ndarray) -> tuple[np.ndarray, float]:
    if not of.any():
        return np.full((3, 3), np.nan), np.nan
    tensor = np.einsum("n,ni,nj->ij", size[of], axis[of], axis[of]) / size[of].sum()
    return tensor, _mean(np.arccos(np.clip(axis[:, 2], 0.0, 1.0)), size, of)
