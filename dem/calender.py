"""Calendering to densities: one loading path, and the releases that branch off it.

A density is what remains after springback. The plate closes once; from states along its path
copies are released to zero load, and a search over the states finds the one that a target needs.
What a state springs back to follows from the state alone, but it is no smooth function: where
something breaks it jumps, and it scatters. So the search only relies on a target lying between two
released states, and ends when they follow each other on the path.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from dem.bonds import Bonds
from dem.breaks import Breaks, breaks_of, no_breaks
from dem.calendering.nip import Nip, Readings, nip_of
from dem.errors import Unstable
from dem.fragments import diameter_by_volume
from dem.grains import ACTIVE, Grains
from dem.loading import (
    PATH_COLUMNS,
    Pressing,
    density,
    load,
    loading_readings,
    path_row,
    press_on,
)
from dem.release import Branch, no_overlaps
from dem.simulation import Simulation
from dem.skeleton import Skeleton

__all__ = [
    "PATH_COLUMNS", "Calendering", "Pressing", "State", "median_diameter", "start_calendering",
    "unloaded_state",
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class State:
    """An electrode at one density of the series.

    target [kg/m³] (None: unloaded); off_target : released density over target, less 1
    thickness, loaded_thickness [m]; peak_pressure [Pa]
    settled : whether the release came to rest
    grains, bonds : after release; stress : (n, 3, 3) [Pa], bond_force : (m, 3) [N], at peak load
    overlaps : contacts at peak load by OVERLAP_EDGES; overlap_beyond_hertz : share of them beyond
    breaks : since the unloaded picture, the release included
    skeleton : what carried the peak load; nip : the way there and back between rolls; None unloaded
    """

    target: float | None
    thickness: float
    loaded_thickness: float
    peak_pressure: float
    grains: Grains
    bonds: Bonds
    stress: np.ndarray
    bond_force: np.ndarray
    overlaps: np.ndarray
    overlap_beyond_hertz: float
    settled: bool
    release: dict[str, list[float]]
    off_target: float = 0.0
    breaks: Breaks = field(default_factory=no_breaks)
    skeleton: Skeleton | None = None
    nip: Nip | None = None


class Sample(NamedTuple):
    """What a state of the path, by its index, springs back to: released density [kg/m³]."""

    index: int
    released: float


_FIRST_GUESS = 1.03
"""Loaded over released density, before anything was released."""
_SLOPE = 0.9
"""Released over loaded density change, before two samples tell."""
_INTERPOLATIONS = 4
"""Trials after which scatter, not curvature, is what keeps a target from being met: then halve."""
_SNAPSHOT_SPACING = 0.02
"""Relative spacing of the loading path's snapshots in density."""
_SNAPSHOTS = 8
"""Beyond so many, every second of the snapshots goes."""


