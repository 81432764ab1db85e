"""Adhesive elastic contact of Johnson, Kendall & Roberts, with its neck and pull-off."""

import math
from typing import NamedTuple

from dem.contact.roles import grip, push, reach, remembers, sticks, stored, unloaded, widest
from dem.jit import leaf


class JKR(NamedTuple):
    """Johnson, Kendall & Roberts (Proc. R. Soc. A 324, 1971, 301).

    young : effective modulus E* [Pa]; surface_energy : work of adhesion w [J/m²]
    The memory is 1 while the surfaces stick together: a contact forms at δ = 0 and opens at the
    neck's end, δ = −3/4 (π² w² R* / E*²)^(1/3). Pull-off force 3/2 π w R*.
    """

    young: float
    surface_energy: float

    @classmethod
    def of_pair(cls, pair):
        """The coefficients of a pair of materials (`dem.materials.Pair`)."""
        return cls(pair.young, pair.surface_energy)


@leaf
def neck(law, overlap, radius):
    """Contact radius a [m] on the stable branch of δ = a²/R* − √(2π w a / E*).

    Newton's iteration on a convex function from its right: it falls to the root without passing it.
    """
    pull = 2.0 * math.pi * law.surface_energy / law.young
    # At a³ = 9/4 pull R² the overlap that pull takes is a third of a²/R.
    contact = math.sqrt(radius * max(overlap, 0.0)) + (2.25 * pull * radius * radius) ** (1.0 / 3.0)
    for _ in range(12):
        bend = math.sqrt(pull * contact)
        excess = contact * contact / radius - bend - overlap
        slope = 2.0 * contact / radius - 0.5 * bend / contact
        contact -= excess / slope if slope > 0.0 else 0.0
    return contact


@leaf
def surface(law, contact, radius):
    """Elastic and surface energy [J] of a contact radius, ∫ F dδ from a = 0."""
    pull = math.sqrt(2.0 * math.pi * law.surface_energy * law.young)
    a = contact
    return (
        8.0 / 15.0 * law.young * a**5 / (radius * radius)
        - 4.0 / 3.0 * pull * a**3 * math.sqrt(a) / radius
        + math.pi * law.surface_energy * a * a
    )


@push.of(JKR)
def _push(law, overlap, radius, memory):
    """F = 4 E* a³ / (3 R*) − √(8π w E* a³); tangent stiffness dF/dδ along the branch."""
    end = reach(law, radius)
    sticks = overlap >= 0.0 or (memory > 0.0 and overlap > end)
    if not sticks:
        lost = surface(law, neck(law, end, radius), radius) if memory > 0.0 else 0.0
        return 0.0, 0.0, 0.0, 0.0, lost
    contact = neck(law, max(overlap, end), radius)
    pull = math.sqrt(8.0 * math.pi * law.surface_energy * law.young * contact)
    force = 4.0 / 3.0 * law.young * contact**3 / radius - pull * contact
    # Near the neck's end the tangent turns infinite; damping and friction take Hertz's.
    stiffness = 2.0 * law.young * contact
    # What the surfaces gain by snapping together is lost.
    lost = 0.0 if memory > 0.0 else -surface(law, neck(law, 0.0, radius), radius)
    return force, stiffness, contact, 1.0, lost


@stored.of(JKR)
def _stored(law, overlap, radius, memory):
    if memory > 0.0:
        return surface(law, neck(law, overlap, radius), radius)
    return 0.0


@remembers.of(JKR)
def _remembers(law):
    return True


@reach.of(JKR)
def _reach(law, radius):
    w, e = law.surface_energy, law.young
    return -0.75 * (math.pi * math.pi * w * w * radius / (e * e)) ** (1.0 / 3.0)


@sticks.of(JKR)
def _sticks(law, memory):
    return memory > 0.0


@widest.of(JKR)
def _widest(law, overlap, radius, memory):
    # About to touch, it snaps to the neck of no overlap.
    return neck(law, max(overlap, 0.0), radius)


@grip.of(JKR)
def _grip(law, radius):
    """Twice the pull-off force, so friction falls to nothing at pull-off (Thornton, J. Phys. D 24,
    1991, 1942)."""
    return 3.0 * math.pi * law.surface_energy * radius


@unloaded.of(JKR)
def _unloaded(law, radius):
    """Where 4 E* a³ / (3 R*) = √(8π w E* a³), δ = a²/R* − √(2π w a / E*)."""
    pull = 2.0 * math.pi * law.surface_energy / law.young
    contact = (2.25 * pull * radius * radius) ** (1.0 / 3.0)
    return contact * contact / radius - math.sqrt(pull * contact), 1.0
