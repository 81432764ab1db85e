"""Section `decomposition`: how particles are divided into grains."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from scenarios.runner.schema.quantities import (
    Integer,
    Length,
    LengthOrZero,
    PositiveShare,
    Section,
    Share,
    bounded,
    refusal,
)


class Decomposition(Section):
    """How particles are divided into grains that are bonded to each other."""

    grain_size: Length = Field(
        "1.5 um", description="Width of an active-material grain; cracks run between grains."
    )
    primary_particle_size: Length | None = Field(
        None,
        description="Width of the primary particles: the grains then are the primary particles, "
        "as far as voxels resolve them, and take this size in place of grain_size.",
    )
    cbd_grain_size: Length = Field(
        "1.5 um", description="Width of a grain of the carbon-binder domain."
    )
    foil_grain_size: Length | None = Field(
        None,
        description="Width of a grain of the collector foil, which particles then emboss; left "
        "out, the foil is a rigid plane.",
    )
    foil_depth: Length | None = Field(
        None,
        description="Depth below the coated face down to which the foil is made of grains; what "
        "lies deeper is rigid. Left out, all of the foil deforms.",
    )
    contact_radius_factor: bounded(PositiveShare, at_least=0.5, at_most=1.2) = Field(
        0.85,
        description="Contact radius over the radius of the grain's volume; 0.85 lets pressed "
        "particles close without a mean gap.",
    )
    minimum_grains: Annotated[Integer, Field(ge=2, le=1000)] = Field(
        27,
        description="Least number of grains of a breakable particle; a particle whose voxels "
        "cannot hold so many stays one grain.",
    )
    small_particles: Literal["smaller_grains", "single_grain"] = Field(
        "smaller_grains",
        description="What becomes of particles too small for minimum_grains of the wanted size: "
        "smaller grains, or a single grain that cannot break.",
    )
    neck: bounded(Share, below=1) = Field(
        0.1,
        description="Touching particles are split at necks whose inscribed radius is smaller by "
        "this share than that of the thinner of the two.",
    )
    merge_below: LengthOrZero = Field(
        "2 um", description="Touching specks under this size join their neighbour."
    )
    single_grain_below: LengthOrZero = Field(
        "3 um", description="A particle smaller than this is one unbreakable grain."
    )

    @model_validator(mode="before")
    @classmethod
    def _grains_are_primary_particles(cls, given: Any) -> Any:
        if isinstance(given, dict) and given.get("primary_particle_size") is not None:
            return {"grain_size": given["primary_particle_size"], **given}
        return given

    @model_validator(mode="after")
    def _one_grain_size(self) -> "Decomposition":
        primary = self.primary_particle_size
        if primary is not None and abs(primary - self.grain_size) > 1e-6 * primary:
            raise refusal(
                f"grain_size = {1e6 * self.grain_size:g} um and primary_particle_size = "
                f"{1e6 * primary:g} um",
                "grains that are the primary particles have their size",
                "one of the two keys, or the same size in both",
            )
        return self
