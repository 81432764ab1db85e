"""Verlet list of the pairs that may touch, found through a cell list; history carried over."""

import math
from typing import NamedTuple

import numpy as np

from dem.body import MATERIAL, RADIUS, X, Y, Z
from dem.box import Box
from dem.chunks import Chunks, with_rim
from dem.contact.contacts import Contacts
from dem.contact.roles import unloaded
from dem.jit import leaf, njit, prange
from dem.laws import at_row
from dem.search_refusals import refuse_places, refuse_rows, refuse_search
from dem.vector import wrapped

_SHARES = 64
"""Shares of the search's loops, fixed so that nothing depends on the number of threads."""
_MOST_CELLS = 1 << 21
_ROOM = 12
"""Partners of a grain that one search keeps; who has more, is looked up again."""


class _Space(NamedTuple):
    body: np.ndarray
    size: np.ndarray
    period: np.ndarray
    inverse: np.ndarray


class _Bonded(NamedTuple):
    start: np.ndarray
    second: np.ndarray


class Cells(NamedTuple):
    """Grains sorted into the cells of a grid.

    count : (3,) int64; low, width : (3,) [m]; start : (cells + 1,) int32
    order : (n,) int32, grains by cell; of : (n,) int32, cell of each grain
    """

    count: np.ndarray
    low: np.ndarray
    width: np.ndarray
    start: np.ndarray
    order: np.ndarray
    of: np.ndarray


def rebuild(
    body: np.ndarray, size: np.ndarray, box: Box, skin: float, bonds, old: Contacts, chunks: Chunks,
    growth, law, pairs, rests: bool = False,
) -> tuple[Contacts, Chunks]:  # fmt: skip
    """List the pairs closer than the sum of their sizes + skin; history is carried from `old`.

    A pair that is new rests at the sum of its sizes, so that overlaps push; where the picture
    `rests`, one that overlaps rests where it is, at its law's overlap without force. law : a normal
    law like all; pairs : their table. size (n,) [m] : how far each grain reaches; `growth` (n,) [m]
    is what each contact radius has grown since the last list: a listed pair's rest distance follows
    it, never past the present distance, so without a jump in force. Pairs are sorted by (first,
    second), first < second; bonded ones are left out, they have their own rows. Forces of pairs are
    not carried: they are recorded again at the end of the next call. Raises InputError where radii
    and positions cannot be of one unit.
    """
    n, m, period = len(body), len(bonds.first), box.period
    refuse_places(body, size)
    cells = sort_into_cells(body, size, period, skin)
    refuse_search(body, size, cells.start)
    inverse = np.where(period > 0.0, 1.0 / np.where(period > 0.0, period, 1.0), 0.0)
    count, found = np.zeros(n, np.int64), np.empty(n * _ROOM, np.int32)
    partners = _Bonded(bonds.start, bonds.second)
    space = _Space(body, size, period, inverse)
    _search_all(space, skin, cells, partners, count, found)
    start = np.full(n + 1, m, np.int64)
    start[1:] += np.cumsum(count)
    rows = int(start[-1])
    refuse_rows(rows - m, body, size)

    def grown(array, width):
        new = np.zeros((rows, *array.shape[1:]), array.dtype) if len(array) or width else array[:0]
        new[:m] = array[:m]
        return new

    remembers, rolls = len(old.memory) == len(old.second), len(old.rolling) == len(old.second)
    new = Contacts(
        start=start,
        first=grown(old.first, True),
        second=grown(old.second, True),
        rest=grown(old.rest, True),
        image=grown(old.image, True),
        touched=grown(old.touched, True),
        spring=grown(old.spring, True),
        memory=grown(old.memory, remembers),
        rolling=grown(old.rolling, rolls),
        force=grown(old.force, True),
        rim=np.full(rows, -1, np.int32),
    )
    _fill_all(space, skin, cells, partners, count, found, new.start, new.first, new.second)
    # A million grains' worth of memory, given back before the rest is taken.
    del found
    _carry_history(
        body, size, period, bonds.start, old, new, growth, law, pairs, rests, remembers, rolls
    )
    return new, with_rim(chunks, new.first, new.second, new.rim)


