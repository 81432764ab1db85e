"""The rows of the grains near each wall, and the history that they keep when listed anew."""

import numpy as np

from dem.body import X, Z
from dem.jit import njit
from dem.neighbours import sort_into_cells
from dem.vector import add, rotate
from dem.walls import triangle
from dem.walls.features import choose_of_grain
from dem.walls.geometry import surface_distance, surface_distances
from dem.walls.walls import WallRows, Walls

_TRIANGLE = triangle.KIND


def no_rows(grain_count: int, remembers: bool, rolls: bool) -> WallRows:
    """No grain near any wall."""
    return _empty(np.zeros(grain_count + 1, np.int64), np.zeros(0, np.int32), remembers, rolls)


def list_walls(
    body: np.ndarray, size: np.ndarray, walls: Walls, skin: float, old: WallRows, growth,
    overlaps_rest: bool = True,
) -> WallRows:  # fmt: skip
    """Rows of every grain closer to a surface than its size + skin; history as `rebuild` has it.

    growth : (n,) [m], what each contact radius has grown since the last list
    """
    position = body[:, X : Z + 1]
    grain, surface, gap = [], [], []
    for s in np.flatnonzero(walls.kind != _TRIANGLE):
        apart = surface_distances(s, walls, position)
        near = np.flatnonzero(apart < size + skin)
        grain.append(near)
        surface.append(np.full(len(near), s, np.int32))
        gap.append(apart[near])
    if len(walls.corner):
        found = _near_triangles(body, size, walls, skin)
        for part, values in zip((grain, surface, gap), found, strict=True):
            part.append(values)
    if not grain:
        return old
    grain, surface, gap = (np.concatenate(parts) for parts in (grain, surface, gap))
    order = np.lexsort((surface, grain))
    grain, surface, gap = grain[order], surface[order], gap[order]
    start = np.concatenate(([0], np.cumsum(np.bincount(grain, minlength=len(body)))))
    remembers, rolls = len(old.memory) == len(old.rest), len(old.rolling) == len(old.rest)
    new = _empty(start, surface, remembers, rolls)
    new.rest[:] = np.minimum(size[grain], gap) if overlaps_rest else size[grain]
    of_mesh = walls.kind[surface] == _TRIANGLE
    new.rest[of_mesh] = size[grain[of_mesh]]
    new.active[of_mesh] = 0
    known = _carry(old, new, grain, gap, growth, len(walls.kind))
    if of_mesh.any():
        before = new.rest.copy()
        _choose_all(body, walls, new)
        if overlaps_rest:
            # Only where the grain would touch: not every triangle nearby is pressed.
            begun = of_mesh & ~known & (new.active > 0) & (new.rest == before)
            new.rest[begun] = np.minimum(size[grain[begun]], gap[begun])
    return new


