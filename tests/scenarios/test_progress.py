"""What a run says while it works."""

import io
from contextlib import nullcontext

import numba
import pytest

from scenarios.runner import progress
from scenarios.runner.interrupt import Interrupted, StopRequest
from scenarios.runner.progress import Reporter


class Terminal(io.StringIO):
    """A stream that takes itself for a terminal."""

    def isatty(self):
        return True


def test_piped_stage_says_where_it_begins_and_ends(monkeypatch):
    stream = io.StringIO()
    reporter = Reporter(StopRequest(), stream)
    with reporter.stage("pressing") as tell:
        for step in range(100):
            tell(step / 100, "3.0 g/cm³")
    lines = stream.getvalue().splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("pressing") and lines[1].startswith("pressing: done in ")
    assert reporter.seconds.keys() == {"pressing"}


def test_piped_stage_tells_how_far_it_is_every_ten_seconds(monkeypatch):
    clock = iter(range(0, 1000))
    monkeypatch.setattr(progress.time, "perf_counter", lambda: next(clock))
    stream = io.StringIO()
    with Reporter(StopRequest(), stream).stage("pressing") as tell:
        for step in range(1, 41):
            tell(step / 40, "loading")
    between = stream.getvalue().splitlines()[1:-1]
    # The clock moves one second a call: 40 calls hold three or four spells of ten seconds.
    assert 3 <= len(between) <= 4
    assert "%" in between[0] and "left" in between[0] and "(loading)" in between[0]


def test_stage_on_a_terminal_is_a_live_line():
    stream = Terminal()
    with Reporter(StopRequest(), stream).stage("pressing") as tell:
        tell(0.5, "3.0 g/cm³")
    assert "\x1b[" in stream.getvalue()
    assert "pressing" in stream.getvalue()


def test_stage_stops_at_its_next_step_when_asked():
    stop = StopRequest()
    reporter = Reporter(stop, io.StringIO())
    with pytest.raises(Interrupted), reporter.stage("pressing") as tell:
        tell(0.1, "")
        stop.requested = True
        tell(0.2, "")
    with pytest.raises(Interrupted), reporter.stage("analysis"):
        pytest.fail("a stage began after the stop")


def test_shown_progress_never_falls_back():
    stream = Terminal()
    seen = []
    reporter = Reporter(StopRequest(), stream)
    reporter._live = lambda name: nullcontext(lambda fraction, *_: seen.append(fraction))
    with reporter.stage("solving") as tell:
        for fraction in (0.2, 0.5, 0.4, 1.2):
            tell(fraction, "")
    assert seen == [0.2, 0.5, 0.5, 1.0]


def test_stage_says_once_that_it_compiles():
    stream = io.StringIO()
    with Reporter(StopRequest(), stream).stage("pressing"):
        for added in (1.0, 2.0):
            numba.njit(lambda x, added=added: x + added)(1.0)
    assert stream.getvalue().count("compiling") == 1
    with Reporter(StopRequest(), stream).stage("pressing again"):
        pass
    assert stream.getvalue().count("compiling") == 1


def test_time_left_is_told_by_the_pace_after_compilation():
    pace = progress.Pace()
    assert pace.left(0.0, 0.0) is None
    # A minute of compilation, which does not come again; then a share of 0.01 a second.
    pace.restart()
    assert pace.left(0.001, 60.0) is None
    assert pace.left(0.011, 61.0) is None
    assert pace.left(0.101, 70.0) == pytest.approx(10.0 * 0.899 / 0.1)


def test_compilation_within_a_stage_restarts_its_pace(monkeypatch):
    restarts = []
    monkeypatch.setattr(progress.Pace, "restart", lambda self: restarts.append(1))
    with Reporter(StopRequest(), io.StringIO()).stage("pressing"):
        for added in (3.0, 4.0):
            numba.njit(lambda x, added=added: x + added)(1.0)
    assert len(restarts) >= 2
