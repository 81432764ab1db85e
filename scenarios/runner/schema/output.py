"""Section `output`: what a run writes beside its tables."""

from typing import Literal

from pydantic import Field

from scenarios.runner.schema.quantities import Section, Switch


class Output(Section):
    """What a run writes beside its tables."""

    pictures: Switch = Field(True, description="Render 3-D pictures into the report.")
    vtk: Switch = Field(True, description="Write grains, bonds and volumes for ParaView.")
    formats: tuple[Literal["tif", "vti", "h5", "nrrd"], ...] = Field(
        ("tif",),
        description="Formats of the label volumes; the TIFF is always written, and a VTI with vtk.",
    )
    surfaces: Literal["none", "stl", "ply"] = Field(
        "none",
        description="Smooth closed surfaces of the active particles, in µm: one file with all of "
        "each state, and one a particle.",
    )
