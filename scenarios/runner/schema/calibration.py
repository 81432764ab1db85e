"""The calibration file: what a particle's material is to reproduce, and on which particles."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from scenarios.runner.schema.decomposition import Decomposition
from scenarios.runner.schema.materials import ActiveMaterial
from scenarios.runner.schema.process import Mechanics
from scenarios.runner.schema.quantities import (
    Integer,
    Length,
    Modulus,
    PositiveShare,
    Pressure,
    Section,
    Switch,
    Text,
    bounded,
    refusal,
)


class CalibrationHeading(Section):
    """What the material is called; names the materials file."""

    name: Annotated[Text, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=80)] = Field(
        description="Name of the material; names folder and materials file. By default the file's."
    )
    description: Text = Field("", description="One sentence on the material.")
    versions: dict[str, str] = Field(
        {}, description="Versions that it was calibrated with; written by the program, not read."
    )


class Targets(Section):
    """What single particles have shown; uncertainties are halves of the ranges it is known in."""

    particle_modulus: Modulus = Field(description="Young's modulus that the particle is to have.")
    particle_modulus_uncertainty: Modulus | None = Field(None, description="Its uncertainty.")
    modulus_of: Literal["material", "whole_particle"] = Field(
        "material",
        description="material: of the particle's inside, and of its contacts. whole_particle: of "
        "the sphere that would carry the platens' force by Hertz's law at half the crush force.",
    )
    crush_strength: Pressure = Field(
        description="Nominal stress 2.48 F/(pi d^2) at which a particle crushes."
    )
    crush_strength_uncertainty: Pressure | None = Field(None, description="Its uncertainty.")
    reference_diameter: Length = Field(
        "10 um", description="Diameter of the particles that have shown this."
    )
    contact_yield_from: Literal["secant_modulus", "hardness"] = Field(
        "secant_modulus",
        description="secant_modulus: from how far the platens have flattened the poles at the "
        "crush. hardness: twice the given hardness, the fully plastic limit 2 pi R delta H.",
    )
    secant_modulus: Modulus | None = Field(
        None, description="Nominal stress over the closing of the platens at the crush."
    )
    secant_modulus_uncertainty: Modulus | None = Field(None, description="Its uncertainty.")
    hardness: Modulus | None = Field(None, description="Indentation hardness of the material.")
    hardness_uncertainty: Modulus | None = Field(None, description="Its uncertainty.")
    sources: tuple[Text, ...] = Field((), description="Where these figures were published.")

    @model_validator(mode="after")
    def _has_what_fixes_the_yield(self) -> "Targets":
        if self.modulus_of == "whole_particle" and self.contact_yield_from != "hardness":
            raise refusal(
                self.contact_yield_from,
                "modulus_of = whole_particle and contact_yield_from = secant_modulus are two "
                "readings of one curve",
                'contact_yield_from = "hardness"',
            )
        if getattr(self, self.contact_yield_from) is None:
            raise refusal(
                self.contact_yield_from,
                f"contact_yield_from asks for target.{self.contact_yield_from}, which is missing",
                "that figure, or the other choice",
            )
        return self


class Crushed(Section):
    """The particles that are crushed between platens."""

    diameters: Annotated[tuple[Length, ...], Field(min_length=1, max_length=20)] = Field(
        ("5 um", "8 um", "14 um"), description="Diameters of the particles."
    )
    seeds: Annotated[Integer, Field(ge=1, le=100)] = Field(
        4, description="Particles of each diameter: divisions into grains, draws of bond strengths."
    )
    first_seed: Annotated[Integer, Field(ge=0, lt=2**62)] = Field(
        1, description="Seed of the first of them."
    )
    voxels_per_grain: Annotated[Integer, Field(ge=3, le=20)] = Field(
        4, description="Voxels across a grain that the particles are drawn with."
    )

    @model_validator(mode="after")
    def _enough_for_a_spread(self) -> "Crushed":
        if len(self.diameters) * self.seeds < 3:
            raise refusal(
                f"{len(self.diameters)} diameters and {self.seeds} seeds",
                "they show no spread",
                "at least three particles",
            )
        return self


class Fit(Section):
    """How the fit goes on and where it ends."""

    tolerance: bounded(PositiveShare, at_most=0.2) = Field(
        0.02, description="Relative error of the reached figures."
    )
    most_rounds: Annotated[Integer, Field(ge=1, le=50)] = Field(
        10, description="Rounds of crushing after which the fit gives up."
    )
    crush_strain: bounded(PositiveShare, at_most=0.5) = Field(
        0.3, description="Platens close no further than this share of the diameter."
    )
    drop: bounded(PositiveShare, at_most=0.95) = Field(
        0.5,
        description="A particle is crushed when it is cracked and carries less than this share of "
        "the largest force.",
    )
    prove_quasi_static: Switch = Field(
        True, description="Crush once more at half the speed and say how far the figures change."
    )


class Calibration(Section):
    """Everything that a calibration does."""

    calibration: CalibrationHeading = Field(description="Name and description.")
    target: Targets = Field(description="What the material is to reproduce.")
    particles: Crushed = Field(
        default_factory=Crushed, description="The particles that are crushed."
    )
    material: ActiveMaterial = Field(
        default_factory=ActiveMaterial,
        description="What is not fitted: friction, scatter, the ratio of cohesion to strength …",
    )
    decomposition: Decomposition = Field(
        default_factory=Decomposition, description="How particles are divided into grains."
    )
    mechanics: Mechanics = Field(
        default_factory=Mechanics, description="How the quasi-static motion is integrated."
    )
    fit: Fit = Field(default_factory=Fit, description="How the fit goes on and ends.")
