"""Section `decomposition`: how particles are divided into grains."""

from typing import Annotated

from pydantic import Field

from scenarios.runner.schema.quantities import (
    Integer,
    Length,
    LengthOrZero,
    PositiveShare,
    Section,
    Share,
    bounded,
)


class Decomposition(Section):
    """How particles are divided into grains that are bonded to each other."""

    grain_size: Length = Field(
        "1.5 um", description="Width of an active-material grain; cracks run between grains."
    )
    cbd_grain_size: Length = Field(
        "1.5 um", description="Width of a grain of the carbon-binder domain."
    )
    contact_radius_factor: bounded(PositiveShare, at_least=0.5, at_most=1.2) = Field(
        0.85,
        description="Contact radius over the radius of the grain's volume; 0.85 lets pressed "
        "particles close without a mean gap.",
    )
    minimum_grains: Annotated[Integer, Field(ge=2, le=1000)] = Field(
        27,
        description="Least number of grains of a breakable particle, smaller ones if need be.",
    )
    neck: bounded(Share, below=1) = Field(
        0.15,
        description="Touching particles are split at necks narrower by this share than the "
        "thinner of the two.",
    )
    merge_below: LengthOrZero = Field(
        "2 um", description="Touching specks under this size join their neighbour."
    )
    single_grain_below: LengthOrZero = Field(
        "3 um", description="A particle smaller than this is one unbreakable grain."
    )
