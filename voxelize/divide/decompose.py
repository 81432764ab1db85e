"""Divide a labelled volume into bonded grains: the unloaded picture of the mechanics."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dem.bonding.strength import BondStrength, bond_factors, particle_factors
from dem.bonds import INTACT, Bonds
from dem.errors import InputError
from dem.grains import ACTIVE, CBD, Grains, at_rest
from voxelize.divide.partition import divide, regions, wanted_grains
from voxelize.divide.voronoi import minimum_image
from voxelize.regions import face_area, shared_faces
from voxelize.split.watershed import equivalent_diameter
from voxelize.volume import Volume

CONTACT_RADIUS_FACTOR = 0.85
"""Contact radius over the radius of the grain's volume, so that round particles pressed together
close without a mean gap: measured −0.03 and +0.03 grain widths (standard deviation 0.08) for 12 µm
particles of 64 and 512 grains; +0.06 with only 4 voxels along a grain; 0.17 to 0.25 at factor 1.
`tests/voxelize/test_contact_radius.py` repeats it."""


@dataclass(frozen=True)
class SolidPhase:
    """What the decomposition must know of a phase: density [kg/m³] of its solid, bond strength."""

    density: float
    strength: BondStrength


@dataclass(frozen=True)
class DecompositionSettings:
    """How particles and carbon-binder domain are divided; sizes are equivalent-sphere diameters.

    grain_size, cbd_grain_size : [m], wanted grains of active material and of CBD
    minimum_grains : in a breakable particle: small ones have smaller grains
    single_grain_below : [m], particles under it stay one unbreakable grain
    contact_radius_factor : contact radius over the radius of the grain's volume
    lloyd_iterations : steps towards the centroidal partition
    neck : relative depth of the necks at which touching particles are split
    merge_below : [m], touching specks under it join their neighbour when particles are split
    """

    grain_size: float = 1.5e-6
    cbd_grain_size: float = 1.5e-6
    minimum_grains: int = 27
    single_grain_below: float = 3e-6
    contact_radius_factor: float = CONTACT_RADIUS_FACTOR
    lloyd_iterations: int = 8
    neck: float = 0.15
    merge_below: float = 2e-6


@dataclass(frozen=True, eq=False)
class Decomposition:
    """A volume and the bonded grains that stand for it.

    volume : the unloaded picture
    grain : (nz, ny, nx) int32, grain a voxel belongs to, −1 in pores and collector
    particle : (nz, ny, nx) int32, particle of an active voxel, −1 elsewhere
    grains : active ones first, sorted by particle; CBD regions are numbered after the particles
    bonds : between face-sharing grains of one particle, of CBD, and of CBD and active material
    """

    volume: Volume
    grain: np.ndarray
    particle: np.ndarray
    grains: Grains
    bonds: Bonds


def decompose(
    volume: Volume,
    settings: DecompositionSettings,
    active: SolidPhase,
    cbd: SolidPhase,
    seed: int,
    progress: Callable[[float, str], None] | None = None,
) -> Decomposition:
    """Divide particles and carbon-binder domain into grains and bond those that share a face.

    Particles come from `volume.particle` or, where that is None, from the watershed; one in
    several pieces becomes several. A particle too coarsely resolved to hold `minimum_grains` of
    `SMALLEST_GRAIN` voxels stays one unbreakable grain. CBD pieces that touch by edges or corners
    are one region. The CBD's mass is that of its solid: (1 − nanoporosity) of its domain.
    raises InputError where a setting is out of range or the particles cannot hold grains
    """
    tell = progress or (lambda fraction, note: None)
    _check_settings(settings, active, cbd, volume)
    tell(0.0, "splitting particles")
    region, particles, volume = regions(volume, settings)
    voxels = np.bincount(region[region >= 0])
    cells = wanted_grains(voxels, particles, volume.voxel_size, settings)
    tell(0.1, f"dividing {particles} particles into grains")
    rng = np.random.default_rng([seed, 1])
    grain = divide(region, voxels, cells, volume, settings, rng, tell)
    tell(0.9, "bonding grains")
    grains = _grains(grain, region, particles, volume, settings, active, cbd)
    bonds = _bonds(grain, grains, volume, active.strength, cbd.strength, seed)
    tell(1.0, f"{len(grains.radius)} grains, {len(bonds.first)} bonds")
    return Decomposition(volume, grain, volume.particle, grains, bonds)


def _check_settings(settings, active, cbd, volume):
    finest = 2.0 * volume.voxel_size
    for key in ("grain_size", "cbd_grain_size"):
        size = getattr(settings, key)
        # Two voxels written in decimals may fall short of twice the voxel by rounding.
        if not size >= finest * (1.0 - 1e-9):
            raise InputError(
                f"{key} is {size * 1e6:g} µm, but a grain must be at least two voxels wide "
                f"({finest * 1e6:g} µm)"
            )
    if settings.minimum_grains < 1 or settings.lloyd_iterations < 0:
        raise InputError("minimum_grains must be ≥ 1 and lloyd_iterations ≥ 0")
    if not 0.0 < settings.contact_radius_factor <= 1.2:
        raise InputError(
            f"contact_radius_factor is {settings.contact_radius_factor:g}, "
            "but a number above 0 and up to 1.2 was expected"
        )
    for name, phase in (("active material", active), ("CBD", cbd)):
        if not phase.density > 0.0:
            raise InputError(f"the density of the {name} is {phase.density:g}, not above 0")
        for key, value in phase.strength._asdict().items():
            if value is not None and not value > 0.0:
                raise InputError(
                    f"the {key} of {name} bonds is {value:g}, but a number above 0 was expected"
                )
    if not 0.0 <= volume.cbd_nanoporosity < 1.0:
        raise InputError(f"the CBD nanoporosity is {volume.cbd_nanoporosity:g}, not 0 … below 1")


def _grains(grain, region, particles, volume, settings, active, cbd):
    inside = np.flatnonzero(grain >= 0)
    of = grain.ravel()[inside]
    count = int(of.max()) + 1
    layer, row, column = np.unravel_index(inside, grain.shape)
    weights = volume.layer_weights
    weight = weights[layer]
    # A voxel cut by the upper plane has its centre half-way up what is left of it.
    height = np.arange(grain.shape[0]) - volume.collector_layers + 0.5 * weights
    point = np.stack((height[layer], row + 0.5, column + 0.5), axis=1)
    period = np.array(grain.shape[1:], dtype=float) if volume.periodic else None
    voxels = np.bincount(of, weight, count)
    start = _circular_mean(point, of, count, period)
    offset = minimum_image(point - start[of], period)
    for axis in range(3):
        start[:, axis] += np.bincount(of, weight * offset[:, axis], count) / voxels
    if period is not None:
        start[:, 1:] %= period
    owner = np.empty(count, dtype=np.int32)
    owner[of] = region.ravel()[inside]
    material = np.where(owner < particles, ACTIVE, CBD)
    size = voxels * volume.voxel_size**3
    density = np.where(
        material == ACTIVE, active.density, cbd.density * (1.0 - volume.cbd_nanoporosity)
    )
    # A particle of one grain is no Voronoi cell among others: its sphere is its surface.
    alone = (np.bincount(owner)[owner] == 1) & (material == ACTIVE)
    factor = np.where(alone, 1.0, settings.contact_radius_factor)
    radius = 0.5 * factor * equivalent_diameter(size)
    position = start[:, ::-1] * volume.voxel_size
    return at_rest(position, radius, size, size * density, material, owner)


def _circular_mean(point, of, count, period):
    """A point (count, 3) inside each grain's extent, from which minimum images are unambiguous."""
    number = np.bincount(of, minlength=count)
    mean = np.stack([np.bincount(of, point[:, a], count) / number for a in range(3)], axis=1)
    if period is not None:
        for axis, length in zip((1, 2), period, strict=True):
            angle = 2.0 * np.pi * point[:, axis] / length
            turn = np.arctan2(
                np.bincount(of, np.sin(angle), count), np.bincount(of, np.cos(angle), count)
            )
            mean[:, axis] = length * (turn / (2.0 * np.pi))
    return mean