def sort_into_cells(body: np.ndarray, size, period: np.ndarray, skin: float) -> Cells:
    """Cells no smaller than the farthest that a listed pair may be apart."""
    x = body[:, X : Z + 1]
    periodic = period > 0.0
    reach = 2 * size.max() + skin
    low = np.where(periodic, 0.0, x.min(axis=0))
    extent = np.where(periodic, period, x.max(axis=0) - low)
    widest = max(reach, float(np.prod(np.maximum(extent, reach)) / _MOST_CELLS) ** (1 / 3))
    count = np.maximum(np.floor(extent / widest), 1).astype(np.int64)
    width = np.where(extent > 0.0, extent / count, 1.0)
    of = np.empty(len(body), np.int32)
    _find_cells(body, period, low, width, count, of)
    start = np.zeros(int(count.prod()) + 1, np.int32)
    order = np.empty(len(body), np.int32)
    _sort_by_cell(of, start, order)
    return Cells(count, low, width, start, order, of)


@njit
def _find_cells(body, period, low, width, count, of):
    for i in range(len(body)):
        index = 0
        for axis in range(2, -1, -1):
            x = body[i, X + axis]
            if period[axis] > 0.0:
                x -= period[axis] * np.floor(x / period[axis])
            along = int((x - low[axis]) / width[axis])
            index = index * count[axis] + min(max(along, 0), count[axis] - 1)
        of[i] = index


@njit
def _sort_by_cell(of, start, order):
    """Counting sort: within a cell the grains keep their order."""
    for i in range(len(of)):
        start[of[i] + 1] += 1
    for c in range(len(start) - 1):
        start[c + 1] += start[c]
    place = start[:-1].copy()
    for i in range(len(of)):
        order[place[of[i]]] = i
        place[of[i]] += 1


@njit
def _neighbour_cells(cell, count, period, found):
    """Cells around one, each once even where the box is only one or two cells wide."""
    cx, cy, cz = cell % count[0], cell // count[0] % count[1], cell // (count[0] * count[1])
    n = 0
    for oz in range(-1, 2):
        z = cz + oz
        if period[2] > 0.0:
            if oz != 0 and (count[2] == 1 or (count[2] == 2 and oz > 0)):
                continue
            z = z % count[2]
        elif z < 0 or z >= count[2]:
            continue
        for oy in range(-1, 2):
            y = cy + oy
            if period[1] > 0.0:
                if oy != 0 and (count[1] == 1 or (count[1] == 2 and oy > 0)):
                    continue
                y = y % count[1]
            elif y < 0 or y >= count[1]:
                continue
            for ox in range(-1, 2):
                x = cx + ox
                if period[0] > 0.0:
                    if ox != 0 and (count[0] == 1 or (count[0] == 2 and ox > 0)):
                        continue
                    x = x % count[0]
                elif x < 0 or x >= count[0]:
                    continue
                found[n] = (z * count[1] + y) * count[0] + x
                n += 1
    return n


@njit
def _search(i, space, skin, cells, around, neighbours, bonds, found, begin, room):
    """Find the partners j > i of one grain; the first `room` of them go to found[begin …].

    around[: neighbours] : the cells to look into. Returns how many there are.
    """
    body, size, period, inverse = space.body, space.size, space.period, space.inverse
    order, cell_start = cells.order, cells.start
    bond_start, bond_second = bonds.start, bonds.second
    x, y, z, reach = body[i, X], body[i, Y], body[i, Z], size[i] + skin
    count = 0
    for k in range(neighbours):
        other = around[k]
        for place in range(cell_start[other], cell_start[other + 1]):
            j = order[place]
            if j <= i:
                continue
            dx = wrapped(body[j, X] - x, period[0], inverse[0])
            dy = wrapped(body[j, Y] - y, period[1], inverse[1])
            dz = wrapped(body[j, Z] - z, period[2], inverse[2])
            far = reach + size[j]
            if dx * dx + dy * dy + dz * dz >= far * far:
                continue
            bonded = False
            for b in range(bond_start[i], bond_start[i + 1]):
                bonded = bonded or bond_second[b] == j
            if bonded:
                continue
            if count < room:
                found[begin + count] = j
            count += 1
    return count


