"""Time and greatest memory of one stage after another in the process that runs them."""

import contextlib
import ctypes
import gc
import resource
import sys
import time
from pathlib import Path


class Meter:
    """Seconds and greatest memory of named stages, the memory beyond what it was at the start.

    What earlier stages still hold counts, as it does in a run.
    """

    def __init__(self) -> None:
        _give_back()
        self._before = _resident()
        self.seconds: dict[str, float] = {}
        self.cpu_seconds: dict[str, float] = {}
        self.peak_bytes: dict[str, int] = {}
        self.held_bytes: dict[str, int] = {}

    @staticmethod
    def now() -> tuple[float, float]:
        """A moment by the clock and by the time of the processor, all threads together [s]."""
        return time.perf_counter(), time.process_time()

    def part(self, whole: str, name: str, begun: tuple, done: tuple) -> None:
        """Book the end of a stage as a stage of its own; their peak is one."""
        for kept, before, after in zip((self.seconds, self.cpu_seconds), begun, done, strict=True):
            kept[name] = after - before
            kept[whole] -= kept[name]
        self.peak_bytes[name] = self.peak_bytes[whole]
        self.held_bytes[name] = self.held_bytes[whole]

    @contextlib.contextmanager
    def stage(self, name: str):
        """Measure a block."""
        _give_back()
        _forget_peak()
        begun = self.now()
        yield
        done = self.now()
        self.seconds[name], self.cpu_seconds[name] = done[0] - begun[0], done[1] - begun[1]
        self.peak_bytes[name] = _peak() - self._before
        _give_back()
        self.held_bytes[name] = _resident() - self._before


def _give_back() -> None:
    """Freed memory that the C library keeps would count for what a later stage takes."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def _resident() -> int:
    """Memory that the process holds now [bytes]."""
    status = Path("/proc/self/status")
    return _of_status("VmRSS") if status.exists() else _peak()


def _peak() -> int:
    """Greatest memory since it was forgotten [bytes]; off Linux, since the process began."""
    if Path("/proc/self/status").exists():
        return _of_status("VmHWM")
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _forget_peak() -> None:
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _of_status(key: str) -> int:
    text = Path("/proc/self/status").read_text()
    return 1024 * int(text.split(f"{key}:")[1].split()[0])
