"""Two rolls and the web between them: the circle that sets the thickness along the nip."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Rolls:
    """The rolls of a calender, as one coating of the web sees them.

    diameter [m], web_speed [m/s]; coated_sides : 1 on a rigid foil, where both rolls close on the
    one coating, or 2, where by symmetry each coating has a roll of its own
    """

    diameter: float = 0.4
    web_speed: float = 10.0 / 60.0
    coated_sides: int = 1

    @property
    def radius(self) -> float:
        """Radius of a roll [m]."""
        return 0.5 * self.diameter

    @property
    def closing(self) -> float:
        """Rolls that close on one coating: how often the circle's sagitta counts in its gap."""
        return 2.0 / self.coated_sides

    def thickness(self, position: np.ndarray | float, gap: float) -> np.ndarray | float:
        """Room for a coating [m] at a distance [m] from the line of the roll centres: with s of
        the rolls that close on it, g + s (r − √(r² − x²)).

        gap : [m], there
        """
        x, r = np.asarray(position), self.radius
        # The sagitta without the difference of two nearly equal lengths.
        return gap + self.closing * x**2 / (r + np.sqrt(r**2 - x**2))

    def distance(self, thickness: np.ndarray | float, gap: float) -> np.ndarray | float:
        """Distance from the line of the roll centres [m] where a coating of a thickness [m] just
        fits: S3 eq. 2's √(r(δ − g)) of one coated side, on the circle instead of its parabola.

        What is thinner than the gap fits there.
        """
        sagitta = np.maximum(np.asarray(thickness) - gap, 0.0) / self.closing
        return np.sqrt(sagitta * (self.diameter - sagitta))

    def residence_time(self, length: float) -> float:
        """Time that the web is in contact over a length of nip [s]."""
        return length / self.web_speed
