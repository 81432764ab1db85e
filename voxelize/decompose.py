"""Divide a labelled volume into bonded grains: the unloaded picture of the mechanics."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import gamma
from typing import NamedTuple

import numpy as np

from dem.bonds import INTACT, Bonds
from dem.errors import InputError
from dem.grains import ACTIVE, CBD, Grains, at_rest
from voxelize.regions import connected_pieces, face_area, hosts, renumber, shared_faces
from voxelize.segment import equivalent_diameter, split_particles, volume_percentile
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, Volume
from voxelize.voronoi import centroidal_partition, minimum_image

CONTACT_RADIUS_FACTOR = 0.85
"""Contact radius over the radius of the grain's volume: two round particles pressed together
close without a mean gap (`tests/voxelize/test_contact_radius.py` measures it)."""

SMALLEST_GRAIN = 8
"""Voxels a grain of a breakable particle must have on average: two along each direction."""

SLIVER = 0.25
"""Share of the mean cell under which a piece of a cell is no grain of its own."""


class BondStrength(NamedTuple):
    """Strength of a kind of bond; each bond's is Weibull-scattered about the mean.

    tensile, cohesion : [Pa], mean strengths in tension and in shear without normal stress
    weibull_modulus : shape m of the scatter; infinite for none
    """

    tensile: float
    cohesion: float
    weibull_modulus: float


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
    region, particles, volume = _regions(volume, settings)
    voxels = np.bincount(region[region >= 0])
    cells = _wanted_grains(voxels, particles, volume.voxel_size, settings)
    tell(0.1, f"dividing {particles} particles into grains")
    rng = np.random.default_rng([seed, 1])
    grain = _divide(region, voxels, cells, volume, settings, rng, tell)
    tell(0.9, "bonding grains")
    grains = _grains(grain, region, particles, volume, settings, active, cbd)
    bonds = _bonds(grain, grains, volume, active, cbd, np.random.default_rng([seed, 2]))
    tell(1.0, f"{len(grains.radius)} grains, {len(bonds.first)} bonds")
    return Decomposition(volume, grain, volume.particle, grains, bonds)


def _check_settings(settings, active, cbd, volume):
    finest = 2.0 * volume.voxel_size
    for key in ("grain_size", "cbd_grain_size"):
        size = getattr(settings, key)
        if not size >= finest:
            raise InputError(
                f"{key} is {size * 1e6:g} µm, but a grain must be at least two voxels wide "
                f"({finest * 1e6:g} µm)"
            )
    if settings.minimum_grains < 1 or settings.lloyd_iterations < 0:
        raise InputError("minimum_grains must be ≥ 1 and lloyd_iterations ≥ 0")
    if not 0.0 < settings.contact_radius_factor <= 1.0:
        raise InputError(
            f"contact_radius_factor is {settings.contact_radius_factor:g}, "
            "but a number above 0 and up to 1 was expected"
        )
    for name, phase in (("active material", active), ("CBD", cbd)):
        if not phase.density > 0.0:
            raise InputError(f"the density of the {name} is {phase.density:g}, not above 0")
        for key, value in phase.strength._asdict().items():
            if not value > 0.0:
                raise InputError(
                    f"the {key} of {name} bonds is {value:g}, but a number above 0 was expected"
                )
    if not 0.0 <= volume.cbd_nanoporosity < 1.0:
        raise InputError(f"the CBD nanoporosity is {volume.cbd_nanoporosity:g}, not 0 … below 1")


def _regions(volume, settings):
    """What is divided on its own: (nz, ny, nx) particles 0 … n−1, then regions of CBD."""
    is_active = volume.labels == ACTIVE_MATERIAL
    is_cbd = volume.labels == CARBON_BINDER
    if not is_active.any():
        raise InputError("the volume holds no active material, so there are no particles to press")
    if (volume.layer_weights[(is_active | is_cbd).any(axis=(1, 2))] <= 0.0).any():
        raise InputError(
            f"active material or CBD stands outside the coating's thickness "
            f"of {volume.thickness * 1e6:.4g} µm"
        )
    particle = volume.particle
    if particle is None:
        if volume.periodic:
            raise InputError("a periodic volume must come with its particles numbered")
        particle = split_particles(
            is_active, volume.voxel_size, settings.neck, merge_below=settings.merge_below
        )
    if ((particle >= 0) != is_active).any():
        raise InputError("the particle numbers do not cover exactly the active material's voxels")
    region = connected_pieces(particle, volume.periodic)
    particles = int(region.max()) + 1
    binder = connected_pieces(is_cbd.astype(np.int8) - 1, volume.periodic, connectivity=3)
    volume = replace(volume, particle=region)
    return np.where(is_cbd, binder + particles, region).astype(np.int32), particles, volume


def _wanted_grains(voxels, particles, voxel_size, settings):
    """(regions,) number of cells that each region is divided into."""
    size = voxels * voxel_size**3
    wanted = np.full(len(voxels), settings.cbd_grain_size)
    wanted[:particles] = settings.grain_size
    cells = np.maximum(1, np.rint(size / (np.pi / 6.0 * wanted**3))).astype(np.int64)
    diameter = equivalent_diameter(size[:particles])
    median = volume_percentile(diameter, size[:particles], 0.5)
    if median < settings.grain_size:
        raise InputError(
            f"the particles (median {median * 1e6:.3g} µm by volume) are smaller than a grain "
            f"(grain_size is {settings.grain_size * 1e6:.3g} µm)"
        )
    whole = diameter < settings.single_grain_below
    unresolved = ~whole & (voxels[:particles] < settings.minimum_grains * SMALLEST_GRAIN)
    if size[:particles][unresolved].sum() > 0.5 * size[:particles].sum():
        needed = np.cbrt(voxels[:particles][unresolved].max() / settings.minimum_grains)
        finer = voxel_size * needed / np.cbrt(SMALLEST_GRAIN)
        raise InputError(
            f"the voxels of {voxel_size * 1e6:.3g} µm are too coarse to divide particles (median "
            f"{median * 1e6:.3g} µm) into minimum_grains = {settings.minimum_grains}: "
            f"voxels of {finer * 1e6:.2g} µm or fewer grains are needed"
        )
    at_most = np.maximum(1, voxels[:particles] // SMALLEST_GRAIN)
    breakable = np.minimum(np.maximum(cells[:particles], settings.minimum_grains), at_most)
    cells[:particles] = np.where(whole | unresolved, 1, breakable)
    return cells


def _divide(region, voxels, cells, volume, settings, rng, tell):
    """Number each voxel's grain: Voronoi cells, their slivers joined to a neighbouring cell."""
    inside = np.flatnonzero(region >= 0)
    inside = inside[np.argsort(region.ravel()[inside], kind="stable")]
    owner = region.ravel()[inside]
    period = np.array(region.shape[1:], dtype=float) if volume.periodic else None
    index = np.stack(np.unravel_index(inside, region.shape), axis=1)
    cell = centroidal_partition(
        index,
        owner,
        cells,
        rng,
        period,
        settings.lloyd_iterations,
        lambda done: tell(0.1 + 0.7 * done, "dividing particles into grains"),
    )
    grain = np.full(region.shape, -1, dtype=np.int32)
    grain.ravel()[inside] = cell
    tell(0.8, "joining slivers")
    piece = connected_pieces(grain, volume.periodic)
    at = piece.ravel()[inside]
    size = np.bincount(at)
    piece_cell, piece_region = (np.empty(len(size), dtype=np.int64) for _ in range(2))
    piece_cell[at], piece_region[at] = cell, owner
    # The largest piece of each cell, and of each region, is the last of its kind in size order.
    order = np.lexsort((-np.arange(len(size)), size))
    main, largest = np.full(cells.sum(), -1), np.empty(len(cells), dtype=np.int64)
    main[piece_cell[order]] = order
    largest[piece_region[order]] = order
    small = size < SLIVER * (voxels / cells)[piece_region]
    small[largest] = False
    host = hosts(piece, small, piece_region, volume.periodic)
    # A sliver without a face to a neighbour (CBD touching by edges) stays with its own cell.
    stranded = small & (host == np.arange(len(size)))
    host[stranded] = host[main[piece_cell[stranded]]]
    return renumber(piece, host)


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
    radius = 0.5 * settings.contact_radius_factor * equivalent_diameter(size)
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