def _near_triangles(
    body, size, walls: Walls, skin: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Grain, surface and distance [m] of every grain and triangle that are near, (k,) each.

    Each triangle looks into the cells of the grid of grains that its bounds, widened by the largest
    grain, reach into: work grows with the number of pairs, not with grains times triangles.
    """
    cells = sort_into_cells(body, size, np.zeros(3), skin)
    none = np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0)
    count = _search(body, size, walls, skin, cells, *none, False)
    found = np.empty(count, np.int64), np.empty(count, np.int32), np.empty(count)
    _search(body, size, walls, skin, cells, *found, True)
    return found


@njit
def _search(body, size, walls, skin, cells, grain, surface, gap, fill):
    """Number of near pairs; with `fill` they are written down too."""
    widest = size.max()
    kind, wall, geometry = walls.kind, walls.wall, walls.surface
    centre, orientation = walls.centre, walls.orientation
    cell_start, order, count = cells.start, cells.order, cells.count
    low, width = cells.low, cells.width
    lowest, highest = np.empty(3), np.empty(3)
    first, last = np.empty(3, np.int64), np.empty(3, np.int64)
    found = 0
    for s in range(len(kind)):
        if kind[s] != _TRIANGLE:
            continue
        w = wall[s]
        middle = (centre[w, 0], centre[w, 1], centre[w, 2])
        turned = (orientation[w, 0], orientation[w, 1], orientation[w, 2], orientation[w, 3])
        lowest[:] = np.inf
        highest[:] = -np.inf
        for k in range(3):
            p = (geometry[s, 3 * k], geometry[s, 3 * k + 1], geometry[s, 3 * k + 2])
            corner = add(middle, rotate(turned, p))
            lowest[0], highest[0] = min(lowest[0], corner[0]), max(highest[0], corner[0])
            lowest[1], highest[1] = min(lowest[1], corner[1]), max(highest[1], corner[1])
            lowest[2], highest[2] = min(lowest[2], corner[2]), max(highest[2], corner[2])
        for axis in range(3):
            # Outside the grid's range no grain lies; the bounds may lie far outside it.
            most = float(count[axis])
            below = (lowest[axis] - widest - skin - low[axis]) / width[axis]
            above = (highest[axis] + widest + skin - low[axis]) / width[axis]
            # A grain at the upper end of the range stands in the last cell.
            first[axis] = min(int(min(max(below, 0.0), most)), count[axis] - 1)
            last[axis] = int(min(max(above, -1.0), most - 1.0)) if above >= 0.0 else -1
        for cz in range(first[2], last[2] + 1):
            for cy in range(first[1], last[1] + 1):
                for cx in range(first[0], last[0] + 1):
                    cell = (cz * count[1] + cy) * count[0] + cx
                    for place in range(cell_start[cell], cell_start[cell + 1]):
                        i = order[place]
                        apart = surface_distance(
                            kind[s], geometry[s], middle, turned,
                            (body[i, X], body[i, X + 1], body[i, Z]),
                        )[0]  # fmt: skip
                        if abs(apart) < size[i] + skin:
                            if fill:
                                grain[found], surface[found], gap[found] = i, s, apart
                            found += 1
    return found


@njit
def _choose_all(body, walls, rows):
    for i in range(len(body)):
        if rows.start[i + 1] > rows.start[i]:
            choose_of_grain(
                i, body, walls.kind, walls.wall, walls.surface, walls.corner, walls.centre,
                walls.orientation, rows,
            )  # fmt: skip


def _carry(old: WallRows, new: WallRows, grain, gap, growth, surfaces: int) -> np.ndarray:
    """Carry what the rows knew; returns which rows were listed before, (r,)."""
    n = len(old.start) - 1
    old_grain = np.repeat(np.arange(n), np.diff(old.start))
    keys, old_keys = grain * surfaces + new.surface, old_grain * surfaces + old.surface
    place = np.searchsorted(old_keys, keys)
    known = place < len(old_keys)
    known[known] = old_keys[place[known]] == keys[known]
    source = place[known]
    grown = old.rest[source] + growth[grain[known]]
    new.rest[known] = np.maximum(old.rest[source], np.minimum(grown, gap[known]))
    for name in ("spring", "force", "arm", "active"):
        getattr(new, name)[known] = getattr(old, name)[source]
    for name in ("memory", "rolling"):
        if len(getattr(new, name)):
            getattr(new, name)[known] = getattr(old, name)[source]
    return known


def _empty(start, surface, remembers: bool, rolls: bool) -> WallRows:
    r = len(surface)
    return WallRows(
        start=start,
        surface=surface,
        rest=np.zeros(r),
        spring=np.zeros((r, 4)),
        memory=np.zeros(r if remembers else 0),
        rolling=np.zeros((r if rolls else 0, 3)),
        force=np.zeros((r, 3)),
        arm=np.zeros((r, 3)),
        active=np.ones(r, np.uint8),
        gap=np.zeros(r),
        direction=np.zeros((r, 3)),
        feature=np.zeros(r, np.int32),
    )
