"""What balls of a size reach in a phase, and at which sizes shares of it are reached."""

from collections.abc import Callable

import numpy as np

STEP = 1.12
"""Ratio of neighbouring sizes of a curve, 2^(1/6)."""
_NEAR = 1.03
"""Ratio of the sizes about a quantile between which it is interpolated."""
NARROWEST = 2.0
"""Diameter [voxels] at which everything is reached: each voxel's centre is one from a wall."""


class Covers:
    """The widest ball of a row of sizes that covers each voxel.

    diameter : (m,) [voxels], falling, at most 255; balls : where those of one diameter reach
    Digital balls are no unions of smaller ones: what a wider one covers is kept, whether or not a
    narrower one gets there.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        diameter: np.ndarray,
        balls: Callable[[float], np.ndarray],
        tell: Callable[[float], None],
    ):
        self.diameter, self._balls = diameter, balls
        self.first = np.zeros(shape, np.uint8)
        """Number of the widest that covers a voxel, from 1; 0 for none."""
        for count, size in enumerate(diameter.tolist(), start=1):
            tell(count / len(diameter))
            covered = balls(size)
            covered &= self.first == 0
            self.first[covered] = count

    def to(self, count: int) -> np.ndarray:
        """Voxels that one of the `count` widest covers, bool."""
        return (self.first > 0) & (self.first <= count)

    def at(self, diameter: float) -> np.ndarray:
        """Voxels that a ball of a diameter between those of the row, or a wider one, covers."""
        return self._balls(diameter) | self.to(int(np.count_nonzero(self.diameter >= diameter)))


def diameters_from(widest: float) -> np.ndarray:
    """Diameters [voxels] from the widest down to the narrowest in even ratios near `STEP`."""
    steps = int(np.ceil(np.log(max(widest / NARROWEST, 1.0)) / np.log(STEP)))
    return np.geomspace(widest, NARROWEST, steps + 1) if steps else np.array([NARROWEST])


def refined(
    diameter: np.ndarray,
    share: np.ndarray,
    share_at: Callable[[float], float],
    targets: tuple[float, ...],
) -> tuple[np.ndarray, np.ndarray]:
    """The curve with sizes added about each target until the two beside it are within 3 %.

    diameter : (m,) falling; share : (m,) rising, reached at each; share_at : computes it
    """
    points = dict(zip(diameter.tolist(), share.tolist(), strict=True))
    for target in targets:
        while True:
            wide, narrow = _bracket(points, target)
            if wide <= _NEAR * narrow:
                break
            middle = float(np.sqrt(wide * narrow))
            # Digital balls of neighbouring sizes may miss each other's edge by single voxels.
            points[middle] = float(np.clip(share_at(middle), points[wide], points[narrow]))
    found = np.array(sorted(points.items(), reverse=True))
    return found[:, 0], found[:, 1]


def diameter_at(diameter: np.ndarray, share: np.ndarray, target: float) -> float:
    """Size at which a share is reached, interpolated in its logarithm; the first, if by then."""
    points = dict(zip(diameter.tolist(), share.tolist(), strict=True))
    wide, narrow = _bracket(points, target)
    if wide == narrow:
        return wide
    way = (target - points[wide]) / (points[narrow] - points[wide])
    return float(wide * (narrow / wide) ** way)


def _bracket(points: dict[float, float], target: float) -> tuple[float, float]:
    """Sizes beside the crossing: the last with less than the target and the next one down."""
    falling = sorted(points, reverse=True)
    below = [size for size in falling if points[size] < target]
    if not below:
        return falling[0], falling[0]
    at = falling.index(below[-1])
    return (falling[at], falling[at + 1]) if at + 1 < len(falling) else (falling[at], falling[at])
