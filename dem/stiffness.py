"""Stiffness of a released layer: pressed anew by the plate, and strained along its plane.

Contacts carry pressure alone, bonds pull too: so a layer gives way more easily in tension. In plane
it is strained as a free one, without plate, by affine steps of the grains and their periods with
rest in between, which is how it is bent or drawn on a testing machine. What pressing left of stress
in plane is let go first: the box held it as a foil does.
"""

from dataclasses import dataclass, field

import numpy as np

from dem.body import X
from dem.errors import Unstable
from dem.grains import COLLECTOR
from dem.loading import Pressing, load, press_on
from dem.simulation import Simulation
from dem.stress import grain_stress
from dem.walls.enclosure import TOP

LEGS = ("reloading", "tension", "compression")
"""Confined between the plates; along x, free."""
RELOADED = (0.25, 0.5)
"""Shares of the former peak pressure between which the stiffness of reloading is read."""
_MOST_RELOADED = 0.1
"""Strain at which a layer that does not bear the pressure any more is left."""
_STEPS, _STRAIN = 8, 2.5e-4
"""Steps of strain in plane from the free state, and the size of each."""
_MOST_STEP, _MOST_FREEING = 2e-3, 0.05
"""Strain of a step while a layer is let go, at most; and at which it is left as it is."""
_REST = 600
"""Time steps of rest after each step of strain."""


