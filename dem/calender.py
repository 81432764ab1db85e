"""Calendering to targets: one loading path, and the releases that branch off it.

A density is what remains after springback. The plate closes once; from states along its path
copies are released to zero load, and a search over the states finds the one that a target needs.
"""

from dataclasses import dataclass, field

import numpy as np

from dem.calendering.path import LoadingPath
from dem.calendering.search import bracket, meets, next_goal
from dem.calendering.state import State, released_state, unloaded_state
from dem.calendering.targets import DENSITY, MEASURES, Measure, Sample, Target
from dem.errors import Unstable
from dem.fragments import diameter_by_volume
from dem.grains import ACTIVE, Grains
from dem.loading import PATH_COLUMNS, Pressing, density, press_on
from dem.release import Branch
from dem.simulation import Simulation

__all__ = [
    "PATH_COLUMNS", "Calendering", "Pressing", "State", "median_diameter", "start_calendering",
    "unloaded_state",
]  # fmt: skip


@dataclass
class Calendering:
    """The series as a machine that `advance` moves by one chunk; all of it can be checkpointed.

    missed : targets that have no state, each with why; samples : what was released, by index
    goal : loaded value of the target's measure to release from
    nearest : the released state nearest to the present target
    passes_on, passed : whether a pass goes on from the state; index and simulation of the nearest
    fault : the simulation whose motion blew up, as it stood then
    """

    loading: LoadingPath
    start_density: float
    states: list[State] = field(default_factory=list)
    missed: list[tuple[Target, str]] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    goal: float | None = None
    branch: Branch | None = None
    nearest: State | None = None
    trials: int = 0
    passes_on: bool = False
    passed: tuple[int, Simulation] | None = None
    fault: Simulation | None = None

    @property
    def pressing(self) -> Pressing:
        """How the plate closes and opens."""
        return self.loading.pressing

    @property
    def path(self) -> Simulation:
        """The simulation of the loading path."""
        return self.loading.sim

    @property
    def record(self) -> list[tuple[float, ...]]:
        """Rows of PATH_COLUMNS along the loading path."""
        return self.loading.record

    @property
    def snapshots(self) -> list[tuple[int, Simulation]]:
        """Copies of the path by their index in the record."""
        return self.loading.snapshots

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
        targets = self.pressing.targets
        begun = self.trials + (self.branch.progress if self.branch else 0.0)
        released = (self._done + 1.0 - 0.7**begun) / len(targets)
        return 0.5 * self._pressed + 0.5 * released

    @property
    def _pressed(self) -> float:
        """Share of the loading path up to the last target, as far as it can be guessed."""
        if not self.record:
            return 0.0
        last = self.pressing.targets[-1]
        measure = MEASURES[last.measure]
        start = self.loading.loaded(measure, 0)
        span = 1.03 * measure.guess * last.value - start
        # Pressures fluctuate: what was reached once counts.
        done = max(self.loading.loaded(measure), *(self._loaded(measure)), start)
        return min(max((done - start) / span, 0.0), 1.0)

    def _loaded(self, measure: Measure) -> list[float]:
        return [self.loading.loaded(measure, sample.index) for sample in self.samples]

    @property
    def _done(self) -> int:
        return len(self.states) + len(self.missed)

    @property
    def _target(self) -> Target:
        return self.pressing.targets[self._done]

    @property
    def _measure(self) -> Measure:
        return MEASURES[self._target.measure]

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
        loading = self.loading
        if not self.record:
            loading.begin()
            self.samples.append(Sample(0, self.start_density, 0.0, 0.0))
        if self.branch is not None:
            self._advance_branch()
        elif self.goal is None:
            self._aim()
        elif loading.loaded(self._measure) < self.goal and not loading.ended:
            loading.press_on(lowest=bracket(self.samples, self._target)[0].index)
        else:
            self.branch = loading.branch_to(self._index_of_goal())

    def _aim(self) -> None:
        """Choose the loaded value of the next release, or end the search for this target."""
        loading, target = self.loading, self._target
        low, high = bracket(self.samples, target)
        met = [s for s in self.samples if meets(s, target, self.pressing.tolerance)]
        if met and met[0].index == 0:
            # A pass that finds what it is to leave presses nothing.
            self._take_sample(loading.unpressed())
        elif high is not None and high.index == 0:
            self._miss(
                f"the electrode is denser before it is pressed, {high.density / 1e3:.4g} g/cm³"
            )
        elif met and self.nearest is None:
            # Released for the target before this one, whose state it was not.
            self.goal = loading.loaded(self._measure, met[0].index)
        elif high is None and loading.ended and low.index == loading.last:
            self._miss(f"{loading.ended}, and {self._what_came_of(low)}")
        elif high is not None and high.index - low.index == 1:
            if self.nearest is None:
                released = self._measure.released
                nearer = min(low, high, key=lambda s: abs(released(s) - target.value))
                self.goal = loading.loaded(self._measure, nearer.index)
            else:
                self._settle_for_nearest(low, high)
        else:
            self.goal = next_goal(self.samples, target, loading, self.trials)

    def _index_of_goal(self) -> int:
        """The first state of the path that is no less loaded than the goal, inside the bracket."""
        low, high = bracket(self.samples, self._target)
        last = self.loading.last if high is None else high.index - 1
        index = self.loading.first_at(self._measure, self.goal)
        if self.nearest is None and any(s.index == index for s in self.samples):
            return index
        return min(max(index, low.index + 1), last)

    def _advance_branch(self) -> None:
        branch = self.branch
        if branch.at < branch.index:
            press_on(branch.sim, self.pressing)
            branch.at += 1
            return
        if not branch.released:
            branch.begin_release()
        given = self.pressing
        if branch.release(given.seating_pressure, given.release_balance, given.tolerance):
            self._take_sample(branch)

    def _take_sample(self, branch: Branch) -> None:
        target = self._target
        nip = self.loading.nip_of(branch)
        released = density(branch.sim, self.pressing)
        sample = Sample(branch.index, released, branch.peak_pressure, nip.line_load)
        self.samples = sorted({*self.samples, sample})
        self.trials += 1
        self.goal = self.branch = None
        off = self._measure.released(sample) / target.value - 1
        if self.nearest is None or abs(off) < abs(self.nearest.off_target):
            self.nearest = released_state(branch, target, off, nip, self.pressing.keep_released)
            self.passed = (branch.index, branch.sim) if self.passes_on else None
        if meets(sample, target, self.pressing.tolerance):
            self._keep_nearest()

    def _keep_nearest(self) -> None:
        self.states.append(self.nearest)
        self.nearest, self.trials = None, 0

    def _settle_for_nearest(self, low: Sample, high: Sample) -> None:
        """Nothing lies between two states of the path: the released value jumps there."""
        limit = self.pressing.off_target_limit
        # A load may rise steeply between two states that are hardly apart.
        jump = abs(high.density / low.density - 1)
        if abs(self.nearest.off_target) <= limit or (
            self._target.measure != DENSITY and jump <= limit
        ):
            self._keep_nearest()
            return
        measure = self._measure
        first, second = (measure.text(measure.released(s)) for s in (low, high))
        self._miss(
            f"between loads of {self.record[low.index][0] / 1000:.4g} and "
            f"{self.record[high.index][0] / 1000:.4g} g/cm³ the released {self._target.measure} "
            f"jumps from {first} to {second}, and the nearest state "
            f"is off by {100 * abs(self.nearest.off_target):.2g} %; expected a larger volume, "
            "calendering.tolerance or calendering.off_target_limit"
        )

    def _what_came_of(self, sample: Sample) -> str:
        springs_back = f"springs back to {sample.density / 1000:.3g} g/cm³"
        if self._target.measure == DENSITY:
            return springs_back
        return f"{springs_back} after {self._measure.text(self._measure.released(sample))}"

    def _miss(self, why: str) -> None:
        self.missed.append((self._target, why))
        self.goal, self.nearest, self.trials = None, None, 0

    def _miss_all(self, why: str) -> None:
        self.branch = None
        while not self.finished:
            self._miss(why)


def start_calendering(sim: Simulation, pressing: Pressing) -> Calendering:
    """The series from the unloaded picture `sim`."""
    return Calendering(LoadingPath(sim, pressing), start_density=density(sim, pressing))


def median_diameter(grains: Grains) -> float:
    """Median diameter by volume of the active particles, from their sphere-equivalent size [m]."""
    return diameter_by_volume(_active_volumes(grains), 0.5)


def active_diameters(grains: Grains) -> np.ndarray:
    """Sphere-equivalent diameters of the active particles, rising [m]."""
    return np.cbrt(6.0 * np.sort(_active_volumes(grains)) / np.pi)


def _active_volumes(grains: Grains) -> np.ndarray:
    active = grains.material == ACTIVE
    _, index = np.unique(grains.particle[active], return_inverse=True)
    return np.bincount(index, grains.volume[active])
