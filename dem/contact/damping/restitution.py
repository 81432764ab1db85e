"""Damping that gives a Hertz contact the same restitution at any impact speed."""

import math
from typing import NamedTuple

from dem.contact.roles import drag, lag


class Restitution(NamedTuple):
    """share : β = −ln e / √(ln² e + π²) of the restitution coefficient e."""

    share: float

    @classmethod
    def of_pair(cls, pair):
        """The coefficients of a pair of materials (`dem.materials.Pair`)."""
        return cls(pair.damping)


@drag.of(Restitution)
def _drag(law, stiffness, contact, mass):
    """2 √(5/6) β √(S m*) (Tsuji et al. 1992; Antypov & Elliott, EPL 94, 2011, 50004)."""
    return 1.8257418583505538 * law.share * math.sqrt(stiffness * mass)


@lag.of(Restitution)
def _lag(law):
    """c / (2 √(S m*)) = √(5/6) β."""
    return 0.9128709291752769 * law.share
