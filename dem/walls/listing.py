"""The rows of the grains near each wall, and the history that they keep when listed anew."""

import numpy as np

from dem.body import RADIUS, X, Z
from dem.walls.geometry import surface_distances
from dem.walls.walls import WallRows, Walls


def no_rows(grain_count: int, remembers: bool, rolls: bool) -> WallRows:
    """No grain near any wall."""
    return _empty(np.zeros(grain_count + 1, np.int64), np.zeros(0, np.int32), remembers, rolls)


def list_walls(
    body: np.ndarray, walls: Walls, skin: float, old: WallRows, growth, overlaps_rest: bool = True
) -> WallRows:
    """Rows of every grain closer to a surface than its radius + skin; history as `rebuild` has it.

    growth : (n,) [m], what each contact radius has grown since the last list
    """
    position, radius = body[:, X : Z + 1], body[:, RADIUS]
    grain, surface, gap = [], [], []
    for s in range(len(walls.kind)):
        apart = surface_distances(s, walls, position)
        near = np.flatnonzero(apart < radius + skin)
        grain.append(near)
        surface.append(np.full(len(near), s, np.int32))
        gap.append(apart[near])
    if not grain:
        return old
    grain, surface, gap = (np.concatenate(parts) for parts in (grain, surface, gap))
    order = np.lexsort((surface, grain))
    grain, surface, gap = grain[order], surface[order], gap[order]
    start = np.concatenate(([0], np.cumsum(np.bincount(grain, minlength=len(body)))))
    remembers, rolls = len(old.memory) == len(old.rest), len(old.rolling) == len(old.rest)
    new = _empty(start, surface, remembers, rolls)
    new.rest[:] = np.minimum(radius[grain], gap) if overlaps_rest else radius[grain]
    _carry(old, new, grain, gap, growth, len(walls.kind))
    return new


def _carry(old: WallRows, new: WallRows, grain, gap, growth, surfaces: int) -> None:
    n = len(old.start) - 1
    old_grain = np.repeat(np.arange(n), np.diff(old.start))
    keys, old_keys = grain * surfaces + new.surface, old_grain * surfaces + old.surface
    place = np.searchsorted(old_keys, keys)
    known = place < len(old_keys)
    known[known] = old_keys[place[known]] == keys[known]
    source = place[known]
    grown = old.rest[source] + growth[grain[known]]
    new.rest[known] = np.maximum(old.rest[source], np.minimum(grown, gap[known]))
    for name in ("spring", "force", "arm"):
        getattr(new, name)[known] = getattr(old, name)[source]
    for name in ("memory", "rolling"):
        if len(getattr(new, name)):
            getattr(new, name)[known] = getattr(old, name)[source]


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
    )
