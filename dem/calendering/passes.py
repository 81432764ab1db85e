"""Several passes: each presses what the one before it left."""

from dataclasses import dataclass, field, replace

from dem.calender import Calendering, start_calendering
from dem.calendering.state import State
from dem.calendering.targets import Target
from dem.loading import Pressing
from dem.release import Branch
from dem.simulation import Simulation


@dataclass
class Passes:
    """Passes through gaps of their own, a target each, as a machine that `advance` moves.

    pressing : with the targets of all passes, in their order; present : the pass that is on
    states, missed : of the passes that are over; over : rows of PATH_COLUMNS of their paths, each
        up to its own gap; begins : where in these each pass begins
    """

    pressing: Pressing
    present: Calendering
    states: list[State] = field(default_factory=list)
    missed: list[tuple[Target, str]] = field(default_factory=list)
    over: list[tuple[float, ...]] = field(default_factory=list)
    begins: list[int] = field(default_factory=list)

    @property
    def finished(self) -> bool:
        """Whether every pass has its state, or a reason why not."""
        return self._done == len(self.pressing.targets)

    @property
    def record(self) -> list[tuple[float, ...]]:
        """Rows of PATH_COLUMNS along the loading paths of all passes, one after the other."""
        return self.over if self.finished else [*self.over, *self.present.record]

    @property
    def path(self) -> Simulation:
        """The simulation of the present pass's loading path."""
        return self.present.path

    @property
    def branch(self) -> Branch | None:
        """The release that is on, if one is."""
        return self.present.branch

    @property
    def fault(self) -> Simulation | None:
        """The simulation whose motion blew up, as it stood then."""
        return self.present.fault

    @property
    def progress(self) -> float:
        """Share of the passes that are over, 0 … 1."""
        if self.finished:
            return 1.0
        return (self._done + self.present.progress) / len(self.pressing.targets)

    @property
    def note(self) -> str:
        """What is going on, in a few words."""
        return f"pass {self._done + 1}, {self.present.note}"

    @property
    def _done(self) -> int:
        return len(self.states) + len(self.missed)

    def advance(self) -> None:
        """Load, or release, by one chunk of steps."""
        if self.finished:
            return
        self.present.advance()
        if self.present.finished:
            self._end_pass()

    def _end_pass(self) -> None:
        ended = self.present
        self.begins.append(len(self.over))
        if ended.missed:
            self.over.extend(ended.record)
            self.missed.extend(ended.missed)
            for target in self.pressing.targets[self._done :]:
                self.missed.append((target, "the pass before it has no state to go on from"))
            return
        self.states.extend(ended.states)
        index, released = ended.passed
        self.over.extend(ended.record[: index + 1])
        if not self.finished:
            self.present = _pass(released, self.pressing, self._done)


def start_passes(sim: Simulation, pressing: Pressing) -> Passes:
    """The passes from the unloaded picture `sim`."""
    return Passes(pressing, _pass(sim, pressing, 0))


def _pass(sim: Simulation, pressing: Pressing, index: int) -> Calendering:
    alone = start_calendering(sim, replace(pressing, targets=pressing.targets[index : index + 1]))
    alone.passes_on = True
    return alone
