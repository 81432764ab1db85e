"""Simplified JKR cohesion: an attraction proportional to the contact area."""

import math
from typing import NamedTuple

from dem.contact.roles import attraction, bound


class SJKR(NamedTuple):
    """F = −k π a² with a² = R* δ (the linearised JKR of DEM codes; Hærvig et al. 2017).

    energy_density : cohesion energy density k [J/m³]
    """

    energy_density: float

    @classmethod
    def of_pair(cls, pair):
        """The coefficients of a pair of materials (`dem.materials.Pair`)."""
        return cls(pair.cohesion_energy_density)


@attraction.of(SJKR)
def _attraction(law, overlap, radius):
    return law.energy_density * math.pi * radius * max(overlap, 0.0)


@bound.of(SJKR)
def _bound(law, overlap, radius):
    return -0.5 * law.energy_density * math.pi * radius * max(overlap, 0.0) ** 2
