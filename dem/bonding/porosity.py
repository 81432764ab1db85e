"""How the bonds of a porous solid harden as its pores close.

The solid is kept, so where the volume falls to the share J the porosity n follows from
(1 − n) J = 1 − n₀. Elasticity and yield go as (1 − n)² and (1 − n)^1.5 (Gibson & Ashby, Cellular
Solids, 1997, eqs 5.6 and 5.27). Pressing costs the more the fewer pores that can close are left:
the yield surface σ_e² + (α σ_m)² = (1 + α²/9) Y² (Deshpande & Fleck, JMPS 48, 2000, 1253) knows no
lateral plastic strain at α² = 9/2, the start, and α² goes with the porosity (Shima & Oyane, Int.
J. Mech. Sci. 18, 1976, 285). Strained along one axis it is pressed by Y/3 √((2x + 1)(x + 2)/x), x
the share of the closing pores still open.

J is the smallest so far around each grain: that of the deformation gradient that fits the ways from
its centre to its faces best. It is read every so many steps, as it changes slowly.
"""

import math

import numpy as np

from dem.body import Q0, RADIUS, X
from dem.bonding.elastic_beam import energy, rotation_between, stiffnesses, strains
from dem.bonding.laws import SHUT
from dem.bonding.rows import AREA, OFFSET, REST, STIFFER, UNLOADED, WEAK, WEAK_PRESSED
from dem.bonds import INTACT
from dem.jit import leaf, njit, prange
from dem.laws import at_row
from dem.vector import length, rotate, scale, subtract, wrapped

_SHARES = 16
"""Shares of the bonds, fixed so that any number of threads sums alike."""
_UNKNOWN = 1e-3
"""Weight of turning with the grain undeformed, for directions in which it has no neighbour."""


def shut_at(porosity: float, least_porosity: float) -> float:
    """Share of the volume by which it has shrunk when a porosity is the least; 1 without pores."""
    if porosity == 0.0:
        return 1.0
    # What is shut from the start has no room for a quotient.
    return max(1.0 - (1.0 - porosity) / (1.0 - least_porosity), 1e-9)


@leaf
def weakness(left):
    """Yield strength at the start over that at the share `left` of the volume."""
    return left * math.sqrt(left)


@leaf
def openness(left, shut):
    """Y over the stress that presses on along one axis: 1 at the start, 0 where no pore closes."""
    open_share = max(shut + left - 1.0, 0.0) / (shut * left)
    return 3.0 * math.sqrt(open_share / ((2.0 * open_share + 1.0) * (open_share + 2.0)))


@njit
def close_pores(like, table, period, body, material, bonds, unloaded_rest):
    """Harden the bonds of porous grains by the volume around them; returns the energy given [J].

    like, table : of the bond laws; material : (n,); unloaded_rest : (m, 3) [m], before any flow
    """
    first, second, state = bonds.first, bonds.second, bonds.state
    beam, least = bonds.beam, bonds.least_volume
    ways = np.zeros((len(least), 18))
    for b in range(len(first)):
        i, j = first[b], second[b]
        soft_i, soft_j = table[material[i], SHUT] < 1.0, table[material[j], SHUT] < 1.0
        if state[b] != INTACT or not (soft_i or soft_j):
            continue
        rest = (unloaded_rest[b, 0], unloaded_rest[b, 1], unloaded_rest[b, 2])
        to = _way(body, i, j, period)
        if soft_i and soft_j:
            _add(ways, i, beam[b, AREA], scale(0.5, rest), scale(0.5, to))
            _add(ways, j, beam[b, AREA], scale(0.5, rest), scale(0.5, to))
            continue
        # What is dense at the other end turns, but keeps its part of the way.
        soft, dense = (i, j) if soft_i else (j, i)
        part = body[dense, RADIUS] / (body[i, RADIUS] + body[j, RADIUS])
        turned = rotate(_orientation(body, dense), rest)
        face = subtract(to, scale(part, turned))
        _add(ways, soft, beam[b, AREA], scale(1.0 - part, rest), face)
    for i in range(len(least)):
        size = ways[i, 0] + ways[i, 4] + ways[i, 8]
        if size > 0.0:
            _turn_along(ways, i, _UNKNOWN * size, _orientation(body, i))
            least[i] = min(least[i], _determinant(ways[i], 9) / _determinant(ways[i], 0))
            # Turned inside out it tells nothing but that it is shut.
            least[i] = max(least[i], 1.0 - table[material[i], SHUT])
    given = np.zeros(_SHARES)
    _harden_all(like, table, period, body, material, bonds, given)
    # Here, not beside the parallel loop, where a sum would be shared out among the threads.
    return given.sum()


