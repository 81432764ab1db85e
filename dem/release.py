"""Releases: a copy of the loading path, unloaded until plate and grains rest at zero load."""

from dataclasses import dataclass, field

import numpy as np

from dem.body import RADIUS, Z
from dem.fabric import relative_overlaps
from dem.loading import load
from dem.observe import carried_force, net_force
from dem.simulation import Simulation
from dem.skeleton import Skeleton, skeleton
from dem.stress import grain_stress
from dem.walls.enclosure import TOP

CHUNK = 200
"""Steps between two looks at the layer."""
HERTZ_LIMIT = 0.1
"""Overlap over reduced radius beyond which independent Hertz contacts lose their meaning."""
OVERLAP_EDGES = np.linspace(0.0, 1.0, 51)
"""Bins of overlap over reduced radius; the last one holds what lies beyond it, too."""

# The plate parts by this strain a step at most, and slower once its load is down to this share of
# what it was at the last look: the grains follow, sound being a hundred times faster.
_STRAIN, _SLOWS_BELOW = 1.5e-4, 0.5
# Load that the plate may answer in one step, over the stiffness of its contacts: at _STRAIN or less
# the plate would overshoot and chatter, at ten times that it follows a soft layer slowly.
_RESPONSE = 4 * _STRAIN
_LOOK = 50
"""Steps between two settings of the plate's speed."""
_READ, _READ_ABOVE = 5, 0.01
"""Steps between two readings while the load is above this share of the peak: the pressure falls to
a tenth within a chunk, and how it falls is the nip's way out."""
_STEADY = 5e-4
"""A thickness is read when it has changed by no more over two chunks."""
_MOST_CHUNKS = 150
"""A layer of rubble still swells by percents where denser ones have come to rest long since."""


@dataclass
class Branch:
    """A copy of the path on its way to one released density.

    index : state of the path at which the release begins; begun, at : where the copy was, and is
    released : whether it has begun; settled : whether it came to rest (else it was cut off)
    overlaps : (k,) contacts by OVERLAP_EDGES, at peak load
    stress : (n, 3, 3) [Pa], bond_force : (m, 3) [N], carried [N], skeleton : at peak load
    heights [m], pressures [Pa] : along the release, a value a chunk
    unloading : thickness [m] and mean pressure on both planes [Pa] along it, finer
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

    @property
    def progress(self) -> float:
        """Share of the way, 0 … 1; how many chunks a release takes is a guess."""
        loaded = (self.at - self.begun) / max(self.index - self.begun, 1)
        return 0.2 * loaded + 0.8 * (1.0 - 0.93**self.chunks)

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

    def release(self, seat: float, balance: float) -> bool:
        """One chunk of unloading; true once it is over.

        seat [Pa] : load at which the thickness is read; balance : net force on a grain, over the
        force carried at peak load, at which it is at rest
        """
        sim = self.sim
        limit = _STRAIN * sim.height / sim.step
        for _ in range(CHUNK // _LOOK):
            # The softer its contacts have become, the more speed a unit of load may ask for.
            answer = max(_SLOWS_BELOW * max(sim.pressure, seat), _RESPONSE * plate_stiffness(sim))
            gain = limit / (answer * sim.box.area)
            self._open((gain, seat * sim.box.area, limit))
        self.chunks += 1
        self.heights.append(sim.height)
        self.pressures.append(sim.pressure)
        self.settled = self.chunks >= 3 and self._rests(seat, balance)
        return self.settled or self.chunks >= _MOST_CHUNKS

    def _open(self, servo: tuple[float, float, float]) -> None:
        """Run up to the next look, with readings on the way; how it is cut changes no bit."""
        left = _LOOK
        while left > 0:
            carries = load(self.sim) > _READ_ABOVE * self.peak_pressure
            steps = _READ if carries else left
            self.sim.advance(steps, servo=servo)
            left -= steps
            self.unloading.append((self.sim.height, load(self.sim)))

    def _rests(self, seat: float, balance: float) -> bool:
        recent = self.heights[-3:]
        steady = max(recent) / min(recent) - 1 < _STEADY
        # Single readings fluctuate with the last waves; their mean does not.
        unloaded = np.mean(self.pressures[-3:]) < 3 * seat
        return bool(steady and unloaded and net_force(self.sim) < balance * self.carried)


def no_overlaps() -> np.ndarray:
    """Counts by OVERLAP_EDGES of what nothing presses."""
    return np.zeros(len(OVERLAP_EDGES) - 1, np.int64)


def plate_stiffness(sim: Simulation) -> float:
    """Present stiffness dP/dε of the plate's contacts [Pa], ε the strain of the layer."""
    rows = sim.wall_rows
    near = rows.surface == TOP
    grain = np.repeat(np.arange(len(sim.body)), np.diff(rows.start))[near]
    radius = sim.body[grain, RADIUS]
    overlap = rows.rest[near] - (sim.height - sim.body[grain, Z])
    contact = np.sqrt(radius * np.maximum(overlap, 0.0))
    # Every normal law begins with E*, and has the stiffness 2 E* a.
    of_plate = 2.0 * sim.laws.walls[TOP :: len(sim.walls.centre), 0]
    stiffness = of_plate[sim.material[grain]] @ contact
    return float(stiffness) * sim.height / sim.box.area
