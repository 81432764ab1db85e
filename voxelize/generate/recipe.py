"""The recipe of an electrode: what was mixed and coated, and the particle sizes that follow."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

from dem.errors import InputError

_TAIL = 2.3263478740408408
"""Standard deviations at which a size mode is cut: the 1st and 99th percentile by volume."""
_LARGEST_SIZE_CORRECTION = 0.1
"""A box that holds so few particles that sizes must change by more misses its distribution."""


@dataclass(frozen=True)
class SizeMode:
    """One lognormal mode of the particle size distribution, by volume.

    median_diameter : [m], D50 by volume
    spread : standard deviation of ln(diameter); 0 for equal spheres
    share : share of the active material's mass
    """

    median_diameter: float
    spread: float
    share: float


@dataclass(frozen=True)
class Recipe:
    """An as-coated electrode: composition, loading, density, particle sizes and resolution.

    active_fraction, carbon_fraction, binder_fraction : mass fractions of the dry coating
    active_density, carbon_density, binder_density : [kg/m³], of the solids
    coated_density : [kg/m³], of the coating, pores included
    loading : [kg/m²], coating mass per area
    footprint : (x, y) [m], rounded to whole voxels
    voxel_size, foil_thickness : [m]; the foil is drawn in whole layers, at least one if not 0
    modes : sizes of the active particles; their shares sum to 1
    cbd_nanoporosity : pore share inside the carbon-binder domain
    roughness : height of the particles' surface irregularity (rms) over their radius
    """

    active_fraction: float
    carbon_fraction: float
    binder_fraction: float
    active_density: float
    carbon_density: float
    binder_density: float
    coated_density: float
    loading: float
    footprint: tuple[float, float]
    voxel_size: float
    foil_thickness: float
    modes: tuple[SizeMode, ...]
    cbd_nanoporosity: float = 0.5
    roughness: float = 0.05

    @property
    def thickness(self) -> float:
        """Thickness of the coating [m]."""
        return self.loading / self.coated_density

    @property
    def crystal_density(self) -> float:
        """Density of the coating without any pore [kg/m³]."""
        return 1.0 / (
            self.active_fraction / self.active_density
            + self.carbon_fraction / self.carbon_density
            + self.binder_fraction / self.binder_density
        )

    @property
    def active_share(self) -> float:
        """Volume share of the active material in the coating."""
        return self.coated_density * self.active_fraction / self.active_density

    @property
    def domain_share(self) -> float:
        """Volume share of the carbon-binder domain, its nanopores included, in the coating."""
        solid = self.carbon_fraction / self.carbon_density
        solid += self.binder_fraction / self.binder_density
        return self.coated_density * solid / (1.0 - self.cbd_nanoporosity)


def check_recipe(recipe: Recipe) -> None:
    """Refuse a recipe that no electrode can have; raises InputError naming the quantity."""
    for name in ("active", "carbon", "binder"):
        fraction = getattr(recipe, f"{name}_fraction")
        if not 0.0 <= fraction <= 1.0:
            raise InputError(f"{name}_fraction: expected a mass fraction 0 … 1, found {fraction:g}")
    total = recipe.active_fraction + recipe.carbon_fraction + recipe.binder_fraction
    if abs(total - 1.0) > 1e-6:
        raise InputError(
            "active_fraction, carbon_fraction and binder_fraction: "
            f"expected a sum of 1, found {total:g}"
        )
    if recipe.active_fraction == 0.0:
        raise InputError(
            "active_fraction: expected more than 0, an electrode needs active material"
        )
    _check_positive(recipe)
    if not 0.0 <= recipe.cbd_nanoporosity < 1.0:
        raise InputError(
            f"cbd_nanoporosity: expected 0 … below 1, found {recipe.cbd_nanoporosity:g}"
        )
    if not 0.0 <= recipe.roughness <= 0.2:
        raise InputError(f"roughness: expected 0 … 0.2 of the radius, found {recipe.roughness:g}")
    if recipe.coated_density >= recipe.crystal_density:
        raise InputError(
            f"coated_density: expected less than the {recipe.crystal_density:.0f} kg/m³ of the "
            f"coating without pores, found {recipe.coated_density:.0f} kg/m³"
        )
    if recipe.active_share + recipe.domain_share > 1.0:
        raise InputError(
            "cbd_nanoporosity: active material and carbon-binder domain would fill "
            f"{100 * (recipe.active_share + recipe.domain_share):.0f} % of the coating; "
            "expected a lower nanoporosity or coated_density"
        )
    _check_modes(recipe)


def _check_positive(recipe: Recipe) -> None:
    names = ("active_density", "carbon_density", "binder_density", "coated_density", "loading")
    for name in (*names, "voxel_size"):
        value = getattr(recipe, name)
        if not (math.isfinite(value) and value > 0.0):
            raise InputError(f"{name}: expected a positive value, found {value:g}")
    if not (math.isfinite(recipe.foil_thickness) and recipe.foil_thickness >= 0.0):
        raise InputError(f"foil_thickness: expected 0 or more, found {recipe.foil_thickness:g}")
    for length in recipe.footprint:
        if not (math.isfinite(length) and length >= recipe.voxel_size):
            raise InputError(
                f"footprint: expected at least a voxel of {recipe.voxel_size * 1e6:g} µm each "
                f"way, found {length * 1e6:g} µm"
            )


def _check_modes(recipe: Recipe) -> None:
    if not recipe.modes:
        raise InputError("modes: expected at least one particle size mode, found none")
    for mode in recipe.modes:
        if not (math.isfinite(mode.median_diameter) and mode.median_diameter > 0.0):
            raise InputError(
                f"modes: expected a positive median diameter, found {mode.median_diameter:g} m"
            )
        if not 0.0 <= mode.spread <= 1.5:
            raise InputError(f"modes: expected a spread of 0 … 1.5, found {mode.spread:g}")
        if not 0.0 < mode.share <= 1.0:
            raise InputError(f"modes: expected a share above 0, up to 1, found {mode.share:g}")
    total = sum(mode.share for mode in recipe.modes)
    if abs(total - 1.0) > 1e-6:
        raise InputError(f"modes: expected shares that sum to 1, found {total:g}")


def draw_diameters(recipe: Recipe, active_volume: float) -> np.ndarray:
    """Sphere diameters by quantiles, largest first: a small box still has the distribution.

    Every sphere stands for the stretch of the cumulated volume that it takes itself, so that
    the volume distribution is met with any number of particles.

    Returns (n,) [m]; the volumes of the spheres sum to active_volume [m³].
    Raises InputError where a mode's share is less than a particle, or too few to be met.
    """
    diameters = []
    for mode in recipe.modes:
        volume = mode.share * active_volume
        drawn = _draw_mode(mode, volume)
        correction = (volume / (math.pi / 6 * (drawn**3).sum())) ** (1 / 3) if len(drawn) else 0.0
        if abs(correction - 1.0) > _LARGEST_SIZE_CORRECTION:
            raise InputError(
                f"footprint: too small for particles of {mode.median_diameter * 1e6:g} µm with "
                f"{100 * mode.share:g} % of the active mass; expected a larger footprint or loading"
            )
        diameters.append(drawn * correction)
    return np.sort(np.concatenate(diameters))[::-1]


def _draw_mode(mode: SizeMode, volume: float) -> np.ndarray:
    largest = mode.median_diameter * math.exp(_TAIL * mode.spread)
    smallest = mode.median_diameter * math.exp(-_TAIL * mode.spread)
    if mode.spread == 0.0:
        return np.full(round(volume / (math.pi / 6 * largest**3)), largest)
    below_tail = ndtr(-_TAIL)

    def unused(diameter: float, taken: float) -> float:
        """Volume share coarser than `diameter`, less that up to this sphere's middle."""
        rank = ndtr(math.log(diameter / mode.median_diameter) / mode.spread)
        coarser = 1.0 - (rank - below_tail) / (1.0 - 2.0 * below_tail)
        return coarser - taken - math.pi / 12 * diameter**3 / volume

    drawn: list[float] = []
    taken = 0.0
    while unused(smallest, taken) > 0.0:
        upper = drawn[-1] if drawn else largest
        drawn.append(brentq(unused, smallest, upper, args=(taken,), xtol=1e-6 * smallest))
        taken += math.pi / 6 * drawn[-1] ** 3 / volume
    return np.array(drawn)
