"""Section `mechanics.contact`: the laws that make up every contact."""

from typing import Literal

from pydantic import Field

from scenarios.runner.schema.quantities import Section


class Contact(Section):
    """One law of each kind; their coefficients are properties of the materials."""

    normal: Literal["hertz", "thornton_ning", "jkr"] = Field(
        "thornton_ning",
        description="Normal force: hertz (elastic), thornton_ning (elastic-plastic with a yield "
        "pressure) or jkr (elastic and adhesive).",
    )
    cohesion: Literal["none", "sjkr"] = Field(
        "none", description="Attraction beside it: none, or sjkr (by contact area)."
    )
    damping: Literal["restitution"] = Field(
        "restitution", description="Damping of impacts, by the materials' restitution."
    )
    tangential: Literal["mindlin"] = Field(
        "mindlin", description="Tangential spring with Coulomb's limit."
    )
    rolling: Literal["free", "spring", "constant"] = Field(
        "free",
        description="Resistance to rolling: free, spring (elastic-plastic) or constant (moment).",
    )
