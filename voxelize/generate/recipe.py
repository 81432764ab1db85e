"""The recipe of an electrode: what was mixed and coated, and what no electrode can have."""

import math
from dataclasses import dataclass

from dem.errors import InputError
from voxelize.generate.shapes import LEAST_SPHERICITY
from voxelize.generate.sizes import Sizes, check_sizes_asked


@dataclass(frozen=True)
class Recipe:
    """An as-coated electrode: composition, loading, density, particle sizes and resolution.

    active_fraction, carbon_fraction, binder_fraction : mass fractions of the dry coating
    active_density, carbon_density, binder_density : [kg/m³], of the solids
    coated_density : [kg/m³], of the coating, pores included
    loading : [kg/m²], coating mass per area
    footprint : (x, y) [m], rounded to whole voxels
    voxel_size, foil_thickness : [m]; the foil is drawn in whole layers, at least one if not 0
    modes : sizes of the active particles, voids included; their shares sum to 1
    cbd_nanoporosity : pore share inside the carbon-binder domain
    roughness : height of the particles' surface irregularity (rms) over their radius
    roughness_length : [m], at which its correlation has fallen to 1/e; None for 0.3 of the
        smallest diameter. Shorter than two voxels it cannot be.
    sphericity : Wadell's, of the particles without their roughness
    void_fraction : closed voids inside the particles over the particles' volume
    void_size : [m], correlation length of the voids' places; their width is about this
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
    modes: tuple[Sizes, ...]
    cbd_nanoporosity: float = 0.5
    roughness: float = 0.05
    roughness_length: float | None = None
    sphericity: float = 1.0
    void_fraction: float = 0.0
    void_size: float = 1e-6

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
    def particle_share(self) -> float:
        """Volume share of the particles, their closed voids included, in the coating."""
        return self.active_share / (1.0 - self.void_fraction)

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
    if not LEAST_SPHERICITY <= recipe.sphericity <= 1.0:
        raise InputError(
            f"sphericity: expected {LEAST_SPHERICITY:g} … 1, found {recipe.sphericity:g}"
        )
    if not 0.0 <= recipe.void_fraction <= 0.3:
        raise InputError(f"void_fraction: expected 0 … 0.3, found {recipe.void_fraction:g}")
    filled = recipe.particle_share + recipe.domain_share
    if filled > 1.0:
        raise InputError(
            "cbd_nanoporosity: active material and carbon-binder domain would fill "
            f"{100 * filled:.0f} % of the coating; expected a lower nanoporosity or coated_density"
        )
    check_sizes_asked(recipe.modes)


def _check_positive(recipe: Recipe) -> None:
    names = ("active_density", "carbon_density", "binder_density", "coated_density", "loading")
    names += ("voxel_size", "void_size")
    names += () if recipe.roughness_length is None else ("roughness_length",)
    for name in names:
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