def _bonds(grain, grains, volume, active, cbd, seed):
    first, second, faces = shared_faces(grain, volume.periodic, volume.layer_weights)
    both_active = (grains.material[first] == ACTIVE) & (grains.material[second] == ACTIVE)
    bonded = ~both_active | (grains.particle[first] == grains.particle[second])
    first, second, faces, both_active = (a[bonded] for a in (first, second, faces, both_active))
    period = None
    if volume.periodic:
        period = volume.voxel_size * np.array(grain.shape[1:], dtype=float)
    between = (grains.position[second] - grains.position[first])[:, ::-1]
    rest = np.ascontiguousarray(minimum_image(between, period)[:, ::-1])
    area = face_area(faces, volume.voxel_size)
    uniform = np.random.default_rng([seed, 2]).random(len(first))
    of_active = bond_factors(active, area, uniform) * _of_particles(grains, active, seed)[first]
    of_cbd = bond_factors(cbd, area, uniform)
    tensile, cohesion = (
        np.where(both_active, getattr(active, key) * of_active, getattr(cbd, key) * of_cbd)
        for key in ("tensile", "cohesion")
    )
    return Bonds(
        first=first,
        second=second,
        area=area,
        rest=rest,
        state=np.full(len(first), INTACT, dtype=np.uint8),
        tensile_strength=tensile,
        cohesion=cohesion,
    )


def _of_particles(grains, strength, seed):
    """Factor of each grain's particle to the strength of its bonds, (n,); 1 for binder."""
    active = grains.material == ACTIVE
    volume = np.bincount(grains.particle[active], grains.volume[active])
    # One draw a particle, by its number: what else is drawn leaves it alone.
    uniform = np.random.default_rng([seed, 3]).random(len(volume))
    factor = np.ones(len(active))
    factor[active] = particle_factors(strength, volume, uniform)[grains.particle[active]]
    return factor
