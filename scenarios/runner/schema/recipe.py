"""Section `electrode` of kind `recipe`: an electrode generated from its recipe."""

from typing import Annotated, Literal

from pydantic import Field

from scenarios.runner.schema.quantities import (
    ArealMass,
    Density,
    Length,
    LengthOrZero,
    PositiveShare,
    Section,
    Share,
    bounded,
)


class SizeMode(Section):
    """One lognormal mode of the particle size distribution."""

    median_diameter: Length = Field(description="Median diameter of the mode by volume (D50).")
    spread: bounded(Share, at_most=1.0) = Field(
        0.0, description="Standard deviation of ln(diameter); 0 for equal particles."
    )
    mass_share: PositiveShare = Field(
        1.0, description="Share of the active material's mass in this mode; all modes make 1."
    )


class Recipe(Section):
    """An electrode that is generated from what the coating was mixed of."""

    kind: Literal["recipe"] = Field(description="A generated electrode.")
    active_material_fraction: PositiveShare = Field(
        0.96, description="Active material's share of the coating's mass."
    )
    carbon_fraction: Share = Field(0.02, description="Carbon's share of the coating's mass.")
    binder_fraction: Share = Field(0.02, description="Binder's share of the coating's mass.")
    loading: ArealMass = Field(description="Mass of the dry coating per area, on one side.")
    coated_density: Density = Field(
        description="Density of the dry coating before calendering: mass / (area x thickness)."
    )
    footprint: tuple[Length, Length] = Field(
        description="In-plane size of the piece that is generated (x, y), whole voxels; periodic."
    )
    voxel_size: Length = Field(description="Edge of a voxel of the generated volume.")
    size_modes: Annotated[tuple[SizeMode, ...], Field(min_length=1)] = Field(
        description="Particle sizes of the active material, one lognormal mode an entry."
    )
    roughness: bounded(Share, at_most=0.2) = Field(
        0.05, description="Irregularity of the particles' surface (rms height) over their radius."
    )
    foil_thickness: LengthOrZero = Field(
        "2 um", description="Thickness of the foil as drawn below the coating; it does not deform."
    )
