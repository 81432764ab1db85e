"""Bodies grow or shrink by the few cells at their surface that rounding cost or gave them."""

import numpy as np

from dem.jit import njit
from voxelize.deposit.surroundings import FREE, IN_CUT_LAYER, beside, stays_connected

_SCANS = 32
_SLOW = 0.95
"""Bodies that keep more of their surplus than this in a scan are shut in."""
_PASSES = 3


def balance(owner, room, frame, body, surplus, widest: int) -> np.ndarray:
    """Let bodies grow or shrink until their surplus is used up; `owner` is changed.

    Growth begins where a body surrounds a free cell most, shrinking where free cells surround
    it most, evenly spread over the surface; a body never falls apart.

    room : (nz, ny, nx) uint8, what free cells offer; surplus : (bodies,) int64, cells too many
    widest : the last kind of room that may be taken
    Returns the surplus that is left.
    """
    surplus = surplus.copy()
    for kind in range(FREE, widest + 1):
        for scan in range(_SCANS):
            # At first most cells may go; later those that may not would use up the quota.
            strict = scan > 0
            left = np.abs(surplus).sum()
            if left == 0:
                return surplus
            found = _surface(owner, room, frame, body, surplus, kind)
            for _ in range(_PASSES):
                census = np.zeros((len(surplus), 7), np.int64)
                _count(owner, room, frame, body, surplus, kind, found, strict, census)
                quota = _quota(census, np.abs(surplus))
                _change(owner, room, frame, body, surplus, kind, found, strict, census, quota)
            if np.abs(surplus).sum() > _SLOW * left:
                break
    return surplus


def _quota(census: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """How many cells of each class to change: those with most faces first."""
    higher = np.cumsum(census[:, ::-1], axis=1)[:, ::-1] - census
    return np.clip(wanted[:, None] - higher, 0, census)


@njit
def volumes(owner, weight, grains):
    """Volume (grains,) [cells] that each grain owns.

    owner : (nz, ny, nx) int32, −1 for none; weight : (nz,), of a cell in each layer
    """
    found = np.zeros(grains)
    for k in range(owner.shape[0]):
        for j in range(owner.shape[1]):
            for i in range(owner.shape[2]):
                if owner[k, j, i] >= 0:
                    found[owner[k, j, i]] += weight[k]
    return found


@njit
def _surface(owner, room, frame, body, surplus, kind):
    """Flat cells (n,) int64 of bodies with too many and those beside bodies with too few."""
    nz, ny, nx = owner.shape
    flat = owner.ravel()
    found, n = np.empty(4096, np.int64), 0
    for k in range(nz):
        # A cell in the cut top layer does not weigh a whole one.
        if frame.weight[k] < 1.0 and kind < IN_CUT_LAYER:
            continue
        for j in range(ny):
            for i in range(nx):
                g = owner[k, j, i]
                if g >= 0:
                    if surplus[body[g]] <= 0:
                        continue
                elif room[k, j, i] == 0 or room[k, j, i] > kind:
                    continue
                near = False
                for f in range(6):
                    c = beside(f, k, j, i, owner.shape, frame.periodic)
                    if c >= 0 and not near:
                        other = flat[c]
                        if g < 0:
                            near = other >= 0 and surplus[body[other]] < 0
                        else:
                            # One that others shut in gives cells up where it meets them.
                            shut_in = kind == IN_CUT_LAYER
                            near = other < 0 or (shut_in and body[other] != body[g])
                if near:
                    if n == len(found):
                        found = np.concatenate((found, np.empty(n, np.int64)))
                    found[n] = (k * ny + j) * nx + i
                    n += 1
    return found[:n]


@njit
def _candidate(owner, room, body, surplus, kind, periodic, k, j, i):
    """Body that could change at a cell, a grain of it there or beside, and its faces there."""
    flat, offers = owner.ravel(), room.ravel()
    g = owner[k, j, i]
    faces = 0
    if g >= 0:
        if surplus[body[g]] <= 0:
            return -1, g, 0
        for f in range(6):
            c = beside(f, k, j, i, owner.shape, periodic)
            if c < 0:
                continue
            if (flat[c] < 0 and 0 < offers[c] <= kind) or (
                flat[c] >= 0 and body[flat[c]] != body[g] and kind == IN_CUT_LAYER
            ):
                faces += 1
        return body[g], g, faces
    if room[k, j, i] == 0 or room[k, j, i] > kind:
        return -1, g, 0
    best = -1
    for f in range(6):
        c = beside(f, k, j, i, owner.shape, periodic)
        if c < 0 or flat[c] < 0 or surplus[body[flat[c]]] >= 0:
            continue
        own, count = body[flat[c]], 0
        for e in range(6):
            d = beside(e, k, j, i, owner.shape, periodic)
            if d >= 0 and flat[d] >= 0 and body[flat[d]] == own:
                count += 1
        if count > faces or (count == faces and own < best):
            best, faces, g = own, count, flat[c]
    return best, g, faces


@njit
def _count(owner, room, frame, body, surplus, kind, found, strict, census):
    _, ny, nx = owner.shape
    for c in found:
        k, rest = divmod(c, ny * nx)
        j, i = divmod(rest, nx)
        b, _, faces = _candidate(owner, room, body, surplus, kind, frame.periodic, k, j, i)
        if faces == 0:
            continue
        if strict and surplus[b] > 0 and not stays_connected(owner, body, k, j, i, frame.periodic):
            continue
        census[b, faces] += 1


@njit
def _change(owner, room, frame, body, surplus, kind, found, strict, census, quota):
    _, ny, nx = owner.shape
    seen = np.zeros(census.shape, np.int64)
    for c in found:
        k, rest = divmod(c, ny * nx)
        j, i = divmod(rest, nx)
        b, g, faces = _candidate(owner, room, body, surplus, kind, frame.periodic, k, j, i)
        if faces == 0:
            continue
        if strict and surplus[b] > 0 and not stays_connected(owner, body, k, j, i, frame.periodic):
            continue
        n, of = quota[b, faces], census[b, faces]
        s = seen[b, faces]
        seen[b, faces] += 1
        # Every so manyth cell of a class, so that no side is preferred.
        # Neighbours that went before may have let more of them go than were counted.
        if n == 0 or s >= of or (s + 1) * n // of == s * n // of:
            continue
        if surplus[b] < 0:
            owner[k, j, i] = g
            surplus[b] += 1
        elif stays_connected(owner, body, k, j, i, frame.periodic):
            owner[k, j, i] = -1
            surplus[b] -= 1
