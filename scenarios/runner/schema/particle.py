"""Section `electrode` of kind `particle`: a single particle between platens."""

from typing import Literal

from pydantic import Field

from scenarios.runner.schema.quantities import (
    Length,
    Section,
)


class Particle(Section):
    """One spherical particle of active material between two platens, to be crushed."""

    kind: Literal["particle"] = Field(description="A single particle.")
    diameter: Length = Field("10 um", description="Diameter of the particle.")
    voxel_size: Length = Field("0.4 um", description="Edge of the voxels that it is drawn with.")
