"""Section `electrode` of kind `image`: an electrode that was imaged and segmented."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from scenarios.runner.schema.quantities import (
    Integer,
    Length,
    Section,
    Switch,
    Text,
)
from scenarios.runner.schema.values import CropBound, File, GreyValue, VoxelSize

Phase = Literal["pore", "active_material", "cbd", "collector", "crack"]


Ranges = tuple[GreyValue, GreyValue]


class Image(Section):
    """An electrode that was imaged and segmented: a volume of labels."""

    beside_required: ClassVar[str] = (
        "needed too, as far as the file does not record them: electrode.voxel_size, "
        "electrode.labels and, for a cube, electrode.axis_order"
    )
    kind: Literal["image"] = Field(description="An imaged electrode.")
    image: File = Field(
        description="Label volume (TIFF, NPY, NPZ, HDF5, NRRD, VTI) or folder of TIFF or PNG "
        "slices; relative to this file, or from --set to the working folder."
    )
    dataset: Text | None = Field(
        None,
        description="Path of the dataset in an HDF5 file, array of an NPZ or VTI file; may be left "
        "out where only one can be meant.",
    )
    voxel_size: VoxelSize | None = Field(
        None,
        description="Edge of a voxel of the file, or three along z, y and x; may be left out where "
        "the file records it.",
    )
    axis_order: Annotated[Text, Field(pattern="^(-?[xyz]){3}$")] | None = Field(
        None,
        description="What the file's axes are; z is through-plane from the collector up, and "
        "'-z' turns it around. Left out, as the file records, else \"zyx\"; a cube needs it.",
    )
    labels: dict[Phase, Integer] | None = Field(
        None,
        description="Value of each phase in the file. Left out, as the file records, else pore 0, "
        "active_material 1, cbd 2, collector 3, crack 4.",
    )
    thresholds: dict[Phase, Ranges] | None = Field(
        None,
        description="For grey values instead of labels: [from, to) of each phase; the uppermost "
        "range includes its end.",
    )
    crop: Annotated[tuple[tuple[CropBound, CropBound], ...], Field(max_length=3)] = Field(
        (),
        description="[from, to] along z, y and x, in lengths or whole voxels of the file; empty "
        "for all of it. The rest is not loaded.",
    )
    resample_to: Length | None = Field(
        None,
        description="Edge of the cubes that voxels are resampled to; left out, the file's finest "
        "edge.",
    )
    coarsening: Annotated[Integer, Field(ge=1, le=16)] = Field(
        1, description="Edge of the blocks of voxels that are merged into one."
    )
    coarsening_rule: Literal["keep_shares", "majority"] = Field(
        "keep_shares",
        description="How voxels are merged: every phase keeps its share of the volume, thin films "
        "included, or the most frequent phase wins.",
    )
    split: Switch = Field(
        True,
        description="Split touching particles, or take them as a run's own file records them; else "
        "what touches is one particle.",
    )
    sides: Literal["symmetric", "periodic"] = Field(
        "symmetric",
        description="In-plane boundary: frictionless symmetry planes, or periodic for a volume "
        "that was generated so.",
    )
