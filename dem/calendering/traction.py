"""What a roll and the foil under it exert on a strip, by distance from the roll's centre line."""

from dataclasses import dataclass, field

import numpy as np

from dem.body import VX, X, Z
from dem.simulation import Simulation

ROLL_NORMAL, ROLL_SHEAR, FOIL_NORMAL, FOIL_SHEAR, TOUCHES, SLIP = range(6)
"""Columns of `Traction.total`."""


@dataclass
class Traction:
    """Sums over samples in bins along the web.

    edges : (k + 1,) [m], of the bins, from the roll's centre line, below zero before it
    total : (k, 6), forces on the grains [N]: pressed by the roll and dragged by it along its
        surface (positive with the web's motion), carried by the foil and dragged by it; touches of
        the roll; their sliding [m/s], surface of the roll less coating
    load : (w, 6) [N], [N m], sum of the loads on foil and roll; samples : how many
    """

    edges: np.ndarray
    total: np.ndarray
    load: np.ndarray = field(default_factory=lambda: np.zeros((2, 6)))
    samples: int = 0

    def sample(self, sim: Simulation, foil: int, roll: int) -> None:
        """Add the forces recorded in the last step."""
        rows, walls = sim.wall_rows, sim.walls
        grain = np.repeat(np.arange(len(sim.body)), np.diff(rows.start))
        wall = walls.wall[rows.surface]
        centre = walls.centre[roll]
        pushed = rows.force.any(axis=1)
        for which, first in ((roll, ROLL_NORMAL), (foil, FOIL_NORMAL)):
            mine = np.flatnonzero((wall == which) & pushed)
            touched = sim.body[grain[mine], X : Z + 1] + rows.arm[mine]
            place = touched[:, 0] - centre[0]
            force = rows.force[mine]
            if which == roll:
                out = touched - centre
                out[:, 1] = 0.0
                out /= np.linalg.norm(out, axis=1)[:, None]
            else:
                out = np.broadcast_to([0.0, 0.0, 1.0], force.shape)
            # Along the surface, with the web: the normal of the roll looks down, the foil's up.
            along = np.column_stack((np.abs(out[:, 2]), np.zeros(len(mine)), -out[:, 0]))
            along[:, 2] *= np.sign(out[:, 2])
            self._add(place, first, (force * out).sum(axis=1))
            self._add(place, first + 1, (force * along).sum(axis=1))
            if which == roll:
                self._add(place, TOUCHES, np.ones(len(mine)))
                self._add(
                    place, SLIP, _sliding(sim, roll, grain[mine], touched, rows.arm[mine], along)
                )
        self.load += walls.load[[foil, roll]]
        self.samples += 1

    def _add(self, place: np.ndarray, column: int, weight: np.ndarray) -> None:
        self.total[:, column] += np.histogram(place, self.edges, weights=weight)[0]


def _sliding(sim, roll, grain, touched, arm, along) -> np.ndarray:
    """Speed of the roll's surface less that of the grain's there, along the surface [m/s]."""
    body, walls = sim.body, sim.walls
    of_grain = body[grain, VX : VX + 3] + np.cross(sim.grains.angular_velocity[grain], arm)
    of_roll = walls.velocity[roll] + np.cross(walls.spin[roll], touched - walls.centre[roll])
    return ((of_roll - of_grain) * along).sum(axis=1)
