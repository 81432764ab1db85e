"""The loading path of a pass, with copies kept on it from which releases can branch off."""

from dataclasses import dataclass, field

import numpy as np

from dem.calendering.nip import Nip, Readings, nip_of
from dem.calendering.targets import Measure, loading_readings
from dem.loading import Pressing, load, path_row, press_on
from dem.release import Branch
from dem.simulation import Simulation

_SNAPSHOT_SPACING = 0.02
"""Relative spacing of the snapshots in density."""
_SNAPSHOTS = 8
"""Beyond so many, every second of the snapshots goes."""


@dataclass
class LoadingPath:
    """The plate on its way, state by state.

    record : rows of PATH_COLUMNS; snapshots : copies of the path by their index in the record
    ended : why the path goes no further
    """

    sim: Simulation
    pressing: Pressing
    record: list[tuple[float, ...]] = field(default_factory=list)
    snapshots: list[tuple[int, Simulation]] = field(default_factory=list)
    ended: str = ""

    @property
    def last(self) -> int:
        """Index of the last state."""
        return len(self.record) - 1

    def begin(self) -> None:
        """Note the state that the path starts from."""
        self.record.append(path_row(self.sim, self.pressing, 0.0))
        self.snapshots.append((0, self.sim.copy()))

    def press_on(self, lowest: int) -> None:
        """Close the plate up to the next state; no release will begin before the state `lowest`."""
        rate = press_on(self.sim, self.pressing)
        self.record.append(path_row(self.sim, self.pressing, rate))
        if self.record[-1][0] > self.record[self.snapshots[-1][0]][0] * (1 + _SNAPSHOT_SPACING):
            self._keep_snapshot(lowest)
        if load(self.sim) > self.pressing.pressure_limit:
            self.ended = (
                f"at {load(self.sim) / 1e6:.0f} MPa, beyond calendering.pressure_limit, the "
                f"electrode stands at {self.record[-1][0] / 1000:.3g} g/cm³ under load"
            )

    def _keep_snapshot(self, lowest: int) -> None:
        """Keep what a search may still start from: the start, and what lies above the bracket."""
        first, *others = self.snapshots
        from_below = [s for s in others if s[0] <= lowest][-1:]
        kept = [first, *from_below, *(s for s in others if s[0] > lowest)]
        if len(kept) >= _SNAPSHOTS:
            kept = [*kept[:2], *kept[3::2]]
        self.snapshots = [*kept, (self.last, self.sim.copy())]

    def branch_to(self, index: int) -> Branch:
        """A branch from the last snapshot that is not beyond a state of the path."""
        kept = [*self.snapshots, (self.last, self.sim)]
        start, sim = [s for s in kept if s[0] <= index][-1]
        return Branch(sim.copy(), begun=start, at=start, index=index)

    def unpressed(self) -> Branch:
        """The start of the path as a release that was over before it began."""
        start = self.branch_to(0)
        start.begin_release()
        start.settled = True
        return start

    def nip_of(self, branch: Branch) -> Nip:
        """The way through the rolls' nip to the state that a released branch is."""
        loading = loading_readings(self.record[: branch.index + 1])
        release = Readings(*np.array(branch.unloading).T)
        return nip_of(loading, release, self.pressing.rolls)

    def loaded(self, measure: Measure, index: int = -1) -> float:
        """Value of a measure that a state of the path, by default the last, shows under load."""
        rows = self.record[: index + 1] if index >= 0 else self.record
        return measure.loaded(rows, self.pressing.rolls)

    def first_at(self, measure: Measure, value: float) -> int:
        """Index of the first state that shows a value of a measure; one more than the last if
        none does."""
        reached = measure.along(self.record, self.pressing.rolls) >= value
        return int(np.argmax(reached)) if reached.any() else len(self.record)
