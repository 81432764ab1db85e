"""Porosities that mercury shows, with crystal, skeletal and apparent density."""

from dataclasses import dataclass

from electrochem.structure.intrusion import Intrusion
from electrochem.structure.phase_fractions import phase_fractions, porosity
from voxelize.volume import ACTIVE_MATERIAL, Volume

FILLING_DIAMETER = 13e-6
"""Wider places are filled before the measurement and count as outside (Beuse et al. 2021, 2)."""


@dataclass(frozen=True)
class MercuryPorosities:
    """Porosities of Beuse et al., Batteries 7 (2021) 70, eqs 1–3, from one simulated intrusion.

    total : 1 − ρ_bulk/ρ_xtal by the gauge, the coating between its two planes (eq. 1)
    crystal, skeletal, apparent : v/(v + 1/ρ), v the mercury per mass, with that density (eq. 3)
    closed : 1 − ρ_skel/ρ_xtal, voids that helium does not reach, of the volume of the solid
    bulk_density, crystal_density, skeletal_density, apparent_density : [kg/m³]
    mercury_per_mass : v [m³/kg]
    """

    total: float
    crystal: float
    skeletal: float
    apparent: float
    closed: float
    bulk_density: float
    crystal_density: float
    skeletal_density: float
    apparent_density: float
    mercury_per_mass: float


def mercury_porosities(
    volume: Volume,
    curve: Intrusion,
    am_density: float,
    cbd_solid_density: float,
    am_crystal_density: float | None = None,
    filling_diameter: float = FILLING_DIAMETER,
    below_voxel: bool = True,
) -> MercuryPorosities:
    """Porosities as a porosimeter and a helium pycnometer would give them for this volume.

    Helium reaches all pores that any way leads to, the domain's included; mercury those that its
    curve says, and with `below_voxel` the pores below the voxels too, which 400 MPa (3.7 nm) open.

    curve : of `intrusion` on the same volume
    am_density : mass of the active material over the volume of its voxels [kg/m³]
    cbd_solid_density : of the domain's solid [kg/m³]
    am_crystal_density : [kg/m³], where its voxels hold voids of their own; else am_density
    filling_diameter : [m], of the widest pores that count as the coating's
    """
    share = phase_fractions(volume)
    solid_binder = 1.0 - share[ACTIVE_MATERIAL] - porosity(volume)
    mass_am = am_density * share[ACTIVE_MATERIAL]
    mass = mass_am + cbd_solid_density * solid_binder
    crystal_density = mass / (mass_am / (am_crystal_density or am_density) + solid_binder)
    reached = float(curve.intruded[-1]) + curve.below_voxel
    skeletal_density = mass / (1.0 - reached)

    before = curve.intruded[curve.diameter > filling_diameter]
    filled = float(before[-1]) if len(before) else 0.0
    mercury = float(curve.intruded[-1]) - filled + (curve.below_voxel if below_voxel else 0.0)
    bulk = 1.0 - filled
    per_mass = mercury / mass
    apparent_density = mass / (bulk - mercury)
    crystal, skeletal, apparent = (
        float(per_mass / (per_mass + 1.0 / density))
        for density in (crystal_density, skeletal_density, apparent_density)
    )
    return MercuryPorosities(
        total=float(1.0 - mass / crystal_density),
        crystal=crystal,
        skeletal=skeletal,
        apparent=apparent,
        closed=float(1.0 - skeletal_density / crystal_density),
        bulk_density=float(mass / bulk),
        crystal_density=float(crystal_density),
        skeletal_density=float(skeletal_density),
        apparent_density=float(apparent_density),
        mercury_per_mass=float(per_mass),
    )