def _bonds(grain, grains, volume, active, cbd, rng):
    first, second, faces = shared_faces(grain, volume.periodic, volume.layer_weights)
    both_active = (grains.material[first] == ACTIVE) & (grains.material[second] == ACTIVE)
    bonded = ~both_active | (grains.particle[first] == grains.particle[second])
    first, second, faces, both_active = (a[bonded] for a in (first, second, faces, both_active))
    period = None
    if volume.periodic:
        period = volume.voxel_size * np.array(grain.shape[1:], dtype=float)
    between = (grains.position[second] - grains.position[first])[:, ::-1]
    rest = np.ascontiguousarray(minimum_image(between, period)[:, ::-1])
    uniform = rng.random(len(first))
    strength = {}
    for key in ("tensile", "cohesion"):
        strength[key] = np.where(
            both_active,
            getattr(active.strength, key) * _weibull(uniform, active.strength.weibull_modulus),
            getattr(cbd.strength, key) * _weibull(uniform, cbd.strength.weibull_modulus),
        )
    return Bonds(
        first=first,
        second=second,
        area=face_area(faces, volume.voxel_size),
        rest=rest,
        state=np.full(len(first), INTACT, dtype=np.uint8),
        tensile_strength=strength["tensile"],
        cohesion=strength["cohesion"],
    )


def _weibull(uniform, modulus):
    """Weibull variates of mean 1: scale 1/Γ(1 + 1/m), so that the given strength is the mean."""
    return (-np.log1p(-uniform)) ** (1.0 / modulus) / gamma(1.0 + 1.0 / modulus)
