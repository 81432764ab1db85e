"""Nothing resists rolling."""

from typing import NamedTuple

from dem.contact.roles import roll, rolls, winding


class FreeRolling(NamedTuple):
    """Contacts transmit no moment.

    nothing : 0; parallel loops take no laws without a coefficient.
    """

    nothing: float

    @classmethod
    def of_pair(cls, pair):
        """The coefficients of a pair of materials (`dem.materials.Pair`)."""
        return cls(0.0)


@rolls.of(FreeRolling)
def _rolls(law):
    return False


@winding.of(FreeRolling)
def _winding(law, stiffness, radius):
    return 0.0


@roll.of(FreeRolling)
def _roll(law, moment, turn, force, stiffness, radius):
    return (0.0, 0.0, 0.0)
