"""Labels on voxels of another edge: nearest where finer, merged by a rule where coarser."""

from typing import Literal, get_args

import numpy as np

from dem.errors import InputError
from dem.jit import njit
from voxelize.read.keep_shares import keep_shares
from voxelize.read.overlaps import overlaps, under_centres
from voxelize.read.votes import count_votes
from voxelize.volume import PHASES

Rule = Literal["keep_shares", "majority"]
RULES = get_args(Rule)
"""How voxels are merged: each phase keeps its share of the volume, or the most frequent wins."""

_SAME = 1e-6
_PHASES = len(PHASES)


def resampled(
    labels: np.ndarray, voxel_size: tuple[float, float, float], edge: float, rule: Rule
) -> np.ndarray:
    """Labels on cubes of an edge [m]; (nz, ny, nx) uint8 → uint8.

    voxel_size : [m], edges of the voxels along z, y, x
    rule : of merging; where no edge grows, the nearest voxel's label is taken
    """
    if rule not in RULES:
        raise InputError(f"coarsening_rule is {rule!r}, expected one of {', '.join(RULES)}")
    if all(abs(edge - old) <= _SAME * old for old in voxel_size):
        return labels
    if all(edge <= old * (1.0 + _SAME) for old in voxel_size):
        for axis, old in enumerate(voxel_size):
            labels = labels.take(under_centres(labels.shape[axis], old, edge), axis=axis)
        return labels
    z, y, x = (overlaps(n, old, edge) for n, old in zip(labels.shape, voxel_size, strict=True))
    if rule == "majority":
        return _majority(labels, *z, *y, *x)
    factor = np.cbrt(np.prod([edge / old for old in voxel_size]))
    return keep_shares(labels, (*z, *y, *x), factor)


@njit
def _majority(labels, z_first, z_weight, y_first, y_weight, x_first, x_weight):
    out = np.empty((len(z_first), len(y_first), len(x_first)), dtype=np.uint8)
    votes = np.empty(_PHASES)
    for k in range(len(z_first)):
        for j in range(len(y_first)):
            for i in range(len(x_first)):
                count_votes(
                    labels, z_first[k], z_weight[k], y_first[j], y_weight[j],
                    x_first[i], x_weight[i], votes,
                )  # fmt: skip
                best = 0
                for phase in range(1, _PHASES):
                    # Of equals the first wins.
                    if votes[phase] > votes[best]:
                        best = phase
                out[k, j, i] = best
    return out
