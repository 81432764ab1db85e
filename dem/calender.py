"""Calendering to densities: one loading path, and the releases that branch off it.

A density is what remains after springback. The plate closes once; from states along its path
copies are released to zero load, and a root finder on the released density picks the states.
"""

from dataclasses import dataclass, field

import numpy as np

from dem import quasistatic
from dem.bonds import Bonds
from dem.fragments import crack_figures
from dem.grains import ACTIVE, Grains
from dem.observe import energies, unbalanced_force
from dem.release import CHUNK, Branch
from dem.simulation import Simulation


class Unreachable(RuntimeError):
    """A target density cannot be reached."""


@dataclass(frozen=True)
class Pressing:
    """How the plate closes and opens.

    targets : released densities [kg/m³], rising; tolerance : relative, on them
    coating_mass [kg], without the collector
    inertial_number : bound on the particle diameter, taken at `pressure_floor` [Pa] at least
    particle_diameter : [m], median by volume
    seating_pressure : [Pa], load at which a thickness is read, as that of a thickness gauge
    pressure_limit : [Pa], where a target counts as unreachable
    release_balance : mean net force on a grain, over the mean force that contacts carried at peak
        load, at which a release is at rest
    """

    targets: tuple[float, ...]
    coating_mass: float
    particle_diameter: float
    tolerance: float = 0.005
    inertial_number: float = 0.01
    pressure_floor: float = 20e6
    seating_pressure: float = 0.1e6
    pressure_limit: float = 2e9
    release_balance: float = 0.01


@dataclass(frozen=True, eq=False)
class State:
    """An electrode at one density of the series.

    target [kg/m³] (None: as coated); thickness, loaded_thickness [m]; peak_pressure [Pa]
    settled : whether the release came to rest
    grains, bonds : after release; stress : (n, 3, 3) [Pa], bond_force : (m, 3) [N], at peak load
    """

    target: float | None
    thickness: float
    loaded_thickness: float
    peak_pressure: float
    grains: Grains
    bonds: Bonds
    stress: np.ndarray
    bond_force: np.ndarray
    overlap_beyond_hertz: float
    settled: bool
    release: dict[str, list[float]]


PATH_COLUMNS = (
    "density_kg_m3", "thickness_m", "pressure_top_Pa", "pressure_bottom_Pa", "broken_bond_fraction",
    "inertial_number", "unbalanced_force", "contact_J", "bond_J", "kinetic_J", "friction_J",
    "viscous_J", "plastic_J", "damping_J", "broken_bonds_J", "work_J",
)  # fmt: skip

_SNAPSHOT_SPACING = 0.02
"""Relative spacing of the loading path's snapshots in density."""
_SNAPSHOTS_BELOW = 0.1
"""Snapshots looser than the path by more than any springback are dropped, but the first."""
_OVERSHOOT = 1e-3
"""What a last step may press beyond a goal."""
_TRIALS = 8
_SLOPE = 0.9
"""Released over loaded density change, before two samples tell."""


