"""Sections `materials.active_material` and `materials.cbd`: densities, stiffness and strength."""

from pydantic import Field

from scenarios.runner.schema.quantities import (
    Density,
    Modulus,
    NumberOrZero,
    PoissonRatio,
    PositiveNumber,
    PositiveShare,
    Pressure,
    Section,
    Share,
    bounded,
)


class ActiveMaterial(Section):
    """The active material; defaults for NMC622."""

    density: Density = Field("4.76 g/cm^3", description="Crystal density.")
    young_modulus: Modulus = Field("100 GPa", description="Young's modulus in contacts.")
    poisson_ratio: PoissonRatio = Field(0.25, description="Poisson ratio in contacts.")
    friction: NumberOrZero = Field(0.3, description="Coulomb friction coefficient.")
    restitution: PositiveShare = Field(
        0.5, description="Rebound speed over impact speed of two spheres; sets contact damping."
    )
    bond_modulus: Modulus = Field(
        "100 GPa", description="Young's modulus of the bonds between a particle's grains."
    )
    bond_poisson_ratio: PoissonRatio = Field(
        0.25, description="Poisson ratio of the bonds; sets their shear and twist stiffness."
    )
    bond_tensile_strength: Pressure = Field(
        "400 MPa",
        description="Tensile strength of a bond; a particle crushes at about half of it "
        "(2.48 F / pi d^2).",
    )
    bond_cohesion: Pressure = Field(
        "400 MPa", description="Shear strength of a bond without normal stress."
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
    contact_yield_pressure: Pressure = Field(
        "3 GPa",
        description="Mean pressure at which contacts flow, F <= 2 pi R p delta (assumed, not "
        "calibrated: a few GPa, below the hardness of the dense oxide).",
    )
    bond_yield_strength: Pressure | None = Field(
        None, description="Compressive stress at which bonds flow; left out, they stay elastic."
    )


class CarbonBinder(Section):
    """The carbon-binder domain (CBD): porous, soft and weak."""

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
        "(Song 2025) x (1 - nanoporosity)^2 (Gibson-Ashby, open cells).",
    )
    poisson_ratio: PoissonRatio = Field(0.3, description="Poisson ratio in contacts.")
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
    bond_tensile_strength: Pressure = Field(
        "6.8 MPa",
        description="Tensile strength of a bond. The domain is ductile: what it carries ends where "
        "it flows, so this is its yield strength.",
    )
    bond_cohesion: Pressure = Field(
        "3.9 MPa",
        description="Shear strength of a bond without normal stress: yield strength / sqrt(3).",
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
    contact_yield_pressure: Pressure = Field(
        "6.8 MPa",
        description="Mean pressure at which contacts flow: 19.36 MPa of the solid (Song 2025) x "
        "(1 - nanoporosity)^1.5 (Gibson-Ashby).",
    )
    bond_yield_strength: Pressure = Field(
        "6.8 MPa", description="Compressive stress at which bonds flow, as contacts do."
    )


class Materials(Section):
    """What the electrode is made of."""

    active_material: ActiveMaterial = Field(
        default_factory=ActiveMaterial, description="The active material."
    )
    cbd: CarbonBinder = Field(default_factory=CarbonBinder, description="The carbon-binder domain.")
