"""Mindlin's tangential stiffness with Coulomb's limit."""

from typing import NamedTuple

from dem.contact.roles import slide, spring


class Mindlin(NamedTuple):
    """shear : effective modulus G* [Pa], 1/G* = Σ (2 − ν)/G; friction : Coulomb coefficient."""

    shear: float
    friction: float

    @classmethod
    def of_pair(cls, pair):
        """The coefficients of a pair of materials (`dem.materials.Pair`)."""
        return cls(pair.shear, pair.friction)


@spring.of(Mindlin)
def _spring(law, stiffness, contact):
    """k_t = 8 G* a (Mindlin 1949)."""
    return 8.0 * law.shear * contact


@slide.of(Mindlin)
def _slide(law, force):
    return law.friction * abs(force)