@dataclass
class Calendering:
    """The series as a machine that `advance` moves by one chunk; all of it can be checkpointed.

    missed : targets [kg/m³] that have no state, each with why; record : rows of PATH_COLUMNS
    snapshots : copies of the path by their index in the record; samples : by that index
    nearest : the released state nearest to the present target; ended : why the path goes no further
    fault : the simulation whose motion blew up, as it stood then
    """

    path: Simulation
    pressing: Pressing
    start_density: float
    states: list[State] = field(default_factory=list)
    missed: list[tuple[float, str]] = field(default_factory=list)
    record: list[tuple[float, ...]] = field(default_factory=list)
    snapshots: list[tuple[int, Simulation]] = field(default_factory=list)
    samples: list[tuple[int, float]] = field(default_factory=list)
    goal: float | None = None
    branch: Branch | None = None
    nearest: State | None = None
    trials: int = 0
    ended: str = ""
    fault: Simulation | None = None

    @property
    def finished(self) -> bool:
        """Whether every target has its state, or a reason why not."""
        return self._done == len(self.pressing.targets)

    @property
    def note(self) -> str:
        """What is going on, in a few words."""
        sim = self.branch.sim if self.branch else self.path
        doing = "releasing" if self.branch and self.branch.released else "pressing"
        trial = f", trial {self.trials + 1}" if self.branch and self.trials else ""
        value = density(sim, self.pressing) / 1000
        return f"{doing}{trial}: {value:.2f} g/cm³, {sim.pressure / 1e6:.0f} MPa"

    @property
    def progress(self) -> float:
        """Share of the way to the last target, 0 … 1; how many trials a target takes is a guess."""
        if self.finished:
            return 1.0
        targets, done = self.pressing.targets, density(self.path, self.pressing)
        span = 1.06 * targets[-1] - self.start_density
        pressed = min(max((done - self.start_density) / span, 0.0), 1.0)
        begun = self.trials + (self.branch.progress if self.branch else 0.0)
        released = (self._done + 1.0 - 0.7**begun) / len(targets)
        return 0.5 * pressed + 0.5 * released

    @property
    def _done(self) -> int:
        return len(self.states) + len(self.missed)

    @property
    def _target(self) -> float:
        return self.pressing.targets[self._done]

    def advance(self) -> None:
        """Load, or release, by one chunk of steps."""
        if self.finished:
            return
        try:
            self._advance()
        except Unstable as error:
            # Where the motion blew up it would do so again; the states so far stand.
            self.fault = error.sim
            self._miss_all(str(error))

    def _advance(self) -> None:
        if not self.record:
            self.record.append(path_row(self.path, self.pressing, 0.0))
            self.snapshots.append((0, self.path.copy()))
            self.samples.append((0, self.start_density))
        if self.branch is not None:
            self._advance_branch()
        elif self.goal is None:
            self._aim()
        elif self.record[-1][0] < self.goal and not self.ended:
            self._press_path()
        else:
            self.branch = self._branch_to(self._index_of_goal())

    def _press_path(self) -> None:
        rate = press_on(self.path, self.pressing)
        self.record.append(path_row(self.path, self.pressing, rate))
        index, last = len(self.record) - 1, self.snapshots[-1][0]
        if self.record[index][0] > self.record[last][0] * (1 + _SNAPSHOT_SPACING):
            self._keep_snapshot(index)
        if load(self.path) > self.pressing.pressure_limit:
            self.ended = (
                f"at {load(self.path) / 1e6:.0f} MPa, beyond calendering.pressure_limit, the "
                f"electrode stands at {self.record[-1][0] / 1000:.3g} g/cm³ under load"
            )

    def _keep_snapshot(self, index: int) -> None:
        """Keep what a search may still start from: the start, and what lies above the bracket."""
        lowest = self._bracket()[0].index
        first, *others = self.snapshots
        from_below = [s for s in others if s[0] <= lowest][-1:]
        kept = [first, *from_below, *(s for s in others if s[0] > lowest)]
        if len(kept) >= _SNAPSHOTS:
            kept = [*kept[:2], *kept[3::2]]
        self.snapshots = [*kept, (index, self.path.copy())]

    def _bracket(self) -> tuple[Sample, Sample | None]:
        """The first sample that is dense enough and the last one before it, which is not."""
        samples = [Sample(*s) for s in self.samples]
        reached = [s for s in samples if s.released >= self._target]
        if not reached:
            return samples[-1], None
        return samples[samples.index(reached[0]) - 1], reached[0]

    def _aim(self) -> None:
        """Choose the loaded density of the next release, or end the search for this target."""
        low, high = self._bracket()
        met = [s for s in self.samples if self._meets(s[1])]
        if met and self.nearest is None:
            # Released for the target before this one, whose state it was not.
            self.goal = self.record[met[0][0]][0]
        elif high is None and self.ended and low.index == len(self.record) - 1:
            self._miss(f"{self.ended}, and springs back to {low.released / 1000:.3g} g/cm³")
        elif high is not None and high.index - low.index == 1:
            if self.nearest is None:
                nearer = min(low, high, key=lambda s: abs(s.released - self._target))
                self.goal = self.record[nearer.index][0]
            else:
                self._settle_for_nearest(low, high)
        else:
            self.goal = self._next_goal(low, high)

    def _next_goal(self, low: Sample, high: Sample | None) -> float:
        target, at = self._target, self.record[low.index][0]
        if low.index == 0:
            if high is None:
                return _FIRST_GUESS * target
            above = self.record[high.index][0]
            return max(above - (high.released - target) / _SLOPE, 0.5 * (at + above))
        if high is None:
            before = Sample(*self.samples[-2])
            risen = (low.released - before.released) / (at - self.record[before.index][0])
            slope = _SLOPE if before.index == 0 else np.clip(risen, 0.5, 1.0)
            # Scatter may hide that the density rises at all: never less than this.
            return at + max((target - low.released) / slope, 0.01 * at)
        share = (target - low.released) / (high.released - low.released)
        share = np.clip(share, 0.1, 0.9) if self.trials < _INTERPOLATIONS else 0.5
        return at + share * (self.record[high.index][0] - at)

    def _index_of_goal(self) -> int:
        """The first state of the path that is no less dense than the goal, inside the bracket."""
        low, high = self._bracket()
        last = len(self.record) - 1 if high is None else high.index - 1
        index = int(np.searchsorted([row[0] for row in self.record], self.goal))
        if self.nearest is None and any(s[0] == index for s in self.samples):
            return index
        return min(max(index, low.index + 1), last)

    def _branch_to(self, index: int) -> Branch:
        """A branch from the last snapshot that is not beyond a state of the path."""
        kept = [*self.snapshots, (len(self.record) - 1, self.path)]
        start, sim = [s for s in kept if s[0] <= index][-1]
        return Branch(sim.copy(), begun=start, at=start, index=index)

    def _advance_branch(self) -> None:
        branch = self.branch
        if branch.at < branch.index:
            press_on(branch.sim, self.pressing)
            branch.at += 1
            return
        if not branch.released:
            branch.begin_release()
        if branch.release(self.pressing.seating_pressure, self.pressing.release_balance):
            self._take_sample(branch)

    def _take_sample(self, branch: Branch) -> None:
        sample = Sample(branch.index, density(branch.sim, self.pressing))
        self.samples = sorted({*self.samples, tuple(sample)})
        self.trials += 1
        self.goal = self.branch = None
        off = sample.released / self._target - 1
        if self.nearest is None or abs(off) < abs(self.nearest.off_target):
            self.nearest = _released_state(branch, self._target, off, self)
        if self._meets(sample.released):
            self._keep_nearest()

    def _meets(self, released: float) -> bool:
        return abs(released / self._target - 1) <= self.pressing.tolerance

    def _keep_nearest(self) -> None:
        self.states.append(self.nearest)
        self.nearest, self.trials = None, 0

    def _settle_for_nearest(self, low: Sample, high: Sample) -> None:
        """Nothing lies between two states of the path: the released density jumps there."""
        if abs(self.nearest.off_target) <= self.pressing.off_target_limit:
            self._keep_nearest()
            return
        self._miss(
            f"between loads of {self.record[low.index][0] / 1000:.4g} and "
            f"{self.record[high.index][0] / 1000:.4g} g/cm³ the released density jumps from "
            f"{low.released / 1000:.4g} to {high.released / 1000:.4g} g/cm³, and the nearest state "
            f"is off by {100 * abs(self.nearest.off_target):.2g} %; expected a larger volume, "
            "calendering.tolerance or calendering.off_target_limit"
        )

    def _miss(self, why: str) -> None:
        self.missed.append((self._target, why))
        self.goal, self.nearest, self.trials = None, None, 0

    def _miss_all(self, why: str) -> None:
        self.branch = None
        while not self.finished:
            self._miss(why)


