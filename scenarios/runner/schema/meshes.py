"""Section `electrode` of kind `meshes`: particles as closed surfaces."""

from typing import Annotated, Literal

from pydantic import Field

from scenarios.runner.schema.quantities import (
    Length,
    LengthOrZero,
    Quantity,
    Section,
    Share,
    Switch,
)
from scenarios.runner.schema.values import File

Place = Annotated[float, Quantity("length")]
UNITS = {"m": 1.0, "mm": 1e-3, "um": 1e-6, "nm": 1e-9}
"""[m] that one unit of a mesh file stands for, by the unit's name."""


class Meshes(Section):
    """An electrode whose particles are closed surfaces (STL, OBJ or PLY)."""

    kind: Literal["meshes"] = Field(description="Particles as meshes.")
    meshes: File = Field(
        description="A file of one or many bodies, or a folder with one body a file; relative to "
        "this file, or from --set to the working folder."
    )
    unit: Literal["m", "mm", "um", "nm"] = Field(
        "um", description="Unit of the coordinates in the files; mesh files record none."
    )
    voxel_size: Length = Field(description="Edge of the voxels that the bodies are drawn with.")
    box: tuple[Length, Length] | None = Field(
        None,
        description="In-plane size of the electrode (x, y), whole voxels; left out, the bounds of "
        "the meshes.",
    )
    origin: tuple[Place, Place, Place] | None = Field(
        None,
        description="Corner (x, y, z) of that box on the collector's face; left out, 0, 0, 0 with "
        "a box and else the lowest corner of the meshes' bounds.",
    )
    thickness: Length | None = Field(
        None, description="Thickness of the coating; left out, up to the highest voxel."
    )
    foil_thickness: LengthOrZero = Field(
        "0 um", description="Thickness of the foil that is drawn below the coating."
    )
    sides: Literal["symmetric", "periodic"] = Field(
        "symmetric",
        description="In-plane boundary: frictionless symmetry planes, which cut bodies, or "
        "periodic, where a body that reaches beyond the box comes in again; this needs the box.",
    )
    overlap_limit: Share = Field(
        0.05,
        description="Share of a body's voxels that lie in another too, up to which they are shared "
        "out between the two; beyond, the meshes are refused.",
    )
    repair: Switch = Field(
        False,
        description="Mend bodies that are open, inside out or cross themselves, and say what was "
        "done, instead of refusing them.",
    )
