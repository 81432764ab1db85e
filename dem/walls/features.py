"""Which features of a triangulated surface a grain touches: each place once, history kept.

A grain touches the surface where its distance from it has a local minimum: in a face always, on an
edge or in a corner only if no triangle that shares it comes nearer. Minima in one direction count
once, those of triangles that share an edge or corner among them.
"""

import math

from dem.jit import leaf, njit
from dem.vector import dot, subtract, turned_back
from dem.walls.triangle import FACE, KIND, nearest

_TRIANGLE = KIND
_NEARER = 1.0 - 1e-10
"""Ratio of distances that is no rounding."""
_ALONG = 1.0 - 1e-5
"""Cosine within which directions are one: 0.26°, a crease that counts as flat."""
_PASSES = 0.5
"""Cosine between old and new direction above which a contact passed on to another triangle."""
_NOW, _BEFORE = 1, 2
"""Bits of `active` while it is decided; afterwards it is 1 where a row counts, else 0."""


@leaf
def has(corner, s, v):
    """Whether triangle s has the corner v."""
    return corner[s, 0] == v or corner[s, 1] == v or corner[s, 2] == v


@leaf
def ends(corner, s, feature):
    """First and last corner of a feature of triangle s that is no face; of a corner twice it."""
    if feature < 4:
        return corner[s, feature - 1], corner[s, feature % 3]
    return corner[s, feature - 4], corner[s, feature - 4]


@leaf
def _angle(row, corner, s, v):
    """Angle [rad] of a triangle at its corner v."""
    k = 0 if corner[s, 0] == v else (1 if corner[s, 1] == v else 2)
    p, q, o = 3 * ((k + 1) % 3), 3 * ((k + 2) % 3), 3 * k
    a = (row[p] - row[o], row[p + 1] - row[o + 1], row[p + 2] - row[o + 2])
    b = (row[q] - row[o], row[q + 1] - row[o + 1], row[q + 2] - row[o + 2])
    return math.acos(max(-1.0, min(1.0, dot(a, b) / math.sqrt(dot(a, a) * dot(b, b)))))


@njit
def _counts(r, first, last, surface, geometry, corner, gap, direction, feature):
    """Whether row r of a grain's rows first … last is a minimum, seen from the front."""
    f, s = feature[r], surface[r]
    if f == FACE:
        return gap[r] >= 0.0
    u, v = ends(corner, s, f)
    front = 0.0
    for q in range(first, last):
        t = surface[q]
        if not (has(corner, t, u) and has(corner, t, v)):
            continue
        if abs(gap[q]) < _NEARER * gap[r]:
            return False
        # The normal of an edge or corner is that of its triangles, weighted with their angles
        # (Bærentzen & Aanæs, IEEE Trans. Vis. Comput. Graph. 11, 2005, 243).
        weight = 1.0 if u != v else _angle(geometry[t], corner, t, u)
        for k in range(3):
            front += weight * geometry[t, 9 + k] * direction[r, k]
    return front >= 0.0


@njit
def choose(first, last, x, surface, geometry, corner, rest, spring, memory, rolling, gap,
           direction, feature, active):  # fmt: skip
    """Mark the rows first … last, all those of one grain with one mesh, where the grain touches.

    x : (3,) [m], of the grain in the wall's frame. A row that begins to count takes history and
    rest distance over from one that ceases to, if it lies in about the same direction.
    """
    for r in range(first, last):
        distance, n, feature[r] = nearest(geometry[surface[r]], x)
        gap[r] = distance
        direction[r, 0], direction[r, 1], direction[r, 2] = n
        active[r] = _BEFORE if active[r] else 0
    for r in range(first, last):
        if _counts(r, first, last, surface, geometry, corner, gap, direction, feature):
            active[r] |= _NOW
    for r in range(first, last):
        for q in range(first, r):
            if active[r] & active[q] & _NOW and _cosine(direction, q, r) > _ALONG:
                active[q if gap[r] < gap[q] else r] &= _BEFORE
    for r in range(first, last):
        if active[r] == _NOW:
            _take_over(r, first, last, rest, spring, memory, rolling, direction, active)
    for r in range(first, last):
        active[r] &= _NOW


@leaf
def _cosine(direction, q, r):
    return (
        direction[q, 0] * direction[r, 0]
        + direction[q, 1] * direction[r, 1]
        + direction[q, 2] * direction[r, 2]
    )


@njit
def _take_over(r, first, last, rest, spring, memory, rolling, direction, active):
    """Hand row r what the row nearest in direction that has ceased to count knows."""
    giver, nearest_cosine = -1, _PASSES
    for q in range(first, last):
        if active[q] == _BEFORE and _cosine(direction, q, r) > nearest_cosine:
            giver, nearest_cosine = q, _cosine(direction, q, r)
    if giver < 0:
        return
    active[giver] = 0
    rest[r] = rest[giver]
    for k in range(4):
        spring[r, k] = spring[giver, k]
        spring[giver, k] = 0.0
    if len(memory) > 0:
        memory[r] = memory[giver]
        memory[giver] = 0.0
    if len(rolling) > 0:
        for k in range(3):
            rolling[r, k] = rolling[giver, k]
            rolling[giver, k] = 0.0


@njit
def choose_of_grain(i, body, kind, wall, geometry, corner, centre, orientation, rows):
    """`choose` for every mesh near grain i."""
    surface, end = rows.surface, rows.start[i + 1]
    r = rows.start[i]
    while r < end:
        s = surface[r]
        w, last = wall[s], r + 1
        if kind[s] == _TRIANGLE:
            while last < end and wall[surface[last]] == w:
                last += 1
            local = turned_back(
                (orientation[w, 0], orientation[w, 1], orientation[w, 2], orientation[w, 3]),
                subtract(
                    (body[i, 0], body[i, 1], body[i, 2]), (centre[w, 0], centre[w, 1], centre[w, 2])
                ),
            )  # fmt: skip
            choose(
                r, last, local, surface, geometry, corner, rows.rest, rows.spring, rows.memory,
                rows.rolling, rows.gap, rows.direction, rows.feature, rows.active,
            )  # fmt: skip
        r = last
