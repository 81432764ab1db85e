"""Section `electrode` of kind `table`: an imaged electrode of which a particle table is left."""

from typing import Annotated, Literal

from pydantic import Field

from scenarios.runner.schema.quantities import (
    Length,
    LengthOrZero,
    Section,
    Share,
    Text,
    bounded,
)
from scenarios.runner.schema.values import CropBound, File

Column = Literal[
    "id", "volume", "xmin", "ymin", "zmin", "xmax", "ymax", "zmax", "xcentre", "ycentre", "zcentre"
]


class Table(Section):
    """A table of an electrode's particles; each is rebuilt as an ellipsoid of its volume."""

    kind: Literal["table"] = Field(description="An electrode rebuilt from its particle table.")
    table: File = Field(
        description="CSV file, a particle a row: id, volume, bounding box, centroid; relative to "
        "this file, or from --set to the working folder."
    )
    unit: Length = Field(
        description="Length that 1 stands for in the table: the edge of its voxels, or "
        '"1 um" where it is written in micrometres; its volumes are in the cube of it.'
    )
    bounds: Literal["voxels", "edges"] = Field(
        "voxels",
        description="What the bounding boxes name: their first and last voxel, or their edges (as "
        "lengths do, and ranges of voxels whose end is not inside).",
    )
    delimiter: Literal[",", ";", "\t"] = Field(",", description="What stands between two cells.")
    columns: dict[Column, Text] = Field(
        {},
        description="Header of each column that the file names otherwise than id (or value), "
        "volume, xmin … zmax, xCenter … zCenter.",
    )
    voxel_size: Length | None = Field(
        None, description="Edge of a voxel of the rebuilt volume; left out, the table's unit."
    )
    smallest: LengthOrZero = Field(
        "3 um", description="Particles of a smaller equivalent diameter are left out as specks."
    )
    crop: Annotated[tuple[tuple[CropBound, CropBound], ...], Field(max_length=3)] = Field(
        (),
        description="[from, to] along z, y and x of the table, in lengths or whole units of the "
        "table; empty for all of it.",
    )
    trim: bounded(Share, below=1) = Field(
        0.5,
        description="The electrode begins and ends at the first and last layer that is at least "
        "this full of active material, relative to its median layer.",
    )
    collector_side: Literal["zmin", "zmax"] = Field(
        "zmin", description="End of the table's z axis at which the collector lies."
    )
    foil_thickness: LengthOrZero = Field(
        "2 um",
        description="Thickness of the foil as drawn below the coating; rigid unless "
        "decomposition.foil_grain_size is given.",
    )

    @property
    def crop_in_metres(self) -> tuple[tuple[float, float], ...] | None:
        """Ranges along z, y and x [m]; None where all of the table is taken."""
        if not self.crop:
            return None
        return tuple((self._metres(start), self._metres(stop)) for start, stop in self.crop)

    def _metres(self, bound: int | float) -> float:
        return bound * self.unit if isinstance(bound, int) else bound
