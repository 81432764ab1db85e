"""Section `voxels`: how moved grains become a volume again."""

from pydantic import Field

from scenarios.runner.schema.quantities import (
    Section,
    Switch,
)


class Voxels(Section):
    """How moved grains become a volume again."""

    mark_cracks: Switch = Field(
        False, description="Give opened cracks a label of their own (4) instead of pore."
    )
