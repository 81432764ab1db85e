"""Section `voxels`: how moved grains become a volume again."""

from pydantic import Field

from scenarios.runner.schema.quantities import Length, Section, Switch


class Voxels(Section):
    """How moved grains become a volume again."""

    mark_cracks: Switch = Field(
        False, description="Give opened cracks a label of their own (4) instead of pore."
    )
    voxel_size: Length | None = Field(
        None,
        description="Edge of a voxel of the pressed volumes, by default that of the electrode; "
        "moved by up to 1 % to fill the footprint with whole voxels.",
    )
    phase_fractions: Switch = Field(
        False,
        description="Write the shares of active material, binder and pore in each voxel too, "
        "counted on voxels of half the edge: eight times the time and memory.",
    )
