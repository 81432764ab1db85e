"""The simulation box: its extent, periodic or bounded by walls along each axis."""

from typing import NamedTuple

import numpy as np


class Box(NamedTuple):
    """Box [0, length[0]] × [0, length[1]]; z runs from the foil's coated face (z = 0) up.

    length : (2,) [m], extent in x and y
    periodic : whether x and y are periodic (else frictionless planes bound them): one value for
        both, or one for each
    period_z : [m], period along z, 0 for none (planes bound it then)
    """

    length: np.ndarray
    periodic: bool | tuple[bool, bool]
    period_z: float = 0.0

    @property
    def area(self) -> float:
        """Footprint [m²]."""
        return float(self.length[0] * self.length[1])

    @property
    def period(self) -> np.ndarray:
        """Period of each axis, (3,) [m], 0 where it is not periodic."""
        in_plane = np.where(np.broadcast_to(self.periodic, 2), self.length, 0.0)
        return np.append(in_plane, self.period_z)

    def nearest(self, difference: np.ndarray) -> np.ndarray:
        """Minimum image of differences of positions, (…, 3) [m]."""
        period = self.period
        turns = np.round(difference / np.where(period > 0.0, period, 1.0))
        return difference - np.where(period > 0.0, period * turns, 0.0)

    def wrap(self, position: np.ndarray) -> np.ndarray:
        """Positions inside the box along its periodic axes, (…, 3) [m]."""
        period = self.period
        return np.where(period > 0.0, position % np.where(period > 0.0, period, 1.0), position)