@njit
def _search_share(share, space, skin, cells, bonds, count, found):
    """Partners of the grains in the cells of one share: all counted, _ROOM of each grain kept."""
    order, cell_start = cells.order, cells.start
    around = np.empty(27, np.int64)
    total = len(cell_start) - 1
    for cell in range(share * total // _SHARES, (share + 1) * total // _SHARES):
        if cell_start[cell] == cell_start[cell + 1]:
            continue
        neighbours = _neighbour_cells(cell, cells.count, space.period, around)
        for at in range(cell_start[cell], cell_start[cell + 1]):
            i = order[at]
            count[i] = _search(
                i, space, skin, cells, around, neighbours, bonds, found, i * _ROOM,
                _ROOM,
            )  # fmt: skip


@njit
def _fill_share(share, space, skin, cells, bonds, count, found, start, first, second):
    """Write the rows of the grains of one share, sorted; those with many partners look again."""
    n = len(space.body)
    around = np.empty(27, np.int64)
    for i in range(share * n // _SHARES, (share + 1) * n // _SHARES):
        begin = start[i]
        if count[i] > _ROOM:
            neighbours = _neighbour_cells(cells.of[i], cells.count, space.period, around)
            _search(
                i, space, skin, cells, around, neighbours, bonds, second, begin,
                count[i],
            )  # fmt: skip
        else:
            for k in range(count[i]):
                second[begin + k] = found[i * _ROOM + k]
        for k in range(count[i]):
            first[begin + k] = i
        _sort(second, begin, count[i])


@njit
def _sort(values, begin, count):
    """Insertion sort of a short stretch."""
    for a in range(begin + 1, begin + count):
        value, b = values[a], a
        while b > begin and values[b - 1] > value:
            values[b] = values[b - 1]
            b -= 1
        values[b] = value


@njit(parallel=True)
def _search_all(space, skin, cells, bonds, count, found):
    for share in prange(_SHARES):
        _search_share(np.int64(share), space, skin, cells, bonds, count, found)


@njit(parallel=True)
def _fill_all(space, skin, cells, bonds, count, found, start, first, second):
    for share in prange(_SHARES):
        _fill_share(
            np.int64(share), space, skin, cells, bonds, count, found, start, first,
            second,
        )  # fmt: skip


@leaf
def _across(body, i, j, px, py, pz):
    """Whether the nearest image of j is not j itself."""
    dx, dy, dz = body[j, X] - body[i, X], body[j, Y] - body[i, Y], body[j, Z] - body[i, Z]
    return (
        (px > 0.0 and abs(dx) > 0.5 * px)
        or (py > 0.0 and abs(dy) > 0.5 * py)
        or (pz > 0.0 and abs(dz) > 0.5 * pz)
    )


@njit
def _carry(
    share, body, size, period, bond_start, old, new, growth, law, pairs, rests, remembers, rolls
):
    n, kinds = len(new.start) - 1, round(math.sqrt(len(pairs)))
    px, py, pz = period[0], period[1], period[2]
    ix = 1.0 / px if px > 0.0 else 0.0
    iy = 1.0 / py if py > 0.0 else 0.0
    iz = 1.0 / pz if pz > 0.0 else 0.0
    for i in range(share * n // _SHARES, (share + 1) * n // _SHARES):
        for b in range(bond_start[i], bond_start[i + 1]):
            new.image[b] = _across(body, i, new.second[b], px, py, pz)
        k, last = old.start[i], old.start[i + 1]
        for p in range(new.start[i], new.start[i + 1]):
            j = new.second[p]
            while k < last and old.second[k] < j:
                k += 1
            dx = wrapped(body[j, X] - body[i, X], px, ix)
            dy = wrapped(body[j, Y] - body[i, Y], py, iy)
            dz = wrapped(body[j, Z] - body[i, Z], pz, iz)
            distance = np.sqrt(dx * dx + dy * dy + dz * dz)
            new.image[p] = _across(body, i, j, px, py, pz)
            new.touched[p] = -1
            if k < last and old.second[k] == j:
                grown = old.rest[k] + growth[i] + growth[j]
                new.rest[p] = max(old.rest[k], min(grown, distance))
                new.touched[p] = old.touched[k]
                for c in range(4):
                    new.spring[p, c] = old.spring[k, c]
                if remembers:
                    new.memory[p] = old.memory[k]
                if rolls:
                    for c in range(3):
                        new.rolling[p, c] = old.rolling[k, c]
                continue
            new.rest[p] = size[i] + size[j]
            if rests and distance < new.rest[p]:
                t = int(body[i, MATERIAL]) * kinds + int(body[j, MATERIAL])
                ri, rj = body[i, RADIUS], body[j, RADIUS]
                overlap, memory = unloaded(at_row(law, pairs, t, 0), ri * rj / (ri + rj))
                new.rest[p] = distance + overlap
                if remembers:
                    new.memory[p] = memory


@njit(parallel=True)
def _carry_history(
    body, size, period, bond_start, old, new, growth, law, pairs, rests, remembers, rolls
):
    for share in prange(_SHARES):
        _carry(
            np.int64(share), body, size, period, bond_start, old, new, growth, law, pairs, rests,
            remembers, rolls,
        )  # fmt: skip
