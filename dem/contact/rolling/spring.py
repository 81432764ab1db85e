"""Elastic–plastic rolling resistance."""

from typing import NamedTuple

from dem.contact.roles import roll, rolls, winding
from dem.vector import length, scale, subtract


class RollingSpring(NamedTuple):
    """A rolling spring cut at µ_r R* F (type C of Ai et al., Powder Technol. 206, 2011, 269).

    friction : rolling friction coefficient µ_r; below its limit the spring gives
    k_r = 2.25 S µ_r² R*² (their eq. 18), S the normal stiffness, so it holds a sphere on a slope.
    """

    friction: float

    @classmethod
    def of_pair(cls, pair):
        """The coefficients of a pair of materials (`dem.materials.Pair`)."""
        return cls(pair.rolling_friction)


@rolls.of(RollingSpring)
def _rolls(law):
    return True


@winding.of(RollingSpring)
def _winding(law, stiffness, radius):
    return 2.25 * stiffness * (law.friction * radius) ** 2


@roll.of(RollingSpring)
def _roll(law, moment, turn, force, stiffness, radius):
    moment = subtract(moment, scale(winding(law, stiffness, radius), turn))
    limit = law.friction * radius * abs(force)
    size = length(moment)
    return scale(limit / size, moment) if size > limit else moment
