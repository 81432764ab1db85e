"""No attraction."""

from typing import NamedTuple

from dem.contact.roles import attraction, bound


class NoCohesion(NamedTuple):
    """Surfaces do not attract each other.

    nothing : 0; parallel loops take no laws without a coefficient.
    """

    nothing: float

    @classmethod
    def of_pair(cls, pair):
        """The coefficients of a pair of materials (`dem.materials.Pair`)."""
        return cls(0.0)


@attraction.of(NoCohesion)
def _attraction(law, overlap, radius):
    return 0.0


@bound.of(NoCohesion)
def _bound(law, overlap, radius):
    return 0.0
