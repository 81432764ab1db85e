"""Section `strip`: a strip of web under a real roll."""

from typing import Annotated

from pydantic import Field

from scenarios.runner.schema.quantities import (
    Integer,
    NumberOrZero,
    PositiveNumber,
    Section,
    Share,
    bounded,
)
from scenarios.runner.schema.values import TargetValue


class Strip(Section):
    """A strip of copies of the electrode, coated on both sides, that passes between two rolls."""

    roll_radius: bounded(PositiveNumber, at_least=5, at_most=1000) = Field(
        20.0, description="Radius of the rolls, over the coating's thickness."
    )
    gap: TargetValue = Field(
        "3.0 g/cm^3",
        description="What the coating is pressed to in the line of the roll centres, under load: "
        "a density, a thickness or a porosity.",
    )
    roll_friction: NumberOrZero = Field(
        0.2, description="Coulomb friction between the grains and the roll."
    )
    foil_friction: NumberOrZero = Field(
        0.5, description="Coulomb friction between the grains and the foil, which does not stretch."
    )
    slip: bounded(Share, at_most=0.1) | None = Field(
        None,
        description="Speed of the roll's surface over the web's, less 1; by default that at which "
        "surface and coating go equally far along the contact.",
    )
    further_copies: Annotated[Integer, Field(ge=0, le=100)] = Field(
        0,
        description="Copies of the electrode beyond those that make one free of the strip's ends: "
        "a longer steady part.",
    )
