"""Verlet list of the pairs that may touch, found through a cell list."""

from typing import NamedTuple

import numpy as np

from dem.box import Box
from dem.contact.forces import periods, wrapped
from dem.grains import Grains
from dem.jit import njit
from dem.vector import length


class Contacts(NamedTuple):
    """Rows of p listed pairs, sorted by (first, second), first < second; bonded ones left out.

    start : (n + 1,) int64, rows of grain i as `first` are start[i] … start[i + 1]
    reverse_start, reverse : (n + 1,), (p,) int64, the same rows found from `second`
    first, second : (p,) int32
    rest : (p,) [m], distance at which the pair touches
    tangential : (p, 3) [N], tangential force on `second`, the history of the contact
    stiffness : (p,) [N/m], tangential stiffness of the last step, 0 when apart
    force : (p, 3) [N], on `second`; lever : (p, 3) [N], n × F_t; arm : (p, 2) [m]
    energy : (p,) [J], stored
    dissipated, viscous, plastic : (p,) [J], friction, damping and plastic work since the list was
        built
    """

    start: np.ndarray
    reverse_start: np.ndarray
    reverse: np.ndarray
    first: np.ndarray
    second: np.ndarray
    rest: np.ndarray
    tangential: np.ndarray
    stiffness: np.ndarray
    force: np.ndarray
    lever: np.ndarray
    arm: np.ndarray
    energy: np.ndarray
    dissipated: np.ndarray
    viscous: np.ndarray
    plastic: np.ndarray


def empty_contacts(grain_count: int) -> Contacts:
    """A list without pairs."""
    starts = np.zeros(grain_count + 1, np.int64)
    no_index, no_grain = np.zeros(0, np.int64), np.zeros(0, np.int32)
    return Contacts(
        starts, starts.copy(), no_index, no_grain, no_grain.copy(), np.zeros(0),
        np.zeros((0, 3)), np.zeros(0), np.zeros((0, 3)), np.zeros((0, 3)), np.zeros((0, 2)),
        np.zeros(0), np.zeros(0), np.zeros(0), np.zeros(0),
    )  # fmt: skip


def rebuild(
    grains: Grains, box: Box, skin: float, bond_start, bond_second, old: Contacts, growth,
    overlaps_rest: bool = True,
) -> Contacts:  # fmt: skip
    """List the pairs closer than the sum of their radii + skin; history is carried from `old`.

    A pair that is new rests at the distance it has now or at the sum of its radii, whichever is
    smaller; with `overlaps_rest` false always at the sum, so that overlaps push. `growth` (n,) [m]
    is what each contact radius has grown since the last list: a listed pair's rest distance follows
    it, never past the present distance, so without a jump in force.
    """
    cells, order = _sort_into_cells(grains, box, skin)
    first, second, start = _find_pairs(
        grains, box, skin, cells.count, cells.start, cells.of_grain, order, bond_start, bond_second
    )
    p = len(first)
    new = Contacts(
        start, *_reverse(len(start) - 1, second), first, second, np.zeros(p), np.zeros((p, 3)),
        np.zeros(p), np.zeros((p, 3)), np.zeros((p, 3)), np.zeros((p, 2)), np.zeros(p), np.zeros(p),
        np.zeros(p), np.zeros(p),
    )  # fmt: skip
    _carry_history(grains, box, old, new, growth, overlaps_rest)
    return new


class _Cells(NamedTuple):
    count: np.ndarray
    start: np.ndarray
    of_grain: np.ndarray


def _sort_into_cells(grains: Grains, box: Box, skin: float) -> tuple[_Cells, np.ndarray]:
    x = grains.position
    # No pair can be listed farther apart than this.
    reach = 2 * grains.radius.max() + skin
    in_plane = x[:, :2] % box.length if box.periodic else x[:, :2]
    low = np.append(np.zeros(2) if box.periodic else in_plane.min(axis=0), x[:, 2].min())
    extent = np.append(
        box.length if box.periodic else in_plane.max(axis=0) - low[:2], x[:, 2].max() - low[2]
    )
    count = np.clip(np.floor(extent / reach), 1, 256).astype(np.int64)
    size = np.where(extent > 0, extent / count, 1.0)
    index = np.column_stack((in_plane, x[:, 2])) - low
    index = np.clip((index / size).astype(np.int64), 0, count - 1)
    of_grain = (index[:, 2] * count[1] + index[:, 1]) * count[0] + index[:, 0]
    order = np.argsort(of_grain, kind="stable")
    start = np.searchsorted(of_grain[order], np.arange(count.prod() + 1))
    return _Cells(count, start, of_grain), order


