"""What the beams of a kind of bond are made of: brittle, or ductile with a limit of strain."""

from typing import NamedTuple

from dem.laws import role

flows = role("flows")
"""(law) → whether the bond yields or relaxes."""


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
    """

    young: float
    shear: float
    friction: float
    moment_share: float
    yield_strength: float
    failure_strain: float
    relaxation: float


@flows.of(Brittle)
def _brittle_flows(law):
    return False


@flows.of(Ductile)
def _ductile_flows(law):
    return True
