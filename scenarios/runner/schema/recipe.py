"""Section `electrode` of kind `recipe`: an electrode generated from its recipe."""

from typing import Literal

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
from scenarios.runner.schema.values import File


class SizeMode(Section):
    """One lognormal mode of the particle size distribution."""

    median_diameter: Length = Field(description="Median diameter of the mode by volume (D50).")
    spread: bounded(Share, at_most=1.0) = Field(
        0.0, description="Standard deviation of ln(diameter); 0 for equal particles."
    )
    mass_share: PositiveShare = Field(
        1.0, description="Share of the active material's mass in this mode; all modes make 1."
    )


class SizeClass(Section):
    """One class of a table of particle sizes."""

    diameter: Length = Field(description="Diameter in the middle of the class.")
    volume_share: Share = Field(
        description="Share of the particles' volume in this class; all classes make 1."
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
    size_modes: tuple[SizeMode, ...] = Field(
        (),
        description="Particle sizes of the active material, closed voids included: one lognormal "
        "mode an entry.",
    )
    size_table: tuple[SizeClass, ...] = Field(
        (),
        description="Particle sizes as a table of classes in ascending order, in place of "
        "size_modes; a class reaches half-way (in ln diameter) to its neighbours.",
    )
    size_file: File | None = Field(
        None,
        description="The table of sizes as a CSV file with the columns diameter_um and "
        "volume_share, in place of size_modes; relative to this file, or from --set to the "
        "working folder.",
    )
    sphericity: bounded(Share, at_least=0.85, at_most=1.0) = Field(
        1.0,
        description="Surface of the sphere of a particle's volume over the particle's own "
        "(Wadell), its roughness left out.",
    )
    roughness: bounded(Share, at_most=0.2) = Field(
        0.05, description="Irregularity of the particles' surface (rms height) over their radius."
    )
    roughness_length: Length | None = Field(
        None,
        description="Distance at which that irregularity's correlation has fallen to 1/e; left "
        "out, 0.3 of the smallest particle's diameter. No shorter than two voxels.",
    )
    void_fraction: bounded(Share, at_most=0.3) = Field(
        0.0,
        description="Closed voids inside the particles over the particles' volume, drawn as pore "
        "voxels: 1 - skeletal density / crystal density.",
    )
    void_size: Length = Field(
        "1 um", description="Width of those voids, about; no less than two voxels."
    )
    foil_thickness: LengthOrZero = Field(
        "2 um",
        description="Thickness of the foil as drawn below the coating; rigid unless "
        "decomposition.foil_grain_size is given.",
    )