@njit
def _find_pairs(grains, box, skin, count, cell_start, cell, order, bond_start, bond_second):
    n = len(cell)
    start = np.zeros(n + 1, np.int64)
    capacity = 16 * n + 64
    found_first = np.empty(capacity, np.int32)
    found_second = np.empty(capacity, np.int32)
    p = 0
    for i in range(n):
        begin = p
        cx = cell[i] % count[0]
        cy = (cell[i] // count[0]) % count[1]
        cz = cell[i] // (count[0] * count[1])
        for oz in range(-1, 2):
            z = cz + oz
            if z < 0 or z >= count[2]:
                continue
            for oy in range(-1, 2):
                y = cy + oy
                if box.periodic:
                    # With fewer than three cells a periodic neighbour must not be met twice.
                    if oy >= count[1] - 1 and count[1] < 3 and oy > 0:
                        continue
                    if count[1] == 1 and oy != 0:
                        continue
                    y = y % count[1]
                elif y < 0 or y >= count[1]:
                    continue
                for ox in range(-1, 2):
                    x = cx + ox
                    if box.periodic:
                        if ox >= count[0] - 1 and count[0] < 3 and ox > 0:
                            continue
                        if count[0] == 1 and ox != 0:
                            continue
                        x = x % count[0]
                    elif x < 0 or x >= count[0]:
                        continue
                    c = (z * count[1] + y) * count[0] + x
                    for k in range(cell_start[c], cell_start[c + 1]):
                        j = order[k]
                        if j <= i:
                            continue
                        reach = grains.radius[i] + grains.radius[j] + skin
                        if separation(i, j, grains.position, box) >= reach:
                            continue
                        bonded = False
                        for b in range(bond_start[i], bond_start[i + 1]):
                            if bond_second[b] == j:
                                bonded = True
                                break
                        if bonded:
                            continue
                        if p == capacity:
                            capacity *= 2
                            found_first = _grown(found_first, capacity)
                            found_second = _grown(found_second, capacity)
                        found_first[p] = i
                        found_second[p] = j
                        p += 1
        found_second[begin:p].sort()
        start[i + 1] = p
    return found_first[:p].copy(), found_second[:p].copy(), start


@njit
def separation(i, j, position, box):
    """Minimum-image distance of grains i and j."""
    period_x, period_y = periods(box)
    return length(
        (
            wrapped(position[j, 0] - position[i, 0], period_x),
            wrapped(position[j, 1] - position[i, 1], period_y),
            position[j, 2] - position[i, 2],
        )
    )


@njit
def _grown(array, capacity):
    larger = np.empty(capacity, array.dtype)
    larger[: len(array)] = array
    return larger


def _reverse(grain_count: int, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows grouped by `second`, in the order of the rows."""
    start = np.zeros(grain_count + 1, np.int64)
    np.cumsum(np.bincount(second, minlength=grain_count), out=start[1:])
    return start, np.argsort(second, kind="stable")


@njit
def _carry_history(grains, box, old, new, growth, overlaps_rest):
    for i in range(len(new.start) - 1):
        k = old.start[i]
        for p in range(new.start[i], new.start[i + 1]):
            j = new.second[p]
            while k < old.start[i + 1] and old.second[k] < j:
                k += 1
            distance = separation(i, j, grains.position, box)
            if k < old.start[i + 1] and old.second[k] == j:
                grown = old.rest[k] + growth[i] + growth[j]
                new.rest[p] = max(old.rest[k], min(grown, distance))
                new.stiffness[p] = old.stiffness[k]
                new.energy[p] = old.energy[k]
                for c in range(3):
                    new.tangential[p, c] = old.tangential[k, c]
                    new.force[p, c] = old.force[k, c]
                    new.lever[p, c] = old.lever[k, c]
                new.arm[p, 0], new.arm[p, 1] = old.arm[k, 0], old.arm[k, 1]
            else:
                new.rest[p] = grains.radius[i] + grains.radius[j]
                if overlaps_rest:
                    new.rest[p] = min(new.rest[p], distance)
