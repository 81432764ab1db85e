"""Releases: a copy of the loading path, unloaded until plate and grains rest at zero load."""

from dataclasses import dataclass, field

import numpy as np

from dem.fabric import relative_overlaps
from dem.loading import load
from dem.observe import carried_force, net_force
from dem.simulation import Simulation
from dem.skeleton import Skeleton, skeleton
from dem.stress import grain_stress

HERTZ_LIMIT = 0.1
"""Overlap over reduced radius beyond which independent Hertz contacts lose their meaning."""
OVERLAP_EDGES = np.linspace(0.0, 1.0, 51)
"""Bins of overlap over reduced radius; the last one holds what lies beyond it, too."""

# A layer that has lost its load is a thousand times softer than its grains, and a wave of its own
# takes thousands of steps through it: so grains are carried with the affine strain, as in loading.
_LOOK, _LOOKS = 50, 4
"""Steps between two settings of the strain rate, and such looks in a chunk."""
_SHARE = 0.35
"""Of the load above the seat, what a look takes away at most, by the layer's present stiffness."""
_A_CROSSING = 3.0
"""Such shares in the time in which a wave of that stiffness crosses the layer: faster, the upper
half would part while the lower still pushes, and a soft layer does not come back."""
_STRAIN = 1e-4
"""Strain a step, at most; a tenth of it backwards, where the layer has lost the plate."""
_STIFFENS, _SOFTENS = 10.0, 3.0
"""Factors by which the stiffness may change from look to look: single readings hold waves."""
_READ, _READ_ABOVE = 5, 0.01
"""Steps between two readings while the load is above this share of the peak: the pressure falls to
a tenth within a chunk, and how it falls is the nip's way out."""
_STIFF, _AIR = 500.0, 0.5
"""Stiffness over peak load at the start, and share of the seat below which nothing is held."""
STEADY_SHARE, STEADIEST = 0.1, 1e-3
"""A thickness is read when it has changed over two chunks by no more than this share of the
tolerance of its target, and at most by so much: springback is read from it, too."""
_MOST_CHUNKS = 150
"""A layer of rubble still swells by percents where denser ones have come to rest long since."""


