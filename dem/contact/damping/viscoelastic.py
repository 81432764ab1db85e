"""Viscoelastic damping, proportional to the contact radius."""

from typing import NamedTuple

from dem.contact.roles import drag, lag


class Viscoelastic(NamedTuple):
    """viscosity : 2 E* times the relaxation time [Pa s]; restitution falls with speed. Not counted
    in the stable step: choose one with c dt / m* well below 1."""

    viscosity: float

    @classmethod
    def of_pair(cls, pair):
        """The coefficients of a pair of materials (`dem.materials.Pair`)."""
        return cls(pair.viscosity)


@drag.of(Viscoelastic)
def _drag(law, stiffness, contact, mass):
    """F = η a v: Hertz's F = 4/3 E* √R* δ^1.5 with δ → δ + A δ̇ (Brilliantov et al. 1996)."""
    return law.viscosity * contact


@lag.of(Viscoelastic)
def _lag(law):
    return 0.0
