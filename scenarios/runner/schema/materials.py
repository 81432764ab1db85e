"""Section `materials`: densities, stiffness and strength of coating and collector."""

from typing import Literal

from pydantic import Field

from scenarios.runner.schema.carbon_binder import CarbonBinder
from scenarios.runner.schema.quantities import (
    Density,
    EnergyDensityOrZero,
    Length,
    Modulus,
    NumberOrZero,
    PoissonRatio,
    PositiveNumber,
    PositiveShare,
    Pressure,
    Section,
    Share,
    SurfaceEnergyOrZero,
    Text,
    bounded,
)

Phase = Literal["active_material", "cbd", "collector"]


class ActiveMaterial(Section):
    """The active material; defaults for NMC622, calibrated (scenarios/materials/nmc622.toml)."""

    density: Density = Field("4.76 g/cm^3", description="Crystal density.")
    young_modulus: Modulus = Field("142.5 GPa", description="Young's modulus in contacts.")
    poisson_ratio: PoissonRatio = Field(0.25, description="Poisson ratio in contacts.")
    friction: NumberOrZero = Field(0.3, description="Coulomb friction coefficient.")
    restitution: PositiveShare = Field(
        0.5, description="Rebound speed over impact speed of two spheres; sets contact damping."
    )
    bond_modulus: Modulus = Field(
        "203 GPa", description="Young's modulus of the bonds between a particle's grains."
    )
    bond_poisson_ratio: PoissonRatio = Field(
        0.25, description="Poisson ratio of the bonds; sets their shear and twist stiffness."
    )
    bond_tensile_strength: Pressure = Field(
        "261 MPa",
        description="Tensile strength of a bond; a particle crushes at about half of it "
        "(2.48 F / pi d^2).",
    )
    bond_cohesion: Pressure = Field(
        "261 MPa", description="Shear strength of a bond without normal stress."
    )
    bond_internal_friction: NumberOrZero = Field(
        0.3, description="tan(phi) of the Mohr-Coulomb criterion: pressure adds to shear strength."
    )
    weibull_modulus: bounded(PositiveNumber, at_least=1) = Field(
        10.0, description="Weibull modulus of the bond strengths' scatter; higher scatters less."
    )
    reference_face_diameter: Length | None = Field(
        None,
        description="Diameter of the disk whose bonds have the mean strengths; faces of area A "
        "scale by (A0/A)^(1/weibull_modulus). Left out, strength does not depend on area.",
    )
    particle_weibull_modulus: bounded(PositiveNumber, at_least=1) | None = Field(
        None,
        description="Weibull modulus of the scatter from particle to particle, common to all bonds "
        "of one, beside that from bond to bond. Left out, there is none.",
    )
    reference_particle_diameter: Length | None = Field(
        None,
        description="Diameter of the particles of mean strength; others of volume V scale by "
        "(V0/V)^(1/particle_weibull_modulus): large ones are weaker. Left out, size has no effect.",
    )
    bond_moment_share: Share = Field(
        0.0, description="Share of the bending and twisting stresses that counts towards breaking."
    )
    contact_yield_pressure: Pressure | None = Field(
        "12900 MPa",
        description="Limiting pressure p of contacts: loading grows by pi p R delta (Thornton & "
        "Ning), twice the hardness of a flattened contact 2 pi R delta. Calibrated to how far "
        "platens flatten a particle. Left out, contacts are elastic.",
    )
    bond_yield_strength: Pressure | None = Field(
        None, description="Stress at which bonds flow; left out, they stay elastic."
    )
    bond_failure_strain: PositiveNumber | None = Field(
        None, description="Plastic strain at which a flowing bond breaks; left out, at none."
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


class Collector(Section):
    """The current collector where it is made of grains; defaults for hard-rolled aluminium."""

    density: Density = Field("2.70 g/cm^3", description="Density.")
    young_modulus: Modulus = Field(
        "69 GPa", description="Young's modulus in contacts (aluminium, Song 2025)."
    )
    poisson_ratio: PoissonRatio = Field(0.33, description="Poisson ratio in contacts.")
    friction: NumberOrZero = Field(0.3, description="Coulomb friction coefficient.")
    restitution: PositiveShare = Field(
        0.5, description="Rebound speed over impact speed of two spheres; sets contact damping."
    )
    bond_modulus: Modulus = Field(
        "90 GPa",
        description="Young's modulus of the bonds between the foil's grains; the foil they make "
        "has 0.77 of it, aluminium's 69 GPa.",
    )
    bond_poisson_ratio: PoissonRatio = Field(
        0.33, description="Poisson ratio of the bonds; sets their shear and twist stiffness."
    )
    bond_tensile_strength: Pressure | None = Field(
        None, description="Tensile strength of a bond; left out, it flows and never snaps."
    )
    bond_cohesion: Pressure | None = Field(
        None, description="Shear strength of a bond without normal stress; left out, it flows."
    )
    bond_internal_friction: NumberOrZero = Field(
        0.0, description="tan(phi) of the Mohr-Coulomb criterion: pressure adds to shear strength."
    )
    weibull_modulus: bounded(PositiveNumber, at_least=1) = Field(
        10.0, description="Weibull modulus of the bond strengths' scatter; higher scatters less."
    )
    bond_moment_share: Share = Field(
        0.0, description="Share of the bending and twisting stresses that counts towards breaking."
    )
    contact_yield_pressure: Pressure | None = Field(
        None,
        description="Limiting pressure of contacts. Left out, that of what touches the foil holds: "
        "the foil's hardness, three to four times its yield strength, comes of its bonds, and a "
        "limit here would count it twice.",
    )
    bond_yield_strength: Pressure | None = Field(
        "140 MPa",
        description="Stress, beyond the pressure around it, at which a bond flows; the foil they "
        "make flows at 1.97 of it, at 276 MPa (Song 2025).",
    )
    bond_failure_strain: PositiveNumber | None = Field(
        None, description="Plastic strain at which a flowing bond breaks; left out, at none."
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


class PairOfMaterials(Section):
    """Contact properties of two materials that do not follow from theirs."""

    between: tuple[Phase, Phase] = Field(description="The two materials.")
    friction: NumberOrZero | None = Field(None, description="Coulomb friction coefficient.")
    restitution: PositiveShare | None = Field(None, description="Rebound over impact speed.")
    contact_yield_pressure: Pressure | None = Field(None, description="Limiting pressure.")
    cohesion_energy_density: EnergyDensityOrZero | None = Field(
        None, description="Attraction by area."
    )
    surface_energy: SurfaceEnergyOrZero | None = Field(None, description="Work of adhesion.")
    rolling_friction: NumberOrZero | None = Field(None, description="Rolling resistance.")


class Materials(Section):
    """What the electrode is made of."""

    file: Text | None = Field(
        None,
        description="Materials file that calendem calibrate wrote, relative to this file (from "
        "--set: to the working folder), or the name of a bundled one: the active material that is "
        "taken up; keys that stand beside it win.",
    )
    taken_from: Text | None = Field(
        None, description="File that was taken up; written by the run, not read."
    )

    active_material: ActiveMaterial = Field(
        default_factory=ActiveMaterial, description="The active material."
    )
    cbd: CarbonBinder = Field(default_factory=CarbonBinder, description="The carbon-binder domain.")
    collector: Collector = Field(
        default_factory=Collector,
        description="The current collector, where decomposition.foil_grain_size has it deform.",
    )
    pairs: tuple[PairOfMaterials, ...] = Field(
        (), description="Pairs of materials with contact properties of their own."
    )
