"""Moving the walls of a simulation, pressing with them, and reading what acts on them.

`wall` is the place of a wall in the list: collector and plate come first, then the side planes
(`dem.walls.enclosure`), then the walls given to `simulate`. Collector and plate move with the
strain; the plate's speed and servo are those of `Simulation.advance`.
"""

import numpy as np

from dem.errors import InputError
from dem.simulation import Simulation
from dem.walls.check import check_turning


def set_motion(sim: Simulation, wall: int, velocity=None, spin=None) -> None:
    """Give a wall a velocity (3,) [m/s] and a spin (3,) [rad/s]; what is None stays as it is.

    Raises InputError where turning would sweep a plane or a roll out of its listed reach.
    """
    if spin is not None:
        mine = sim.walls.wall == wall
        check_turning(
            f"wall {wall}", int(sim.walls.kind[mine][0]), sim.walls.surface[mine], spin,
            float(sim.walls.extent[wall]), sim.walls.orientation[wall],
        )  # fmt: skip
        sim.walls.spin[wall] = spin
    if velocity is not None:
        sim.walls.velocity[wall] = velocity


def set_servo(
    sim: Simulation, wall: int, direction, gain: float, force: float, limit: float
) -> None:
    """Let a wall move along a direction so that it presses the grains that way with a force.

    Its speed along `direction` (3,) is gain [m/s/N] · (force − its present force) [N], no faster
    than limit [m/s]; across it keeps its velocity. A gain of 0 lets go, at rest along it.
    """
    direction = np.asarray(direction, float)
    size = np.linalg.norm(direction)
    if not size > 0.0 or gain < 0.0 or limit < 0.0:
        raise InputError(
            f"servo of wall {wall}: expected a direction other than zero, and a gain and a speed "
            "limit that are not negative"
        )
    if gain == 0.0:
        along = direction / size
        sim.walls.velocity[wall] -= (sim.walls.velocity[wall] @ along) * along
    sim.walls.servo[wall] = *(direction / size), gain, force, limit


def wall_force(sim: Simulation, wall: int) -> np.ndarray:
    """Force of the grains on a wall, (3,) [N], at the present positions."""
    return sim.walls.load[wall, :3].copy()


def wall_torque(sim: Simulation, wall: int) -> np.ndarray:
    """Torque of the grains on a wall about its centre, (3,) [N m]."""
    return sim.walls.load[wall, 3:].copy()


def wall_work(sim: Simulation, wall: int) -> float:
    """Work that a wall has done on the grains since the start [J]."""
    return float(sim.walls.work[wall])
