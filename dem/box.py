"""The simulation box: in-plane extent, periodic or between frictionless symmetry planes."""

from typing import NamedTuple

import numpy as np


class Box(NamedTuple):
    """In-plane box [0, length[0]] × [0, length[1]]; z runs from the foil's coated face (z = 0) up.

    length : (2,) [m], extent in x and y
    periodic : both in-plane directions periodic, else four frictionless planes
    """

    length: np.ndarray
    periodic: bool

    @property
    def area(self) -> float:
        """Footprint [m²]."""
        return float(self.length[0] * self.length[1])
