"""Section `electrode`: where the electrode comes from."""

from typing import Annotated, Literal

from pydantic import Field

from scenarios.runner.schema.quantities import (
    ArealMass,
    Density,
    Integer,
    Length,
    LengthOrZero,
    PositiveShare,
    Section,
    Share,
    Switch,
    Text,
    bounded,
)
from scenarios.runner.schema.values import CropBound, File

Phase = Literal["pore", "active_material", "cbd", "collector", "crack"]


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


class Image(Section):
    """An electrode that was imaged and segmented: a volume of labels."""

    kind: Literal["image"] = Field(description="An imaged electrode.")
    image: File = Field(
        description="Label volume (TIFF stack); relative to this file, or from --set to the "
        "working folder."
    )
    voxel_size: Length | None = Field(
        None, description="Edge of a voxel of the file; may be left out where the file records it."
    )
    axis_order: Annotated[Text, Field(pattern="^(-?[xyz]){3}$")] = Field(
        "zyx",
        description="What the file's axes are; z is through-plane from the collector up, and "
        "'-z' turns it around.",
    )
    labels: dict[Phase, Integer] = Field(
        {"pore": 0, "active_material": 1, "cbd": 2, "collector": 3, "crack": 4},
        description="Value of each phase in the file; a table that is given replaces all of it.",
    )
    crop: Annotated[tuple[tuple[CropBound, CropBound], ...], Field(max_length=3)] = Field(
        (),
        description="[from, to] along z, y and x, in lengths or whole voxels of the file; empty "
        "for all of it.",
    )
    coarsening: Annotated[Integer, Field(ge=1, le=16)] = Field(
        1, description="Edge of the blocks of voxels that are merged into one, by majority."
    )
    split: Switch = Field(
        True, description="Split touching particles; else what touches is one particle."
    )
    sides: Literal["symmetric", "periodic"] = Field(
        "symmetric",
        description="In-plane boundary: frictionless symmetry planes, or periodic for a volume "
        "that was generated so.",
    )

    @property
    def crop_in_voxels(self) -> tuple[tuple[int, int], ...] | None:
        """Half-open voxel ranges along z, y and x; None where all of the file is taken."""
        if not self.crop:
            return None
        return tuple((self._voxels(start), self._voxels(stop)) for start, stop in self.crop)

    def _voxels(self, bound: int | float) -> int:
        if isinstance(bound, int):
            return bound
        return round(bound / self.voxel_size) if self.voxel_size else 0


class Particle(Section):
    """One spherical particle of active material between two platens, to be crushed."""

    kind: Literal["particle"] = Field(description="A single particle.")
    diameter: Length = Field("10 um", description="Diameter of the particle.")
    voxel_size: Length = Field("0.4 um", description="Edge of the voxels that it is drawn with.")


Electrode = Annotated[Recipe | Image | Particle, Field(discriminator="kind")]
