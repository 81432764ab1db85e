"""What a cell did: its points, its fields over time, and what is read off them."""

from dataclasses import dataclass

import numpy as np

from dem.jit import njit
from electrochem.kinetics import FARADAY
from electrochem.porous_electrode.balance import SECONDS_PER_HOUR
from electrochem.porous_electrode.newton import Model, split
from electrochem.porous_electrode.reaction import surface_of
from electrochem.porous_electrode.state import Layout


@dataclass(frozen=True)
class Segment:
    """One step of the protocol as it went: its points are first … last of the curve."""

    first: int
    last: int
    end_reason: str


@dataclass(frozen=True, eq=False)
class Curve:
    """What a cell did; p columns, n volumes along each, m particles in the order of the volumes.

    time [s], voltage [V], current_density [A/m²] : (nt,)
    salt [mol/m³], electrolyte_potential, solid_potential [V] : (nt, p, n)
    metal_current : (nt, p) [A/m²]; reaction : (nt, m) [A/m²] of reacting surface
    surface, mean : (nt, m) stoichiometry at the particles' surface and on average
    lithium_error : largest error of any lithium sum (each electrode, the salt), as a share of the
        lithium that has passed in all
    nominal_capacity : basis of C-rates [A h/m²]; steps, newton_updates : what it cost
    columns : (ny, nx); footprint : (y, x) [m], None where nothing changes in the plane
    warnings : where the curve left what its materials are known for, a sentence each
    """

    model: Model
    layout: Layout
    time: np.ndarray
    voltage: np.ndarray
    current_density: np.ndarray
    salt: np.ndarray
    electrolyte_potential: np.ndarray
    solid_potential: np.ndarray
    metal_current: np.ndarray
    reaction: np.ndarray
    surface: np.ndarray
    mean: np.ndarray
    segments: tuple[Segment, ...]
    lithium_error: float
    nominal_capacity: float
    steps: int
    newton_updates: int
    state: np.ndarray
    columns: tuple[int, int]
    footprint: tuple[float, float] | None
    warnings: tuple[str, ...]

    @property
    def end_reason(self) -> str:
        """Why the last step ended."""
        return self.segments[-1].end_reason

    @property
    def position(self) -> np.ndarray:
        """(n,) centres of the volumes from the negative side [m]."""
        width = self.model.grid.width
        return np.cumsum(width) - 0.5 * width

    @property
    def capacity(self) -> np.ndarray:
        """(nt,) charge passed since the start [A h/m²]: the lithium that the positive gained."""
        particles = self.model.particles
        here = particles.electrode == self.model.chemistry.transfer.size - 1
        held = self.mean[:, here] @ particles.held[here] / self.layout.columns
        return (held - held[0]) * FARADAY / SECONDS_PER_HOUR

    @property
    def energy(self) -> np.ndarray:
        """(nt,) energy delivered since the start [W h/m²]: the voltage over the charge passed."""
        gained = 0.5 * (self.voltage[1:] + self.voltage[:-1]) * np.diff(self.capacity)
        return np.concatenate([[0.0], np.cumsum(gained)])


@njit
def summarise(model, states, surface, mean):
    """Stoichiometry at the surface and on average of every particle of some states."""
    for row in range(states.shape[0]):
        _, _, _, _, _, j, x = split(model, states[row])
        for k in range(j.shape[0]):
            surface[row, k] = surface_of(model.chemistry, model.particles, k, j[k], x[k, -1])[0]
            total = 0.0
            for s in range(x.shape[1]):
                total += x[k, s] * model.particles.shell_volume[s]
            mean[row, k] = 3.0 * total
