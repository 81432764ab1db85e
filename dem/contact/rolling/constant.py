"""A constant moment against rolling."""

from typing import NamedTuple

from dem.contact.roles import roll, rolls, winding
from dem.vector import length, scale


class ConstantTorque(NamedTuple):
    """friction : µ_r; moment µ_r R* F against the relative rotation (type A of Ai et al. 2011)."""

    friction: float

    @classmethod
    def of_pair(cls, pair):
        """The coefficients of a pair of materials (`dem.materials.Pair`)."""
        return cls(pair.rolling_friction)


@rolls.of(ConstantTorque)
def _rolls(law):
    return True


@winding.of(ConstantTorque)
def _winding(law, stiffness, radius):
    return 0.0


@roll.of(ConstantTorque)
def _roll(law, moment, turn, force, stiffness, radius):
    size = length(turn)
    # Without a turn there is no direction to resist.
    return scale(-law.friction * radius * abs(force) / size if size > 0.0 else 0.0, turn)
