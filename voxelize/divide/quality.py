"""How well grains stand for the particles that they were cut from."""

from dataclasses import dataclass, fields

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from dem.grains import ACTIVE, CBD, COLLECTOR
from voxelize.divide.bins import into_window
from voxelize.divide.contact_gap import contact_gaps
from voxelize.divide.decompose import Decomposition
from voxelize.divide.members import voxels_by_label
from voxelize.divide.surface import (
    ParticleShape,
    envelope_distance,
    inertia_tensor,
    smooth_surface,
)

SAMPLE, TRIALS = 100, 400
"""Particles whose surface is measured, and pairs of them pressed together."""
_POINTS = 4000
"""Of a surface, at most, that are held against the spheres."""


@dataclass(frozen=True)
class Quality:
    """Figures of a decomposition; those of the sample are nan where nothing is breakable.

    particles, grains, binder_grains : numbers; a breakable particle has two grains or more
    bonds, binder_bonds : inside particles; of binder, to itself or to others
    foil_grains : of a collector that deforms
    disconnected_particles : whose bond graph is in more than one piece; 0, or a fault
    grains_per_particle_least, grains_per_particle_median : of the breakable particles
    unbreakable_fraction, unbreakable_volume_fraction : of the particles, by number and by volume
    grain_width_um : edge of the cube of the mean grain of breakable particles; grain_voxels : in it
    smaller_grain_fraction : of the breakable particles, those of grains under 0.8 of the mean
        grain's volume, as small particles have
    sampled_particles : breakable ones that the figures below are of, evenly drawn by size
    contact_gap_bias, contact_gap_spread : mean and standard deviation of the gap that particles
        keep when their contact spheres touch, in random orientations [grain widths]
    surface_misfit_mean_voxels, surface_misfit_p95_voxels : distance from the particles' smooth
        surface to the envelope of their contact spheres, by area
    surface_offset_voxels : mean of the same with its sign, above 0 where the envelope lies inside
    inertia_error_spheres, inertia_error_points : mean relative error of the tensor of inertia
        about the centroid, grains taken as homogeneous spheres of their volume, or as points
    """

    particles: int
    grains: int
    binder_grains: int
    bonds: int
    binder_bonds: int
    foil_grains: int
    disconnected_particles: int
    grains_per_particle_least: int
    grains_per_particle_median: float
    unbreakable_fraction: float
    unbreakable_volume_fraction: float
    grain_width_um: float
    grain_voxels: float
    smaller_grain_fraction: float
    sampled_particles: int
    contact_gap_bias: float
    contact_gap_spread: float
    surface_misfit_mean_voxels: float
    surface_misfit_p95_voxels: float
    surface_offset_voxels: float
    inertia_error_spheres: float
    inertia_error_points: float

    def as_dict(self) -> dict[str, int | float]:
        """Plain numbers by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def assess(decomposition: Decomposition, seed: int = 1) -> Quality:
    """Measure a decomposition; the same for the same seed."""
    grains, bonds = decomposition.grains, decomposition.bonds
    voxel_volume = decomposition.volume.voxel_size**3
    is_active = grains.material == ACTIVE
    owner = grains.particle[is_active]
    number = np.bincount(owner)
    volume = np.bincount(owner, grains.volume[is_active])
    breakable = number > 1
    inner = is_active[bonds.first] & is_active[bonds.second]
    of_binder = (grains.material[[bonds.first, bonds.second]] == CBD).any(axis=0)
    mean = volume[breakable].sum() / max(1, number[breakable].sum())
    of_breakable = number[breakable] if breakable.any() else np.zeros(1)
    own_mean = volume[breakable] / number[breakable] if breakable.any() else np.full(1, np.inf)
    return Quality(
        particles=len(number),
        grains=int(number.sum()),
        binder_grains=int((grains.material == CBD).sum()),
        bonds=int(inner.sum()),
        binder_bonds=int(of_binder.sum()),
        foil_grains=int((grains.material == COLLECTOR).sum()),
        disconnected_particles=_disconnected(bonds, inner, owner),
        grains_per_particle_least=int(of_breakable.min()),
        grains_per_particle_median=float(np.median(of_breakable)),
        unbreakable_fraction=float((~breakable).mean()),
        unbreakable_volume_fraction=float(volume[~breakable].sum() / volume.sum()),
        grain_width_um=float(1e6 * np.cbrt(mean)),
        grain_voxels=float(mean / voxel_volume),
        smaller_grain_fraction=float((own_mean < 0.8 * mean).mean()),
        **_surface_figures(_sample(decomposition, breakable, volume), seed),
    )


def _disconnected(bonds, inner, owner):
    """Number of particles that bonds do not hold together; active grains are numbered first."""
    pair = (bonds.first[inner], bonds.second[inner])
    graph = coo_array((np.ones(len(pair[0]), dtype=np.int8), pair), (len(owner), len(owner)))
    clump = connected_components(graph, directed=False)[1]
    first_clump = np.full(int(owner.max()) + 1, -1)
    first_clump[owner[::-1]] = clump[::-1]
    strays = first_clump[owner] != clump
    return len(np.unique(owner[strays]))


def _sample(decomposition, breakable, volume):
    """Shapes of breakable particles: those that no side cuts, where there are any."""
    voxel, start = voxels_by_label(decomposition.particle, len(volume))
    chosen = np.flatnonzero(breakable)
    whole = chosen[~_cut(decomposition, len(volume))[chosen]]
    chosen = whole if len(whole) else chosen
    by_size = chosen[np.argsort(volume[chosen], kind="stable")]
    if len(by_size) > SAMPLE:
        by_size = by_size[np.linspace(0, len(by_size) - 1, SAMPLE).round().astype(int)]
    grains = decomposition.grains
    first = np.searchsorted(grains.particle[grains.material == ACTIVE], np.arange(len(volume) + 1))
    return [
        _shape(decomposition, voxel[start[n] : start[n + 1]], slice(first[n], first[n + 1]))
        for n in by_size
    ]


def _cut(decomposition, particles):
    """Particles (particles,) bool that a plane or a side which does not wrap may cut."""
    particle = decomposition.particle
    foil = decomposition.volume.collector_layers
    faces = [particle[foil], particle[-1]]
    if not decomposition.volume.periodic:
        faces += [particle[:, 0], particle[:, -1], particle[:, :, 0], particle[:, :, -1]]
    cut = np.zeros(particles, dtype=bool)
    for face in faces:
        cut[face[face >= 0]] = True
    return cut


def _shape(decomposition, voxel, of):
    """A particle about its centroid, unwrapped, in voxels."""
    volume, grains = decomposition.volume, decomposition.grains
    place = np.stack(np.unravel_index(voxel, decomposition.particle.shape), axis=1)
    grain = grains.position[of, ::-1] / volume.voxel_size
    grain[:, 0] += volume.collector_layers
    point = np.empty(place.shape)
    for axis, length in enumerate(decomposition.particle.shape):
        coordinate = place[:, axis].astype(np.float32)
        into_window(coordinate, length, volume.periodic and axis > 0)
        point[:, axis] = coordinate
        # The window's origin may have moved the first voxel by a turn of the box.
        grain[:, axis] += point[0, axis] - (place[0, axis] + 0.5)
        if volume.periodic and axis > 0:
            middle = 0.5 * (point[:, axis].min() + point[:, axis].max())
            grain[:, axis] -= length * np.round((grain[:, axis] - middle) / length)
    middle = point.mean(axis=0)
    surface, area = smooth_surface(point)
    radius = grains.radius[of] / volume.voxel_size
    size = grains.volume[of] / volume.voxel_size**3
    return ParticleShape(point - middle, surface - middle, area, grain - middle, radius, size)


def _surface_figures(shapes, seed):
    names = (
        "contact_gap_bias", "contact_gap_spread", "surface_misfit_mean_voxels",
        "surface_misfit_p95_voxels", "surface_offset_voxels", "inertia_error_spheres",
        "inertia_error_points",
    )  # fmt: skip
    if not shapes:
        return {"sampled_particles": 0} | dict.fromkeys(names, np.nan)
    gap = contact_gaps(shapes, TRIALS, seed)
    gap = gap[np.isfinite(gap)]
    distance, area = [], []
    for shape in shapes:
        some = slice(None, None, -(-len(shape.surface) // _POINTS))
        distance.append(envelope_distance(shape.surface[some], shape.grain, shape.radius))
        # Every particle's surface counts by its whole area, however many of its points were taken.
        area.append(shape.area[some] * (shape.area.sum() / shape.area[some].sum()))
    distance, area = np.concatenate(distance), np.concatenate(area)
    misfit = np.abs(distance)
    errors = np.array([_inertia_errors(shape) for shape in shapes]).mean(axis=0)
    found = (
        gap.mean(), gap.std(), np.average(misfit, weights=area), _percentile(misfit, area, 0.95),
        np.average(distance, weights=area), *errors,
    )  # fmt: skip
    return {"sampled_particles": len(shapes)} | dict(zip(names, map(float, found), strict=True))


def _percentile(value, weight, share):
    order = np.argsort(value)
    below = np.cumsum(weight[order])
    return value[order][np.searchsorted(below, share * below[-1])]


def _inertia_errors(shape):
    """Relative error of the tensor with grains as spheres of their volume, and as points."""
    each = np.ones(len(shape.voxel))
    exact = inertia_tensor(shape.voxel, each, each / 6.0)
    radius = np.cbrt(0.75 * shape.size / np.pi)
    moments = 0.4 * shape.size * radius**2
    spheres = inertia_tensor(shape.grain, shape.size, moments)
    points = inertia_tensor(shape.grain, shape.size, np.zeros(len(shape.size)))
    return [np.linalg.norm(found - exact) / np.linalg.norm(exact) for found in (spheres, points)]
