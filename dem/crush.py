"""One particle crushed between platens."""

from dataclasses import dataclass, field

import numpy as np

from dem import quasistatic
from dem.bonds import INTACT
from dem.fragments import cracked_particles
from dem.interior import elastic_constants, inside
from dem.simulation import Simulation
from dem.stress import grain_stress

CURVE_COLUMNS = ("strain", "force_N", "stress_Pa", "broken_bond_fraction")
_CHUNK = 100
_STRAIN_PER_CHUNK = 2e-4


@dataclass
class Crushing:
    """The upper platen closes on a particle by a share `strain_limit` of its diameter.

    diameter [m]; record : rows of CURVE_COLUMNS; `peak` the simulation at the largest force so far,
    with the stress of its grains, (n, 3, 3) [Pa], unless `keep_peak` is off
    until_drop : the crushing ends where the particle is cracked and its force has fallen below
        this share of its largest
    probe_stress : [Pa], nominal, at which `inner` is taken: Young's modulus [Pa] and Poisson ratio
        of the particle's interior; None for never
    """

    sim: Simulation
    diameter: float
    strain_limit: float
    inertial_number: float
    pressure_floor: float
    record: list[tuple[float, ...]] = field(default_factory=list)
    peak: Simulation | None = None
    stress: np.ndarray | None = None
    keep_peak: bool = True
    until_drop: float | None = None
    probe_stress: float | None = None
    inner: tuple[float, float] | None = None
    start: np.ndarray | None = None

    @property
    def strain(self) -> float:
        """Closing of the platens over the diameter."""
        return 1.0 - self.sim.height / self.diameter

    @property
    def finished(self) -> bool:
        """Whether the strain limit is reached, or the force has dropped."""
        return self.crushed or self.strain >= self.strain_limit * (1 - 1e-9)

    @property
    def crushed(self) -> bool:
        """Whether the force has dropped as far as `until_drop` asks for, and the particle cracked.

        One that rolls on to another grain drops its load too, but holds together.
        """
        if self.until_drop is None or not self.record:
            return False
        largest = max(row[1] for row in self.record)
        if self.record[-1][1] >= self.until_drop * largest:
            return False
        return bool(cracked_particles(self.sim.grains, self.sim.bond_state()).any())

    @property
    def progress(self) -> float:
        """Share of the strain limit, 0 … 1."""
        return min(self.strain / self.strain_limit, 1.0)

    @property
    def note(self) -> str:
        """What is going on, in a few words."""
        stress = self.record[-1][2] if self.record else 0.0
        return f"{100 * self.strain:.1f} % closed, {stress / 1e6:.0f} MPa"

    def advance(self) -> None:
        """Close by one chunk of steps."""
        sim = self.sim
        if not self.record:
            self.start = sim.grains.position.copy()
            self._note(0.0)
        rate = quasistatic.strain_rate_for(
            self.inertial_number, self.diameter, sim.inertial_density,
            max(self.record[-1][2], self.pressure_floor),
        )  # fmt: skip
        left = np.log(sim.height / (self.diameter * (1 - self.strain_limit)))
        per_step = rate * sim.step
        steps = int(np.clip(np.ceil(min(left, _STRAIN_PER_CHUNK) / per_step), 1, _CHUNK))
        sim.advance(steps, rate=-rate)
        # Each platen alone fluctuates with the waves between them.
        self._note(0.5 * (sim.pressure + sim.bottom_pressure) * sim.box.area)

    def _note(self, force: float) -> None:
        b = self.sim.bonds
        broken = float((b.state != INTACT).mean()) if len(b.state) else 0.0
        stress = crush_stress(force, self.diameter)
        if self.keep_peak and force > max((row[1] for row in self.record), default=-1.0):
            self.peak = self.sim.copy()
            self.stress = grain_stress(self.sim)
        if self.probe_stress is not None and self.inner is None and stress >= self.probe_stress:
            self.inner = self._inside()
        self.record.append((self.strain, force, stress, broken))

    def _inside(self) -> tuple[float, float]:
        within = inside(self.start, self.diameter)
        return elastic_constants(
            self.start[within],
            self.sim.grains.position[within],
            grain_stress(self.sim)[within],
            self.sim.volume[within],
        )


def crush_stress(force: float, diameter: float) -> float:
    """Nominal stress σ = 2.48 F/(π d²) of a crushed particle [Pa] (Hiramatsu & Oka 1966, as S1)."""
    return 2.48 * force / (np.pi * diameter**2)


def apparent_modulus(curve: np.ndarray, diameter: float, poisson_ratio: float) -> float:
    """Young's modulus [Pa] of a Hertz sphere that carries the force where half the peak is reached.

    curve : (k, 4) of CURVE_COLUMNS. Each platen takes half of the closing: F = 4/3 E* √R (δ/2)^1.5.
    """
    strain, force = curve[:, 0], curve[:, 1]
    half = int(np.argmax(force >= 0.5 * force.max()))
    approach = 0.5 * strain[half] * diameter
    effective = 0.75 * force[half] / (np.sqrt(0.5 * diameter) * approach**1.5)
    return float(effective * (1 - poisson_ratio**2))
