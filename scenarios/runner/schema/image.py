"""Section `electrode` of kind `image`: an electrode that was imaged and segmented."""

from typing import Annotated, Literal

from pydantic import Field

from scenarios.runner.schema.quantities import (
    Integer,
    Length,
    Section,
    Switch,
    Text,
)
from scenarios.runner.schema.values import CropBound, File

Phase = Literal["pore", "active_material", "cbd", "collector", "crack"]


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
