"""Section `binder`: how the carbon-binder domain is placed, and when."""

from typing import Literal

from pydantic import Field

from scenarios.runner.schema.quantities import Angle, Length, OpenShare, Section


class Binder(Section):
    """Where the carbon-binder domain lies, as far as the electrode does not say so itself."""

    domain_fraction: OpenShare | None = Field(
        None,
        description="Volume share of the unloaded coating that the domain is brought up to before "
        "pressing, nanopores included, in electrodes that have no recipe; left out, it stays as "
        "it is.",
    )
    carbon_fraction: OpenShare | None = Field(
        None,
        description="Carbon's share of the dry coating's mass, in place of domain_fraction: the "
        "domain is then what carbon and binder make of it, active material being the rest.",
    )
    binder_fraction: OpenShare | None = Field(
        None, description="Binder's share of the dry coating's mass; both or none are given."
    )
    after_pressing: Literal["carried", "replaced"] = Field(
        "carried",
        description='What the domain does in pressed states: it is "carried" by its grains, or '
        '"replaced": its solid is put back into the pressed active material by `method`.',
    )
    method: Literal["contacts", "random", "film"] = Field(
        "contacts",
        description="How the domain is placed: at contacts and necks with menisci at the contact "
        "angle (Beuse 2021), by random growth on all solids (Lindner 2024), or as an even film.",
    )
    contact_angle: Angle | None = Field(
        None,
        description="Angle at which the domain meets other solids; left out, 40 deg at contacts "
        "and 0 deg for random growth. A film has none.",
    )
    nanopore_size: Length | None = Field(
        None,
        description="Mean chord of nanopores that are drawn as voxels inside the domain; at least "
        "two voxels. Left out, the domain keeps a nanoporosity below the voxel size.",
    )

    @property
    def by_mass(self) -> bool:
        """Whether the domain is given by the masses of carbon and binder."""
        return self.carbon_fraction is not None and self.binder_fraction is not None
