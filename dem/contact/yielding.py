"""Plastic flow of a contact: a yield pressure, and a distance of rest that stays shorter."""

import math

from dem.contact.hertz import elastic_energy, elastic_force
from dem.jit import njit


@njit
def overlap_at(force, young, radius):
    """Overlap [m] at which Hertz's law gives a force: the inverse of elastic_force."""
    return (0.75 * force / (young * math.sqrt(radius))) ** (2.0 / 3.0)


@njit
def flow(overlap, total_overlap, young, radius, yield_pressure):
    """Elastic overlap that is left after yielding, and the plastic work; (m, J).

    The force stays below the yield pressure on the contact's area π a² = 2π R* δ_total of a
    flattened contact, F ≤ 2π R* p_y δ_total; what is above becomes permanent.
    """
    limit = 2.0 * math.pi * radius * yield_pressure * max(total_overlap, overlap)
    if elastic_force(overlap, young, radius) <= limit:
        return overlap, 0.0
    kept = overlap_at(limit, young, radius)
    # The work done beyond the limit, at the force that the limit allows.
    lost = elastic_energy(overlap, young, radius) - elastic_energy(kept, young, radius)
    return kept, lost