@njit(parallel=True)
def _harden_all(like, table, period, body, material, bonds, given):
    for share in prange(_SHARES):
        given[share] = _harden(np.int64(share), like, table, period, body, material, bonds)


@njit
def _harden(share, like, table, period, body, material, bonds):
    """Harden a share of the bonds by the least volumes at their ends."""
    kinds, beam, offset, least = bonds.kind, bonds.beam, bonds.offset, bonds.least_volume
    given, count = 0.0, len(bonds.first)
    for b in range(share * count // _SHARES, (share + 1) * count // _SHARES):
        i, j, kind = bonds.first[b], bonds.second[b], kinds[b]
        if bonds.state[b] != INTACT or not table[kind, SHUT] < 1.0:
            continue
        soft_i, soft_j = table[material[i], SHUT] < 1.0, table[material[j], SHUT] < 1.0
        left = 0.5 * (least[i] + least[j]) if soft_i and soft_j else min(least[i], least[j])
        weak = weakness(left)
        offset[b, WEAK] = weak
        offset[b, WEAK_PRESSED] = weak * openness(left, table[kind, SHUT])
        row = beam[b]
        vector = (row[REST], row[REST + 1], row[REST + 2])
        stiffer = max(row[UNLOADED] / length(vector), 1.0) / (left * left)
        if stiffer > offset[b, STIFFER]:
            law = at_row(like, table, kind, 0)
            stored = _stored(law, _way(body, i, j, period), body, i, j, row, offset[b])
            given += (stiffer - offset[b, STIFFER]) * stored
            offset[b, STIFFER] = stiffer
    return given


@leaf
def _way(body, i, j, period):
    px, py, pz = period[0], period[1], period[2]
    return (
        wrapped(body[j, X] - body[i, X], px, 1.0 / px if px > 0.0 else 0.0),
        wrapped(body[j, X + 1] - body[i, X + 1], py, 1.0 / py if py > 0.0 else 0.0),
        wrapped(body[j, X + 2] - body[i, X + 2], pz, 1.0 / pz if pz > 0.0 else 0.0),
    )


@leaf
def _orientation(body, i):
    return body[i, Q0], body[i, Q0 + 1], body[i, Q0 + 2], body[i, Q0 + 3]


@njit
def _add(ways, i, area, rest, to):
    """Add a way (3,) [m] to the moments of the ways at rest and of now with those at rest."""
    weight = area / length(rest)
    for row in range(3):
        for column in range(3):
            ways[i, 3 * row + column] += weight * rest[row] * rest[column]
            ways[i, 9 + 3 * row + column] += weight * to[row] * rest[column]


@njit
def _turn_along(ways, i, weight, orientation):
    """Add three ways along the axes that turn with the grain and keep their length."""
    x = rotate(orientation, (1.0, 0.0, 0.0))
    y = rotate(orientation, (0.0, 1.0, 0.0))
    z = rotate(orientation, (0.0, 0.0, 1.0))
    for row in range(3):
        ways[i, 4 * row] += weight
        ways[i, 9 + 3 * row] += weight * x[row]
        ways[i, 10 + 3 * row] += weight * y[row]
        ways[i, 11 + 3 * row] += weight * z[row]


@leaf
def _determinant(moments, at):
    a, b, c = moments[at], moments[at + 1], moments[at + 2]
    d, e, f = moments[at + 3], moments[at + 4], moments[at + 5]
    g, h, k = moments[at + 6], moments[at + 7], moments[at + 8]
    return a * (e * k - f * h) - b * (d * k - f * g) + c * (d * h - e * g)


@leaf
def _stored(law, apart, body, i, j, row, offset):
    """Energy [J] of a bond of the unpressed solid's stiffness with the strains of now."""
    distance = length(apart)
    normal = scale(1.0 / distance, apart)
    rest = (row[REST], row[REST + 1], row[REST + 2])
    rest_length = length(rest)
    turn, mean = rotation_between(_orientation(body, i), _orientation(body, j))
    axis = rotate(mean, scale(1.0 / rest_length, rest))
    unturned = rotate(mean, (offset[OFFSET], offset[OFFSET + 1], offset[OFFSET + 2]))
    sheared, bend, twist = strains(normal, axis, turn, unturned)
    stiffness = stiffnesses(law, row[AREA], row[UNLOADED])
    return energy(stiffness, distance - rest_length, sheared, rest_length, bend, twist)