@dataclass
class Calendering:
    """The series as a machine that `advance` moves by one chunk; all of it can be checkpointed."""

    path: Simulation
    pressing: Pressing
    start_density: float
    states: list[State] = field(default_factory=list)
    record: list[tuple[float, ...]] = field(default_factory=list)
    snapshots: list[Simulation] = field(default_factory=list)
    samples: list[tuple[float, float]] = field(default_factory=list)
    goal: float | None = None
    branch: Branch | None = None
    trials: int = 0
    strain_rate: float = 0.0

    def density(self, sim: Simulation) -> float:
        """Coating mass over area × plate height [kg/m³]."""
        return self.pressing.coating_mass / (sim.box.area * sim.height)

    @property
    def finished(self) -> bool:
        """Whether every target has its state."""
        return len(self.states) == len(self.pressing.targets)

    @property
    def note(self) -> str:
        """What is going on, in a few words."""
        sim = self.branch.sim if self.branch else self.path
        doing = "releasing" if self.branch and self.branch.released else "pressing"
        return f"{doing}: {self.density(sim) / 1000:.2f} g/cm³, {sim.pressure / 1e6:.0f} MPa"

    @property
    def progress(self) -> float:
        """Share of the way from the coated to the highest target density, 0 … 1."""
        if self.finished:
            return 1.0
        targets = self.pressing.targets
        done = self.density(self.path) - self.start_density
        share = min(max(done / (targets[-1] * 1.06 - self.start_density), 0.0), 1.0)
        return 0.7 * share + 0.3 * len(self.states) / len(targets)

    def advance(self) -> None:
        """Load, or release, by one chunk of steps. Raises Unreachable."""
        if self.finished:
            return
        if self.goal is None:
            self.goal = self._first_goal()
            if not self.record:
                self.snapshots.append(self.path.copy())
                self._note()
        if self.branch is not None:
            self._advance_branch()
        elif self.density(self.path) < self.goal:
            self._load(self.path, self.goal)
            self._note()
            if self.density(self.path) > self.density(self.snapshots[-1]) * (1 + _SNAPSHOT_SPACING):
                self._keep_snapshot()
        else:
            self.branch = self._branch_to(self.goal)

    def _keep_snapshot(self) -> None:
        first, *others = self.snapshots
        least = self.density(self.path) * (1 - _SNAPSHOTS_BELOW)
        self.snapshots = [first, *(s for s in others if self.density(s) > least), self.path.copy()]

    def _first_goal(self) -> float:
        target = self.pressing.targets[len(self.states)]
        if not self.samples:
            return 1.03 * target
        if len(self.samples) > 1:
            return self._next_goal(target)
        loaded, released = self.samples[-1]
        return target * loaded / released

    def _load(self, sim: Simulation, goal: float) -> None:
        p = self.pressing
        pressure = max(0.5 * (sim.pressure + sim.bottom_pressure), p.pressure_floor)
        if pressure > p.pressure_limit:
            target = p.targets[len(self.states)]
            raise Unreachable(
                f"{target / 1000:.3g} g/cm³ was not reached: at {pressure / 1e6:.0f} MPa the "
                f"electrode stands at {self.density(sim) / 1000:.3g} g/cm³ under load"
            )
        rate = quasistatic.strain_rate_for(
            p.inertial_number, p.particle_diameter, sim.inertial_density, pressure
        )
        remaining = np.log(goal / self.density(sim)) / (rate * sim.step)
        sim.advance(int(np.clip(np.ceil(remaining), 1, CHUNK)), rate=-rate)
        self.strain_rate = rate

    def _note(self) -> None:
        sim = self.path
        # The inertial number that was, at the pressure that was met, not the bound that was set.
        met = max(0.5 * (sim.pressure + sim.bottom_pressure), self.pressing.seating_pressure)
        number = quasistatic.inertial_number(
            self.strain_rate, self.pressing.particle_diameter, sim.inertial_density, met
        )
        broken = crack_figures(sim.grains, sim.bond_state(), 1.0)["broken_bond_fraction"]
        self.record.append(
            (
                self.density(sim), sim.height, sim.pressure, sim.bottom_pressure, broken, number,
                unbalanced_force(sim), *energies(sim),
            )
        )  # fmt: skip

    def _branch_to(self, goal: float) -> Branch:
        """A branch from the last state of the path that is not denser than the goal."""
        candidates = [*self.snapshots, self.path]
        below = [s for s in candidates if self.density(s) <= goal * (1 + _OVERSHOOT)]
        return Branch(below[-1].copy(), goal)

    def _advance_branch(self) -> None:
        branch = self.branch
        if not branch.released and self.density(branch.sim) < branch.goal * (1 - 1e-5):
            self._load(branch.sim, branch.goal)
            return
        if not branch.released:
            branch.begin_release()
        if branch.release(self.pressing.seating_pressure, self.pressing.release_balance):
            self._take_sample(branch)

    def _take_sample(self, branch: Branch) -> None:
        released = self.density(branch.sim)
        target = self.pressing.targets[len(self.states)]
        loaded = self.density(branch.sim) * branch.sim.height / branch.loaded_thickness
        self.samples = sorted([*self.samples, (loaded, released)])
        self.branch = None
        self.trials += 1
        if abs(released / target - 1) <= self.pressing.tolerance:
            self._keep(branch, target)
            return
        if self.trials >= _TRIALS:
            raise Unreachable(
                f"no release within {100 * self.pressing.tolerance:.2g} % of {target / 1000:.4g} "
                f"g/cm³ after {_TRIALS} trials; the nearest gave {released / 1000:.4g}"
            )
        self.goal = self._next_goal(target)

    def _keep(self, branch: Branch, target: float) -> None:
        sim = branch.sim
        self.states.append(
            State(
                target=target,
                thickness=sim.height,
                loaded_thickness=branch.loaded_thickness,
                peak_pressure=branch.peak_pressure,
                grains=Grains(*(a.copy() for a in sim.grains)),
                bonds=sim.bond_state(),
                stress=branch.stress,
                bond_force=branch.bond_force,
                overlap_beyond_hertz=branch.overlap_beyond_hertz,
                settled=branch.settled,
                release={"thickness_m": branch.heights, "pressure_Pa": branch.pressures},
            )
        )
        self.goal, self.trials = None, 0

    def _next_goal(self, target: float) -> float:
        below = [s for s in self.samples if s[1] < target]
        above = [s for s in self.samples if s[1] >= target]
        if below and above:
            (l0, r0), (l1, r1) = below[-1], above[0]
            share = np.clip((target - r0) / (r1 - r0), 0.1, 0.9)
            return l0 + share * (l1 - l0)
        loaded, released = below[-1] if below else above[0]
        slope = _SLOPE
        if len(self.samples) > 1:
            (l0, r0), (l1, r1) = self.samples[-2:] if below else self.samples[:2]
            slope = np.clip((r1 - r0) / (l1 - l0), 0.3, 1.0)
        return max(loaded + (target - released) / slope, self.start_density * 1.001)


def start_calendering(sim: Simulation, pressing: Pressing) -> Calendering:
    """The series from the unloaded picture `sim`."""
    density = pressing.coating_mass / (sim.box.area * sim.height)
    return Calendering(path=sim, pressing=pressing, start_density=density)


def unloaded_state(grains: Grains, bonds: Bonds, thickness: float) -> State:
    """The unloaded picture as the first state of a series."""
    return State(
        target=None,
        thickness=thickness,
        loaded_thickness=thickness,
        peak_pressure=0.0,
        grains=grains,
        bonds=bonds,
        stress=np.zeros((len(grains.radius), 3, 3)),
        bond_force=np.zeros((len(bonds.first), 3)),
        overlap_beyond_hertz=0.0,
        settled=True,
        release={"thickness_m": [], "pressure_Pa": []},
    )


def median_diameter(grains: Grains) -> float:
    """Median diameter by volume of the active particles, from their sphere-equivalent size [m]."""
    active = grains.material == ACTIVE
    _, index = np.unique(grains.particle[active], return_inverse=True)
    volume = np.sort(np.bincount(index, grains.volume[active]))
    middle = volume[np.searchsorted(np.cumsum(volume), 0.5 * volume.sum())]
    return float((6 * middle / np.pi) ** (1 / 3))
