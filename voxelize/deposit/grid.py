"""The cells of a volume, pairs of grains, and the order in which room is looked for.

Lengths are in voxels and index order (z, y, x), as in `voxelize/deposit/ride.py`.
"""

from typing import NamedTuple

import numpy as np


class Grid(NamedTuple):
    """Cells that voxels can land in.

    shape : (nz, ny, nx); periodic : in plane
    """

    shape: tuple[int, int, int]
    periodic: bool

    def wrapped(self, cell: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Cells (n, 3) brought into the grid, and whether each lay inside it before."""
        limit = np.array(self.shape)
        if self.periodic:
            cell = cell.copy()
            cell[:, 1:] %= limit[1:]
        return np.clip(cell, 0, limit - 1), ((cell >= 0) & (cell < limit)).all(axis=1)

    def flat(self, cell: np.ndarray) -> np.ndarray:
        """Flat index of cells (n, 3) inside the grid."""
        return (cell[:, 0] * self.shape[1] + cell[:, 1]) * self.shape[2] + cell[:, 2]

    def cells(self, flat: np.ndarray) -> np.ndarray:
        """Cells (n, 3) int32 of flat indices."""
        return np.column_stack(np.unravel_index(flat, self.shape)).astype(np.int32)

    def at(self, values: np.ndarray, cell: np.ndarray) -> np.ndarray:
        """Integer values (nz, ny, nx) at cells (n, 3), −1 outside."""
        inside_cell, inside = self.wrapped(cell)
        return np.where(inside, values.ravel()[self.flat(inside_cell)], -1)


class Pairs:
    """A set of unordered pairs of grains."""

    def __init__(self, first: np.ndarray, second: np.ndarray, grains: int):
        self._grains = grains
        self._keys = np.unique(self._key(first, second))

    def __len__(self) -> int:
        return len(self._keys)

    def _key(self, a, b):
        return np.minimum(a, b).astype(np.int64) * self._grains + np.maximum(a, b)

    def contains(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Whether each pair (a, b) is in the set; negative grains never are."""
        if len(self._keys) == 0:
            return np.zeros(len(a), bool)
        key = self._key(a, b)
        place = np.minimum(np.searchsorted(self._keys, key), len(self._keys) - 1)
        return (self._keys[place] == key) & (a >= 0) & (b >= 0)


def rank_in_group(group: np.ndarray) -> np.ndarray:
    """Position of each item among the items of its group; `group` is sorted."""
    start = np.searchsorted(group, group)
    return np.arange(len(group)) - start


def scattered(index: np.ndarray) -> np.ndarray:
    """A fixed disorder of indices (multiplicative hashing), so that no direction is preferred."""
    return (index.astype(np.uint64) * np.uint64(2654435761)) % np.uint64(2**32)


def search_order(radius: int) -> np.ndarray:
    """Offsets (m, 3) int32 within a radius, nearest first, none of equal ones preferred."""
    line = np.arange(-radius, radius + 1)
    offsets = np.stack(np.meshgrid(line, line, line, indexing="ij"), axis=-1).reshape(-1, 3)
    squared = (offsets**2).sum(axis=1)
    offsets, squared = offsets[squared <= radius**2], squared[squared <= radius**2]
    order = np.lexsort((scattered(np.arange(len(offsets))), squared))
    return np.ascontiguousarray(offsets[order], dtype=np.int32)
