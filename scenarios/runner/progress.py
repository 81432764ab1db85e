"""Tells what the run is doing: a live line a stage on a terminal, plain lines when piped."""

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from scenarios.runner.interrupt import StopRequest

QUIET_SECONDS = 10.0
"""When piped, a stage says how far it is no more often than this."""

MEASURED_SECONDS, MEASURED_SHARE = 2.0, 0.01
"""A pace counts from so long a time and so large a share of the stage."""

_COMPILES = "compiling its kernels first, as after every installation; later runs load them"

logger = logging.getLogger("calendem")

ProgressCallback = Callable[[float, str], None]
_Tell = Callable[[float, str, float, float | None], None]
"""Shows fraction, note, the time and the seconds left."""


class Pace:
    """How long a stage still takes, by its pace since the last kernel was compiled."""

    def __init__(self) -> None:
        self._origin: tuple[float, float] | None = None

    def restart(self) -> None:
        """Forget what was measured: what was compiled since does not come again."""
        self._origin = None

    def left(self, fraction: float, now: float) -> float | None:
        """Seconds left at this fraction and time; None before enough was measured."""
        if self._origin is None:
            self._origin = now, fraction
        start, begun = self._origin
        if now - start < MEASURED_SECONDS or fraction - begun < MEASURED_SHARE:
            return None
        return (now - start) * (1.0 - fraction) / (fraction - begun)


class Reporter:
    """Shows stages and messages on one stream, logs them, and stops stages on request.

    seconds : wall time of every finished stage by name, in order
    """

    def __init__(self, stop: StopRequest, stream: TextIO | None = None) -> None:
        self.seconds: dict[str, float] = {}
        self._stop = stop
        self._console = Console(file=stream or sys.stdout, highlight=False, soft_wrap=True)

    def say(self, text: str) -> None:
        """Show and log one line."""
        self._console.print(text, markup=False)
        logger.info(text)

    def warn(self, text: str) -> None:
        """Show and log one line that asks for attention."""
        self._console.print(f"warning: {text}", markup=False)
        logger.warning(text)

    @contextmanager
    def stage(self, name: str) -> Iterator[ProgressCallback]:
        """Show one stage; yields `progress(fraction, note)`, fraction from 0 to 1.

        The callback raises Interrupted if a stop was asked for, as does leaving the stage.
        """
        # Numba is slow to load, and what only lists or checks has no stages.
        from dem.jit import on_compilation

        self._stop.check()
        logger.info("%s: begins", name)
        start = time.perf_counter()
        show = self._live if self._console.is_terminal else self._plain
        furthest, pace = 0.0, Pace()
        compiles = on_compilation(lambda: self.say(f"{name}: {_COMPILES}"), pace.restart)
        with show(name) as tell, compiles:

            def progress(fraction: float, note: str = "") -> None:
                nonlocal furthest
                # An iteration's estimate of how far it is may fall back; what is shown does not.
                furthest = max(furthest, min(fraction, 1.0))
                now = time.perf_counter()
                tell(furthest, note, now, pace.left(furthest, now))
                self._stop.check()

            yield progress
        elapsed = time.perf_counter() - start
        self.seconds[name] = self.seconds.get(name, 0.0) + elapsed
        self.say(f"{name}: done in {_duration(elapsed)}")
        self._stop.check()

    @contextmanager
    def _live(self, name: str) -> Iterator[_Tell]:
        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[left]}"),
            TextColumn("{task.fields[note]}"),
            console=self._console,
            transient=True,
            refresh_per_second=4,
        )
        with bar:
            task = bar.add_task(name, total=1.0, note="", left="")
            yield lambda fraction, note, now, left: bar.update(
                task, completed=fraction, note=note, left=_told(left)
            )

    @contextmanager
    def _plain(self, name: str) -> Iterator[_Tell]:
        last = time.perf_counter()
        self._console.print(f"{name} …", markup=False)

        def tell(fraction: float, note: str, now: float, left: float | None) -> None:
            nonlocal last
            if now - last < QUIET_SECONDS:
                return
            last = now
            done = [f"{name}: {100 * fraction:.0f} %", *([_told(left)] if left else [])]
            self._console.print(", ".join(done) + (f" ({note})" if note else ""), markup=False)

        yield tell


def _told(left: float | None) -> str:
    return "" if left is None else f"about {_duration(left)} left"


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
