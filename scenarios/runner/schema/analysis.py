"""Section `analysis`: what the structure conducts, and how much of that is solved for."""

from pydantic import Field

from scenarios.runner.schema.quantities import (
    Conductivity,
    ContactResistanceOrZero,
    OpenShare,
    Section,
    Switch,
    ThermalConductivity,
    bounded,
)


class ContactResistance(Section):
    """Resistances of electronic contacts times their area, that of the voxels' faces."""

    particles: ContactResistanceOrZero = Field(
        "0 ohm*cm^2", description="Between two active particles, where the volume tells them apart."
    )
    binder: ContactResistanceOrZero = Field(
        "0 ohm*cm^2", description="Between active material and carbon-binder domain."
    )
    collector: ContactResistanceOrZero = Field(
        "0 ohm*cm^2", description="Of either on the collector, its dents included."
    )


class HeatConductivity(Section):
    """Thermal conductivities of the phases."""

    pore: ThermalConductivity = Field(description="Of what fills the pores and cracks.")
    active_material: ThermalConductivity = Field(description="Of the active material.")
    cbd: ThermalConductivity = Field(
        description="Of the carbon-binder domain with its nanopores filled."
    )


class Analysis(Section):
    """Transport through the structure."""

    am_conductivity: Conductivity = Field(
        "0.1 S/m",
        description="Electronic conductivity of the active material (placeholder: no open source "
        "was found for NMC622).",
    )
    cbd_conductivity: Conductivity = Field(
        "375 S/m",
        description="Electronic conductivity of the carbon-binder domain (Song 2025, table 3).",
    )
    contact_resistance: ContactResistance = Field(
        default_factory=ContactResistance, description="Resistances of electronic contacts."
    )
    thermal_conductivity: HeatConductivity | None = Field(
        None,
        description="Of the phases; with it `calendem analyse` solves for the effective one, too.",
    )
    tolerance: bounded(OpenShare, at_least=1e-10, below=0.1) = Field(
        1e-4, description="Relative error of the solved effective transport figures."
    )
    tensor: Switch = Field(
        False, description="`calendem analyse`: solve along y and x, too, for the full tensors."
    )
    richardson: Switch = Field(
        False,
        description="`calendem analyse`: solve at half the resolution, too, and extrapolate.",
    )
    fields: Switch = Field(
        False, description="`calendem analyse`: write potentials and fluxes for ParaView."
    )
