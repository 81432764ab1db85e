"""What the beams of a kind of bond are made of: brittle, or ductile with a limit of strain."""

import math
from typing import NamedTuple

from dem.jit import leaf
from dem.laws import role

flows = role("flows")
"""(law) → whether a bond of this class can yield or relax."""

ever = role("ever")
"""(law) → whether this very bond ever does."""


class Brittle(NamedTuple):
    """Elastic until it breaks.

    young, shear : moduli E, G [Pa]; friction : tan φ of Mohr–Coulomb; moment_share : share β of the
    bending and twisting stresses that counts in the criteria
    """

    young: float
    shear: float
    friction: float
    moment_share: float


class Ductile(NamedTuple):
    """Elastic, then flowing; breaks at a plastic strain (and by the brittle criteria, if it can).

    young, shear, friction, moment_share : as of Brittle
    yield_strength : [Pa], of tension and compression; in shear 1/√3 of it (von Mises); infinite for
    a bond that never yields
    failure_strain : plastic strain in tension and shear that breaks it
    relaxation : share of the elastic strain that flows away in a second of process time [1/s]
    confinement : share of the volume strain around it about which a bond yields: 1 for a solid that
    keeps its volume, 0 for one that pressure alone compacts (`dem.bonding.confinement`)
    shut : share of the volume by which it has shrunk when no pore is left that can close, 1 for a
    solid without pores (`dem.bonding.porosity`)
    """

    young: float
    shear: float
    friction: float
    moment_share: float
    yield_strength: float
    failure_strain: float
    relaxation: float
    confinement: float
    shut: float


SHUT = Ductile._fields.index("shut")
"""Column of `shut` in the table of ductile laws."""


@flows.of(Brittle)
def _brittle_flows(law):
    return False


@ever.of(Brittle)
def _brittle_never(law):
    return False


@ever.of(Ductile)
def _ductile_ever(law):
    return law.yield_strength < math.inf or law.relaxation > 0.0


@leaf
def as_brittle(law):
    """The elastic and brittle part of a law."""
    return Brittle(law.young, law.shear, law.friction, law.moment_share)


@flows.of(Ductile)
def _ductile_flows(law):
    return True
