"""Elastic–plastic normal contact: Hertz up to a yield pressure, a permanent overlap afterwards."""

import math
from typing import NamedTuple

from dem.contact.roles import grip, push, reach, remembers, sticks, stored, unloaded, widest
from dem.jit import leaf


class ThorntonNing(NamedTuple):
    """Thornton & Ning (Powder Technol. 99, 1998, 154), without adhesion.

    young : effective modulus E* [Pa]; yield_pressure : limiting contact pressure p_y [Pa], infinite
    for an elastic contact. The memory is the largest overlap so far.
    """

    young: float
    yield_pressure: float

    @classmethod
    def of_pair(cls, pair):
        """The coefficients of a pair of materials (`dem.materials.Pair`)."""
        return cls(pair.young, pair.yield_pressure)


@leaf
def yield_overlap(law, radius):
    """δ_y = (π p_y / 2E*)² R* [m], where Hertz's peak pressure reaches p_y."""
    ratio = 0.5 * math.pi * law.yield_pressure / law.young
    return ratio * ratio * radius


@leaf
def flattening(law, largest, radius):
    """R_p/R* after a largest overlap, ≥ 1: Hertz's force there over the one that was carried."""
    start = yield_overlap(law, radius)
    if largest <= start:
        return 1.0
    per_area = 4.0 / 3.0 * law.young * math.sqrt(radius)
    carried = per_area * start * math.sqrt(start) + math.pi * law.yield_pressure * radius * (
        largest - start
    )
    return per_area * largest * math.sqrt(largest) / carried


@leaf
def dissipated(law, largest, radius):
    """Work of loading to the largest overlap, less what unloading gives back [J]."""
    start = yield_overlap(law, radius)
    if largest <= start:
        return 0.0
    beyond = largest - start
    first = 4.0 / 3.0 * law.young * math.sqrt(radius * start) * start
    last = first + math.pi * law.yield_pressure * radius * beyond
    elastic = largest / flattening(law, largest, radius)
    return 0.4 * first * start + 0.5 * (first + last) * beyond - 0.4 * last * elastic


@push.of(ThorntonNing)
def _push(law, overlap, radius, memory):
    """Loading: Hertz below δ_y = (π p_y / 2E*)² R*, then F = F_y + π p_y R* (δ − δ_y).

    Unloading from δ_m: Hertz with R_p = R* F_Hertz(δ_m)/F(δ_m) and the same contact radius at δ_m,
    so that δ_p = δ_m (1 − R*/R_p) stays.
    """
    largest = max(memory, overlap)
    flatter = flattening(law, largest, radius)
    elastic = max(overlap - largest * (1.0 - 1.0 / flatter), 0.0)
    contact = math.sqrt(flatter * radius * elastic)
    stiffness = 2.0 * law.young * contact
    lost = 0.0
    if overlap > memory:
        lost = dissipated(law, largest, radius) - dissipated(law, memory, radius)
    return 2.0 / 3.0 * stiffness * elastic, stiffness, contact, largest, lost


@stored.of(ThorntonNing)
def _stored(law, overlap, radius, memory):
    largest = max(memory, overlap)
    flatter = flattening(law, largest, radius)
    elastic = max(overlap - largest * (1.0 - 1.0 / flatter), 0.0)
    return 8.0 / 15.0 * law.young * math.sqrt(flatter * radius * elastic) * elastic * elastic


@remembers.of(ThorntonNing)
def _remembers(law):
    return True


@reach.of(ThorntonNing)
def _reach(law, radius):
    return 0.0


@sticks.of(ThorntonNing)
def _sticks(law, memory):
    return False


@widest.of(ThorntonNing)
def _widest(law, overlap, radius, memory):
    # Unloading is steep: a contact soon is where it was.
    return math.sqrt(radius * max(overlap, memory, 0.0))


@grip.of(ThorntonNing)
def _grip(law, radius):
    return 0.0


@unloaded.of(ThorntonNing)
def _unloaded(law, radius):
    return 0.0, 0.0