@dataclass
class Branch:
    """A copy of the path on its way to one released density.

    index : state of the path at which the release begins; begun, at : where the copy was, and is
    released : whether it has begun; settled : whether it came to rest (else it was cut off)
    overlaps : (k,) contacts by OVERLAP_EDGES, at peak load
    stress : (n, 3, 3) [Pa], bond_force : (m, 3) [N], carried [N], skeleton : at peak load
    heights [m], pressures [Pa] : along the release, a value a look
    unloading : thickness [m] and mean pressure on both planes [Pa] along it, finer
    stiffness [Pa] : of the layer, −dP/dε by its last look
    """

    sim: Simulation
    begun: int
    at: int
    index: int
    released: bool = False
    settled: bool = False
    chunks: int = 0
    peak_pressure: float = 0.0
    loaded_thickness: float = 0.0
    stress: np.ndarray | None = None
    bond_force: np.ndarray | None = None
    overlaps: np.ndarray | None = None
    overlap_beyond_hertz: float = 0.0
    skeleton: Skeleton | None = None
    carried: float = 0.0
    heights: list[float] = field(default_factory=list)
    pressures: list[float] = field(default_factory=list)
    unloading: list[tuple[float, float]] = field(default_factory=list)
    stiffness: float = 0.0

    @property
    def progress(self) -> float:
        """Share of the way, 0 … 1; how many chunks a release takes is a guess."""
        loaded = (self.at - self.begun) / max(self.index - self.begun, 1)
        return 0.2 * loaded + 0.8 * (1.0 - 0.85**self.chunks)

    def begin_release(self) -> None:
        """Note what holds at peak load."""
        sim = self.sim
        self.released = True
        self.peak_pressure = load(sim)
        self.loaded_thickness = sim.height
        self.stress = grain_stress(sim)
        self.skeleton = skeleton(sim, self.stress)
        self.bond_force = sim.contacts.force[: len(sim.bonds.first)].copy()
        self.carried = carried_force(sim)
        overlaps = relative_overlaps(sim)
        inside = np.minimum(overlaps, OVERLAP_EDGES[-1])
        self.overlaps = np.histogram(inside, OVERLAP_EDGES)[0]
        self.overlap_beyond_hertz = float((overlaps > HERTZ_LIMIT).sum() / max(len(overlaps), 1))
        self.heights.append(sim.height)
        self.pressures.append(self.peak_pressure)
        self.unloading.append((sim.height, self.peak_pressure))
        # Of a layer that hardly springs back: a softer one is known as such after a few looks.
        self.stiffness = _STIFF * self.peak_pressure

    def release(self, seat: float, balance: float, tolerance: float) -> bool:
        """One chunk of unloading; true once it is over.

        seat [Pa] : load at which the thickness is read; balance : net force on a grain, over the
        force carried at peak load, at which it is at rest; tolerance : relative, of the target
        """
        for _ in range(_LOOKS):
            self._look(seat)
        self.chunks += 1
        self.settled = self.chunks >= 3 and self._rests(seat, balance, tolerance)
        return self.settled or self.chunks >= _MOST_CHUNKS

    def _look(self, seat: float) -> None:
        """Let the layer expand by what its stiffness says would take a share of its load."""
        sim, height, pressure = self.sim, self.heights[-1], self.pressures[-1]
        stiffness = max(self.stiffness, seat)
        crossing = sim.height * np.sqrt(sim.inertial_density / stiffness) / sim.step
        share = min(_SHARE, _A_CROSSING * _LOOK / crossing)
        strain = share * (pressure - seat) / stiffness
        strain = float(np.clip(strain, -0.1 * _STRAIN * _LOOK, _STRAIN * _LOOK))
        self._expand(strain / (_LOOK * sim.step), seat)
        self.heights.append(sim.height)
        self.pressures.append(load(sim))
        risen = sim.height / height - 1.0
        least, most = self.stiffness / _SOFTENS, self.stiffness * _STIFFENS
        if max(pressure, self.pressures[-1]) < _AIR * seat:
            # Without load a layer says nothing of its stiffness: come back faster at each look.
            self.stiffness = max(least, seat)
        elif abs(risen) > 0.0:
            secant = (pressure - self.pressures[-1]) / risen
            # Their geometric mean: a single reading holds waves.
            self.stiffness = float(np.sqrt(self.stiffness * np.clip(secant, least, most)))

    def _expand(self, rate: float, seat: float) -> None:
        """Run up to the next look, reading on the way; it ends early where the seat is passed."""
        left, above = _LOOK, load(self.sim) > seat
        while left > 0 and (load(self.sim) > seat) == above:
            carries = load(self.sim) > _READ_ABOVE * self.peak_pressure or not above
            steps = _READ if carries else left
            self.sim.advance(steps, rate=rate)
            left -= steps
            self.unloading.append((self.sim.height, load(self.sim)))

    def _rests(self, seat: float, balance: float, tolerance: float) -> bool:
        recent = self.heights[-1 - 2 * _LOOKS :: _LOOKS]
        steady = max(recent) / min(recent) - 1 < min(STEADY_SHARE * tolerance, STEADIEST)
        # Single readings fluctuate with the last waves; their mean does not.
        seated = _AIR * seat < np.mean(self.pressures[-2 * _LOOKS :]) < 2 * seat
        return bool(steady and seated and net_force(self.sim) < balance * self.carried)


def no_overlaps() -> np.ndarray:
    """Counts by OVERLAP_EDGES of what nothing presses."""
    return np.zeros(len(OVERLAP_EDGES) - 1, np.int64)
