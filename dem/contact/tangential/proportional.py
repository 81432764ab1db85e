"""A tangential spring proportional to the normal stiffness, with Coulomb's limit."""

from typing import NamedTuple

from dem.contact.roles import slide, spring


class Proportional(NamedTuple):
    """ratio : tangential over normal stiffness (Cundall & Strack 1979); friction : Coulomb's."""

    ratio: float
    friction: float

    @classmethod
    def of_pair(cls, pair):
        """The coefficients of a pair of materials (`dem.materials.Pair`)."""
        return cls(pair.stiffness_ratio, pair.friction)


@spring.of(Proportional)
def _spring(law, stiffness, contact):
    return law.ratio * stiffness


@slide.of(Proportional)
def _slide(law, force):
    return law.friction * abs(force)
