"""How voxels of one edge lie under voxels of another, along one axis."""

from typing import NamedTuple

import numpy as np

_ROUNDING = 1e-6


class Overlaps(NamedTuple):
    """Old voxels under each new one along an axis.

    first : (n,) int64, the first old voxel under a new one
    weight : (n, m) float64, lengths [old voxels] of the overlaps with it and those that follow
    """

    first: np.ndarray
    weight: np.ndarray


def overlaps(length: int, old: float, new: float) -> Overlaps:
    """Overlaps along an axis of so many old voxels; the last new voxel may stand over by a half.

    old, new : edges [m]
    """
    ratio = new / old
    if abs(ratio - round(ratio)) < _ROUNDING * ratio:
        # Whole blocks weigh whole numbers, so that ties are ties.
        ratio = float(round(ratio))
    count = max(1, int(np.floor(length / ratio + 0.5 + _ROUNDING)))
    begin = np.arange(count) * ratio
    first = np.minimum(np.floor(begin + _ROUNDING).astype(np.int64), length - 1)
    reach = int(np.ceil(ratio)) + 1
    cell = first[:, None] + np.arange(reach)
    weight = np.minimum(cell + 1, (begin + ratio)[:, None]) - np.maximum(cell, begin[:, None])
    weight[(weight < _ROUNDING) | (cell >= length)] = 0.0
    used = int(np.flatnonzero(weight.any(axis=0))[-1]) + 1
    return Overlaps(first, np.ascontiguousarray(weight[:, :used]))


def under_centres(length: int, old: float, new: float) -> np.ndarray:
    """(n,) int64, the old voxel under the centre of each new one."""
    count = max(1, int(np.floor(length * old / new + 0.5 + _ROUNDING)))
    return np.minimum(((np.arange(count) + 0.5) * (new / old)).astype(np.int64), length - 1)
