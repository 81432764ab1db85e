"""A second loading path beside that of a series: pressed on state by state, without releases."""

from dataclasses import dataclass, field

from dem.errors import Unstable
from dem.loading import Pressing, density, load, path_row, press_on
from dem.simulation import Simulation


@dataclass
class SecondPath:
    """A loading path that `advance` moves by one state, up to a density `until` [kg/m³].

    record : rows of PATH_COLUMNS; ended : why it stopped before
    fault : the simulation as it stood when its motion blew up
    """

    sim: Simulation
    pressing: Pressing
    until: float
    record: list[tuple[float, ...]] = field(default_factory=list)
    ended: str = ""
    fault: Simulation | None = None

    @property
    def finished(self) -> bool:
        """Whether it came as far as the first path, or could not."""
        return bool(self.ended) or (bool(self.record) and self.record[-1][0] >= self.until)

    @property
    def progress(self) -> float:
        """Share of the way in density, 0 … 1."""
        if not self.record or self.finished:
            return float(self.finished)
        start = self.record[0][0]
        return min((self.record[-1][0] - start) / (self.until - start), 1.0)

    @property
    def note(self) -> str:
        """What is going on, in a few words."""
        value = density(self.sim, self.pressing) / 1000
        return f"pressing: {value:.2f} g/cm³, {load(self.sim) / 1e6:.0f} MPa"

    def advance(self) -> None:
        """Load to the next state."""
        try:
            rate = press_on(self.sim, self.pressing) if self.record else 0.0
        except Unstable as error:
            self.ended, self.fault = str(error), error.sim
            return
        self.record.append(path_row(self.sim, self.pressing, rate))
