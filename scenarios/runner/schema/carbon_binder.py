"""Section `materials.cbd`: the carbon-binder domain, porous, soft, weak and softer when warm."""

from typing import Annotated

from pydantic import Field

from scenarios.runner.schema.quantities import (
    Density,
    EnergyDensityOrZero,
    Modulus,
    NumberOrZero,
    PoissonRatio,
    PositiveNumber,
    PositiveShare,
    Pressure,
    Section,
    Share,
    SurfaceEnergyOrZero,
    Temperature,
    Time,
    bounded,
)


class AtTemperature(Section):
    """What is left of the binder's stiffness and strength at a temperature."""

    temperature: Temperature = Field(description="Temperature of the rolls.")
    modulus_factor: PositiveNumber = Field(
        description="Moduli of contacts and bonds over those given."
    )
    yield_factor: PositiveNumber = Field(
        description="Yield pressure, yield strength and strengths of bonds over those given."
    )


_SOFTENING = [
    {"temperature": f"{temperature} degC", "modulus_factor": factor, "yield_factor": factor}
    for temperature, factor in ((25, 1.0), (50, 0.75), (80, 0.5), (100, 0.4), (120, 0.3))
]


class CarbonBinder(Section):
    """The carbon-binder domain (CBD): porous, soft and weak; values at 25 degC."""

    carbon_density: Density = Field("2.25 g/cm^3", description="Density of the carbon.")
    binder_density: Density = Field("1.77 g/cm^3", description="Density of the binder (PVdF).")
    solid_density: Density = Field(
        "1.935 g/cm^3",
        description="Density of the domain's solid in an imaged electrode; a recipe takes it from "
        "its fractions.",
    )
    nanoporosity: bounded(Share, below=1) = Field(
        0.5, description="Share of pores inside the domain as coated, below the voxel size."
    )
    minimum_nanoporosity: bounded(Share, below=1) = Field(
        0.15, description="Nanoporosity that pressing does not go below."
    )
    young_modulus: Modulus = Field(
        "0.26 GPa",
        description="Young's modulus of the porous domain in contacts: 1.05 GPa of the solid "
        "(Song 2025, table 3) x (1 - nanoporosity)^2 (Gibson-Ashby, open cells).",
    )
    poisson_ratio: PoissonRatio = Field(
        0.3, description="Poisson ratio in contacts (the solid's is 0.326: Song 2025, table 3)."
    )
    friction: NumberOrZero = Field(0.3, description="Coulomb friction coefficient.")
    restitution: PositiveShare = Field(
        0.2, description="Rebound speed over impact speed of two spheres; sets contact damping."
    )
    bond_modulus: Modulus = Field(
        "0.26 GPa", description="Young's modulus of the domain's bonds, as in contacts."
    )
    bond_poisson_ratio: PoissonRatio = Field(
        0.3, description="Poisson ratio of the bonds; sets their shear and twist stiffness."
    )
    bond_tensile_strength: Pressure | None = Field(
        None, description="Tensile strength of a bond; left out, it flows and never snaps."
    )
    bond_cohesion: Pressure | None = Field(
        None, description="Shear strength of a bond without normal stress; left out, it flows."
    )
    bond_internal_friction: NumberOrZero = Field(
        0.3, description="tan(phi) of the Mohr-Coulomb criterion: pressure adds to shear strength."
    )
    weibull_modulus: bounded(PositiveNumber, at_least=1) = Field(
        10.0, description="Weibull modulus of the bond strengths' scatter; higher scatters less."
    )
    bond_moment_share: Share = Field(
        0.0, description="Share of the bending and twisting stresses that counts towards breaking."
    )
    contact_yield_pressure: Pressure | None = Field(
        "13.6 MPa",
        description="Limiting pressure of contacts, twice the yield strength of 6.8 MPa of the "
        "porous domain: 19.36 MPa of the solid (Song 2025, table 3) x (1 - nanoporosity)^1.5 "
        "(Gibson-Ashby). Left out, contacts are elastic. It acts between grains: on the plate and "
        "on a rigid foil the domain lies flat, where its contacts do not yield.",
    )
    bond_yield_strength: Pressure | None = Field(
        "6.8 MPa", description="Stress at which bonds flow; left out, they stay elastic."
    )
    bond_failure_strain: PositiveNumber | None = Field(
        0.3,
        description="Plastic strain in tension and shear at which a bond breaks (assumed, between "
        "filled and pure PVdF); left out, at none.",
    )
    temperature_table: Annotated[tuple[AtTemperature, ...], Field(min_length=1)] = Field(
        _SOFTENING,
        description="Stiffness and strength at temperatures of the rolls, over those given; "
        "between them linear. Assumed: an unfilled PVdF's modulus and yield stress fall to about "
        "a half at 80 degC and to two fifths at 100 degC.",
    )
    bond_relaxation_time: Time | None = Field(
        None,
        description="Time in which a bond's elastic strain falls to 1/e, on the machine's "
        "clock (mechanics.process_clock); left out, it does not relax.",
    )
    cohesion_energy_density: EnergyDensityOrZero = Field(
        "0 J/m^3", description="Attraction of its contacts by area, for mechanics.contact.cohesion."
    )
    surface_energy: SurfaceEnergyOrZero = Field(
        "0 J/m^2", description="Work of adhesion of its surfaces, for mechanics.contact.normal jkr."
    )
    rolling_friction: NumberOrZero = Field(
        0.0, description="Coefficient of rolling resistance, for mechanics.contact.rolling."
    )