def start_calendering(sim: Simulation, pressing: Pressing) -> Calendering:
    """The series from the unloaded picture `sim`."""
    return Calendering(path=sim, pressing=pressing, start_density=density(sim, pressing))


def _released_state(branch: Branch, target: float, off_target: float, of: Calendering) -> State:
    sim = branch.sim
    loading = loading_readings(of.record[: branch.index + 1])
    release = Readings(*np.array(branch.unloading).T)
    return State(
        target=target,
        off_target=off_target,
        thickness=sim.height,
        loaded_thickness=branch.loaded_thickness,
        peak_pressure=branch.peak_pressure,
        grains=Grains(*(a.copy() for a in sim.grains)),
        bonds=sim.bond_state(),
        stress=branch.stress,
        bond_force=branch.bond_force,
        overlaps=branch.overlaps,
        overlap_beyond_hertz=branch.overlap_beyond_hertz,
        settled=branch.settled,
        release={"thickness_m": branch.heights, "pressure_Pa": branch.pressures},
        breaks=breaks_of(sim),
        skeleton=branch.skeleton,
        nip=nip_of(loading, release, of.pressing.rolls),
    )


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
        overlaps=no_overlaps(),
        overlap_beyond_hertz=0.0,
        settled=True,
        release={"thickness_m": [], "pressure_Pa": []},
    )


def median_diameter(grains: Grains) -> float:
    """Median diameter by volume of the active particles, from their sphere-equivalent size [m]."""
    active = grains.material == ACTIVE
    _, index = np.unique(grains.particle[active], return_inverse=True)
    return diameter_by_volume(np.bincount(index, grains.volume[active]), 0.5)
