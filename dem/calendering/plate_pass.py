"""The path model of one passage: a plate presses a piece of web to the gap and lets go of it."""

from dataclasses import dataclass, field

import numpy as np

from dem.calendering.nip import Nip, Readings, nip_of
from dem.calendering.rolls import Rolls
from dem.calendering.targets import loading_readings
from dem.loading import Pressing, load, path_row, press_on
from dem.release import Branch
from dem.simulation import Simulation


@dataclass
class PlatePass:
    """A plate that closes to `gap` [m] and opens to zero load; `advance` moves it by one chunk.

    record : rows of PATH_COLUMNS; release : the piece on its way to zero load; over : whether there
    """

    sim: Simulation
    pressing: Pressing
    gap: float
    start: float
    record: list[tuple[float, ...]] = field(default_factory=list)
    release: Branch | None = None
    over: bool = False

    @property
    def finished(self) -> bool:
        """Whether the piece has come back to zero load."""
        return self.over

    @property
    def progress(self) -> float:
        """Share of the way, 0 … 1; how many chunks a release takes is a guess."""
        if self.over:
            return 1.0
        if self.release is not None:
            return 0.5 + 0.5 * self.release.progress
        return 0.5 * min((self.start - self.sim.height) / (self.start - self.gap), 1.0)

    @property
    def note(self) -> str:
        """What is going on, in a few words."""
        sim = self.sim if self.release is None else self.release.sim
        doing = "pressing" if self.release is None else "releasing"
        return f"{doing}: {1e6 * sim.height:.1f} µm, {load(sim) / 1e6:.0f} MPa"

    def advance(self) -> None:
        """Press, or release, by one chunk of steps."""
        if self.over:
            return
        if not self.record:
            self.record.append(path_row(self.sim, self.pressing, 0.0))
        if self.release is not None:
            given = self.pressing
            self.over = self.release.release(
                given.seating_pressure, given.release_balance, given.tolerance
            )
        elif self.sim.height > self.gap:
            rate = press_on(self.sim, self.pressing)
            self.record.append(path_row(self.sim, self.pressing, rate))
        else:
            self.release = Branch(self.sim.copy(), begun=0, at=0, index=0)
            self.release.begin_release()

    def nip(self, rolls: Rolls) -> Nip:
        """What rolls with that gap would show."""
        release = Readings(*np.array(self.release.unloading).T)
        return nip_of(loading_readings(self.record), release, rolls)


def plate_pass(sim: Simulation, pressing: Pressing, gap: float) -> PlatePass:
    """The passage of the piece `sim`, between collector and plate, through a gap [m]."""
    return PlatePass(sim, pressing, gap, start=sim.height)