@dataclass
class Stiffness:
    """The three tests of each released layer in turn; `advance` moves them by one step.

    released : simulations at the end of their release; peaks [Pa] : their peak pressures
    curves : of the finished tests, by LEGS for each layer; rows of strain and stress [Pa], both
        positive in the direction of the test, in plane from the free state on
    letting_go : strain and pressure [Pa] along x of each layer while that is let go; its first
        readings are those of the layer as its foil holds it
    free : the layer free of stress along x; failed : what blew up, and where
    """

    released: list[Simulation]
    peaks: list[float]
    pressing: Pressing
    curves: list[list[tuple[float, float]]] = field(default_factory=list)
    sim: Simulation | None = None
    curve: list[tuple[float, float]] = field(default_factory=list)
    thickness: float = 0.0
    letting_go: list[list[tuple[float, float]]] = field(default_factory=list)
    free: Simulation | None = None
    failed: list[str] = field(default_factory=list)

    @property
    def finished(self) -> bool:
        """Whether every layer has been tested."""
        return len(self.curves) == len(LEGS) * len(self.released)

    @property
    def progress(self) -> float:
        """Share of the tests, 0 … 1."""
        begun = min(len(self.curve) / (_STEPS + 1), 0.9)
        return (len(self.curves) + begun * (not self.finished)) / (len(LEGS) * len(self.released))

    @property
    def note(self) -> str:
        """What is going on, in a few words."""
        readings = self.curve or [row for rows in self.letting_go[-1:] for row in rows]
        doing = self._leg if self.curve else "letting go before tension"
        strain = readings[-1][0] if readings else 0.0
        return f"{doing} of state {len(self.curves) // len(LEGS) + 1}, strain {100 * strain:.2f} %"

    @property
    def _leg(self) -> str:
        return LEGS[len(self.curves) % len(LEGS)]

    def advance(self) -> None:
        """Begin a test, or strain by one step."""
        if self.finished:
            return
        try:
            over = self._begin() if self.sim is None else self._step()
        except Unstable as error:
            # What was read before stands; without two readings there is no modulus.
            self.failed.append(f"{self.note}: {error}")
            over = True
        if over:
            self.curves.append(self.curve)
            self.sim, self.curve = None, []

    def _begin(self) -> bool:
        released = self.released[len(self.curves) // len(LEGS)]
        self.thickness = released.height
        if self._leg == "compression":
            if self.free is None:
                return True
            self.sim, self.free = self.free, None
            self.curve = [(0.0, self._stress())]
            return False
        self.sim = released.copy()
        if self._leg == "reloading":
            self.curve = [(0.0, load(self.sim))]
            return False
        self.letting_go.append([])
        if not np.all(self.sim.box.periodic):
            # What bounds the sides would have to be pulled too.
            return True
        # Free of the plate, which would hold what widens.
        self.sim.walls.centre[TOP, 2] += 0.5 * self.thickness
        self.sim.stale = True
        self.sim.advance(_REST)
        self.letting_go[-1].append((0.0, -self._stress()))
        return False

    def _step(self) -> bool:
        if self._leg == "reloading":
            press_on(self.sim, self.pressing)
            strain = 1.0 - self.sim.height / self.thickness
            self.curve.append((strain, load(self.sim)))
            peak = self.peaks[len(self.curves) // len(LEGS)]
            return self.curve[-1][1] >= RELOADED[1] * peak or strain > _MOST_RELOADED
        if not self.curve:
            return self._free()
        sign = 1.0 if self._leg == "tension" else -1.0
        strain_along_x(self.sim, sign * _STRAIN)
        self.sim.advance(_REST)
        self.curve.append((self.curve[-1][0] + _STRAIN, self._stress()))
        return len(self.curve) > _STEPS

    def _free(self) -> bool:
        """Stretch by one step until nothing presses on the sides; true where that never comes."""
        readings = self.letting_go[-1]
        strain, pressure = readings[-1]
        if pressure <= 0.0:
            self.free, self.curve = self.sim.copy(), [(0.0, -pressure)]
            return False
        more = _STRAIN
        if len(readings) > 1:
            before, was = readings[-2]
            # Half of what would free it at the present stiffness: it softens on the way.
            softness = (strain - before) / max(was - pressure, 1e-3 * pressure)
            more = float(np.clip(0.5 * pressure * softness, _STRAIN, _MOST_STEP))
        strain_along_x(self.sim, more)
        self.sim.advance(_REST)
        readings.append((strain + more, -self._stress()))
        return strain + more > _MOST_FREEING

    def _stress(self) -> float:
        """Stress along x of the layer at its released thickness, positive in the test's sense."""
        # Not of the foil, which is no part of the coating.
        volume = np.where(self.sim.material == COLLECTOR, 0.0, self.sim.volume)
        total = volume @ grain_stress(self.sim)[:, 0, 0]
        sign = 1.0 if self._leg == "tension" else -1.0
        return sign * float(total) / (self.sim.box.area * self.thickness)

    def moduli(self, layer: int) -> dict[str, float | None]:
        """Modulus of each test of a layer [Pa] by LEGS; None where it could not be read."""
        found: dict[str, float | None] = {}
        for place, leg in enumerate(LEGS):
            curve = self.curves[len(LEGS) * layer + place]
            if leg == "reloading":
                low, high = (share * self.peaks[layer] for share in RELOADED)
                # From the last reading below the range, so that a steep one has two.
                first = max((k for k, row in enumerate(curve) if row[1] < low), default=0)
                reached = bool(curve) and curve[-1][1] >= high
                curve = curve[first:] if reached else []
            found[leg] = slope(curve)
        return found

    def held(self, layer: int) -> tuple[float | None, float | None]:
        """Pressure along x [Pa] that pressing left in a layer, as a foil holds it, and its modulus
        in the first step of stretching from there [Pa]; None where it was not strained."""
        readings = self.letting_go[layer]
        if not readings:
            return None, None
        # A layer that the sides do not press on is free at once: its tension is that from there.
        modulus = slope([(e, -p) for e, p in readings[:2]])
        return readings[0][1], modulus


def strain_along_x(sim: Simulation, strain: float) -> None:
    """Strain grains and the period along x affinely, at once; the box must be periodic there."""
    sim.body[:, X] *= 1.0 + strain
    length = sim.box.length * np.array([1.0 + strain, 1.0])
    sim.box = sim.box._replace(length=length)
    sim.stale = True


def slope(curve: list[tuple[float, float]]) -> float | None:
    """Least-squares slope of stress over strain [Pa]; None of fewer than two readings."""
    if len(curve) < 2:
        return None
    strain, stress = np.array(curve).T
    return float(np.polyfit(strain - strain[0], stress / 1e9, 1)[0] * 1e9)


def unloading_modulus(thickness: np.ndarray, pressure: np.ndarray) -> float | None:
    """Secant stiffness −dP/dε from peak load to half of it [Pa], ε of the loaded thickness.

    thickness [m], pressure [Pa] : (k,) readings of a release from its peak on; None where it did
    not come down so far
    """
    pressure = np.asarray(pressure, float)
    below = np.flatnonzero(pressure <= 0.5 * pressure[0]) if len(pressure) else []
    if len(below) == 0 or below[0] == 0:
        return None
    k = below[0]
    share = (pressure[k - 1] - 0.5 * pressure[0]) / (pressure[k - 1] - pressure[k])
    half = thickness[k - 1] + share * (thickness[k] - thickness[k - 1])
    return float(0.5 * pressure[0] / (half / thickness[0] - 1.0))
