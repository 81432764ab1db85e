"""Hertz's elastic normal contact."""

import math
from typing import NamedTuple

from dem.contact.roles import grip, push, reach, remembers, sticks, stored, unloaded, widest


class Hertz(NamedTuple):
    """young : effective modulus E* [Pa], 1/E* = Σ (1 − ν²)/E."""

    young: float

    @classmethod
    def of_pair(cls, pair):
        """The coefficients of a pair of materials (`dem.materials.Pair`)."""
        return cls(pair.young)


@push.of(Hertz)
def _push(law, overlap, radius, memory):
    """F = 4/3 E* √R* δ^(3/2), S = 2 E* a, a = √(R* δ) (Johnson, Contact Mechanics, eq. 4.23)."""
    contact = math.sqrt(radius * overlap)
    stiffness = 2.0 * law.young * contact
    return 2.0 / 3.0 * stiffness * overlap, stiffness, contact, memory, 0.0


@stored.of(Hertz)
def _stored(law, overlap, radius, memory):
    """∫ F dδ = 2/5 F δ."""
    return 8.0 / 15.0 * law.young * math.sqrt(radius * overlap) * overlap * overlap


@remembers.of(Hertz)
def _remembers(law):
    return False


@reach.of(Hertz)
def _reach(law, radius):
    return 0.0


@sticks.of(Hertz)
def _sticks(law, memory):
    return False


@widest.of(Hertz)
def _widest(law, overlap, radius, memory):
    return math.sqrt(radius * max(overlap, 0.0))


@grip.of(Hertz)
def _grip(law, radius):
    return 0.0


@unloaded.of(Hertz)
def _unloaded(law, radius):
    return 0.0, 0.0
