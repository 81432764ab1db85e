"""Divide a labelled volume into bonded grains: the unloaded picture of the mechanics."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dem.bonding.strength import BondStrength, bond_factors, particle_factors
from dem.bonds import INTACT, Bonds
from dem.errors import InputError
from dem.grains import ACTIVE, CBD, COLLECTOR, Grains, at_rest
from voxelize.divide.bodies import grain_bodies, grain_nanoporosity
from voxelize.divide.faces import faces_between_grains, ways
from voxelize.divide.foil_face import refuse_rigid_dents
from voxelize.divide.members import voxels_of_labels
from voxelize.divide.partition import divide
from voxelize.divide.plan import regions, wanted_grains
from voxelize.split.watershed import NECK, equivalent_diameter
from voxelize.volume import CARBON_BINDER, Volume

CONTACT_RADIUS_FACTOR = 0.85
"""Contact radius over the radius of the grain's volume, so that round particles pressed together
close without a mean gap: measured −0.03 and +0.03 grain widths (standard deviation 0.08) for 12 µm
particles of 64 and 512 grains; +0.06 with only 4 voxels along a grain; 0.17 to 0.25 at factor 1.
`tests/voxelize/test_contact_radius.py` repeats it."""


SMALLER_GRAINS, SINGLE_GRAIN = "smaller_grains", "single_grain"
"""What becomes of small particles."""

_BONDS_AT_ONCE = 500_000
"""Whose strengths are drawn at once: less memory, the same draws."""


@dataclass(frozen=True)
class SolidPhase:
    """What the decomposition must know of a phase: density [kg/m³] of its solid, bond strength."""

    density: float
    strength: BondStrength


@dataclass(frozen=True)
class DecompositionSettings:
    """How particles, binder domain and foil are divided; sizes are equivalent-sphere diameters.

    grain_size, cbd_grain_size : [m], wanted grains of active material and of CBD
    minimum_grains : that a breakable particle has at least
    small_particles : what becomes of particles with room for fewer grains of the wanted size:
        "smaller_grains", or a "single_grain" that cannot break
    single_grain_below : [m], particles under it stay one unbreakable grain in any case
    contact_radius_factor : contact radius over the radius of the grain's volume
    lloyd_iterations : steps towards the centroidal partition
    neck : relative depth of the necks at which touching particles are split
    merge_below : [m], touching specks under it join their neighbour when particles are split
    foil_grain_size : [m], wanted grains of the collector; None for one that is rigid
    foil_depth : [m], below the coated face, that is divided into grains; None for all of the foil
    """

    grain_size: float = 1.5e-6
    cbd_grain_size: float = 1.5e-6
    minimum_grains: int = 27
    small_particles: str = SMALLER_GRAINS
    single_grain_below: float = 3e-6
    contact_radius_factor: float = CONTACT_RADIUS_FACTOR
    lloyd_iterations: int = 8
    neck: float = NECK
    merge_below: float = 2e-6
    foil_grain_size: float | None = None
    foil_depth: float | None = None


@dataclass(frozen=True, eq=False)
class Decomposition:
    """A volume and the bonded grains that stand for it.

    volume : the unloaded picture
    grain : (nz, ny, nx) int32, grain a voxel belongs to, −1 in pores and rigid collector
    particle : (nz, ny, nx) int32, particle of an active voxel, −1 elsewhere
    grains : active ones first, sorted by particle; CBD regions are numbered after the particles,
        pieces of a collector that deforms after those
    bonds : between face-sharing grains of one particle or foil, and of CBD and anything
    """

    @property
    def floor(self) -> float:
        """Height [m] of the plane below all grains: 0, the coated face, where the foil is rigid."""
        return -self.foil_layers * self.volume.voxel_size

    @property
    def foil_layers(self) -> int:
        """Layers below the coated face that are made of grains."""
        foil = self.volume.collector_layers
        return int(np.count_nonzero((self.grain[:foil] >= 0).any(axis=(1, 2))))

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
    foil: SolidPhase | None = None,
) -> Decomposition:
    """Divide particles and carbon-binder domain into grains and bond those that share a face.

    Particles come from `volume.particle` or, where that is None, from the watershed; one in
    several pieces becomes several. A particle too coarsely resolved to hold `minimum_grains` of
    `SMALLEST_GRAIN` voxels stays one unbreakable grain. CBD pieces that touch by edges or corners
    are one region. The CBD's mass is that of its solid: (1 − nanoporosity) of its domain,
    voxel by voxel where the volume has a field of them.
    foil : of the collector, where foil_grain_size says that it deforms
    raises InputError where a setting is out of range or the particles cannot hold grains
    """
    tell = progress or (lambda fraction, note: None)
    _check_settings(settings, active, cbd, foil, volume)
    tell(0.0, "splitting particles")
    region, particles, coating, volume = regions(volume, settings)
    voxels = voxels_of_labels(region)
    cells, least = wanted_grains(voxels, particles, coating, volume.voxel_size, settings)
    note = f"dividing {particles} particles into grains"
    tell(0.1, note)
    grain, owner = divide(
        region,
        cells,
        least,
        volume.periodic,
        settings.lloyd_iterations,
        seed,
        lambda done: tell(0.1 + 0.7 * done, note),
    )
    del region
    tell(0.8, "bonding grains")
    material = np.where(owner < particles, ACTIVE, np.where(owner < coating, CBD, COLLECTOR))
    grains = _grains(grain, owner, material, volume, settings, (active, cbd, foil))
    bonds = _bonds(grain, grains, volume, (active, cbd, foil), seed)
    refuse_rigid_dents(volume.labels, grain)
    tell(1.0, f"{len(grains.radius)} grains, {len(bonds.first)} bonds")
    return Decomposition(volume, grain, volume.particle, grains, bonds)


def _check_settings(settings, active, cbd, foil, volume):
    finest = 2.0 * volume.voxel_size
    for key in ("grain_size", "cbd_grain_size", "foil_grain_size"):
        size = getattr(settings, key)
        if size is None:
            continue
        # Two voxels written in decimals may fall short of twice the voxel by rounding.
        if not size >= finest * (1.0 - 1e-9):
            raise InputError(
                f"{key} is {size * 1e6:g} µm, but a grain must be at least two voxels wide "
                f"({finest * 1e6:g} µm)"
            )
    if settings.minimum_grains < 1 or settings.lloyd_iterations < 0:
        raise InputError("minimum_grains must be ≥ 1 and lloyd_iterations ≥ 0")
    if settings.small_particles not in (SMALLER_GRAINS, SINGLE_GRAIN):
        raise InputError(
            f"small_particles is '{settings.small_particles}', but '{SMALLER_GRAINS}' or "
            f"'{SINGLE_GRAIN}' was expected"
        )
    if not 0.0 < settings.contact_radius_factor <= 1.2:
        raise InputError(
            f"contact_radius_factor is {settings.contact_radius_factor:g}, "
            "but a number above 0 and up to 1.2 was expected"
        )
    if settings.foil_grain_size is not None and foil is None:
        raise InputError("foil_grain_size is given, but not what the foil is: expected `foil`")
    phases = {"active material": active, "CBD": cbd, "foil": foil}
    for name, phase in phases.items():
        if phase is None:
            continue
        if not phase.density > 0.0:
            raise InputError(f"the density of the {name} is {phase.density:g}, not above 0")
        for key, value in phase.strength._asdict().items():
            if value is not None and not value > 0.0:
                raise InputError(
                    f"the {key} of {name} bonds is {value:g}, but a number above 0 was expected"
                )
    if not 0.0 <= volume.cbd_nanoporosity < 1.0:
        raise InputError(f"the CBD nanoporosity is {volume.cbd_nanoporosity:g}, not 0 … below 1")
    if volume.nanoporosity_field is not None:
        _check_field(volume)


def _check_field(volume):
    field, labels = volume.nanoporosity_field, volume.labels
    if field.shape != labels.shape:
        raise InputError(
            f"nanoporosity_field has the shape {field.shape}; expected that of the labels, "
            f"{labels.shape}"
        )
    for layer, label in zip(field, labels, strict=True):
        found = layer[label == CARBON_BINDER]
        wrong = found[~((found >= 0.0) & (found < 1.0))]
        if len(wrong):
            raise InputError(
                f"nanoporosity_field is {wrong[0]:g} in a voxel of the binder; expected 0 to below "
                "1"
            )


def _grains(grain, owner, material, volume, settings, phases):
    voxels, centroid = grain_bodies(grain, len(owner), volume)
    size = voxels * volume.voxel_size**3
    density = np.array([phase.density if phase else np.nan for phase in phases])[material]
    solid = 1.0 - grain_nanoporosity(grain, len(owner), volume)
    density = np.where(material == CBD, density * solid, density)
    # A particle of one grain is no Voronoi cell among others: its sphere is its surface.
    alone = (np.bincount(owner)[owner] == 1) & (material == ACTIVE)
    factor = np.where(alone, 1.0, settings.contact_radius_factor)
    radius = 0.5 * factor * equivalent_diameter(size)
    position = centroid[:, ::-1] * volume.voxel_size
    return at_rest(position, radius, size, size * density, material, owner)


def _bonds(grain, grains, volume, phases, seed):
    active, cbd, foil = (phase.strength if phase else None for phase in phases)
    is_active = grains.material == ACTIVE
    first, second, area = faces_between_grains(
        grain, grains.particle, grains.material != CBD, volume
    )
    area *= volume.voxel_size**2
    _, ny, nx = grain.shape
    period = volume.voxel_size * np.array([nx, ny, 0.0]) * volume.periodic
    rest = ways(grains.position, first, second, period)
    of_particle = _of_particles(grains, active, seed)
    rng = np.random.default_rng([seed, 2])
    tensile, cohesion = np.empty(len(first)), np.empty(len(first))
    for begin in range(0, len(first), _BONDS_AT_ONCE):
        some = slice(begin, begin + _BONDS_AT_ONCE)
        uniform = rng.random(len(area[some]))
        of_active = bond_factors(active, area[some], uniform) * of_particle[first[some]]
        of_cbd = bond_factors(cbd, area[some], uniform)
        inner = is_active[first[some]] & is_active[second[some]]
        tensile[some] = np.where(inner, active.tensile * of_active, cbd.tensile * of_cbd)
        cohesion[some] = np.where(inner, active.cohesion * of_active, cbd.cohesion * of_cbd)
        if foil is not None:
            of_foil = bond_factors(foil, area[some], uniform)
            inner = (grains.material[[first[some], second[some]]] == COLLECTOR).all(axis=0)
            tensile[some] = np.where(inner, foil.tensile * of_foil, tensile[some])
            cohesion[some] = np.where(inner, foil.cohesion * of_foil, cohesion[some])
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
