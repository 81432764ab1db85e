"""Running an engine in a process of its own on chosen cores, and watching the other cores."""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

_POLL = 0.05
"""Seconds between looks at a process."""


class Process(NamedTuple):
    """What a finished process printed and used.

    output : what it wrote; wall, cpu : [s] over its whole life; peak_memory : [bytes], largest
    resident set; others_busy : busy share of the cores it was not given, 0 … 1. The last three are
    None on systems without /proc.
    """

    output: str
    wall: float
    cpu: float | None
    peak_memory: int | None
    others_busy: float | None

    def result(self) -> dict:
        """The JSON object after the word RESULT in the output. Raises RuntimeError without one."""
        lines = [line for line in self.output.splitlines() if line.startswith("RESULT ")]
        if not lines:
            raise RuntimeError(f"no result came back:\n{self.output[-2000:]}")
        return json.loads(lines[-1].removeprefix("RESULT "))


def cores() -> list[int]:
    """The cores that this process may use, the last one first: the first serves interrupts."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0), reverse=True)
    return list(range(os.cpu_count() or 1))[::-1]


def can_pin() -> bool:
    """Whether processes can be bound to cores here."""
    return shutil.which("taskset") is not None


def run(command: list[str], on: list[int], env: dict[str, str] | None = None) -> Process:
    """Run a command to its end on the cores `on`. Raises RuntimeError when it fails."""
    if can_pin():
        command = ["taskset", "-c", ",".join(map(str, on)), *command]
    busy_before, begun = _busy(on), time.perf_counter()
    with subprocess.Popen(
        command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace",
    ) as child:  # fmt: skip
        peak, cpu = None, None
        while True:
            peak, cpu = _seen(child.pid) or (peak, cpu)
            try:
                output, _ = child.communicate(timeout=_POLL)
                break
            except subprocess.TimeoutExpired:
                continue
    wall = time.perf_counter() - begun
    if child.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {child.returncode}:\n{output[-2000:]}")
    return Process(output, wall, cpu, peak, _share(busy_before, _busy(on)))


def _seen(pid: int) -> tuple[int, float] | None:
    """Largest resident set [bytes] and processor time [s] of a process up to now."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    peaks = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    if not peaks:
        return None
    # Fields 14 and 15 of proc(5), utime and stime; two stand before the bracket.
    cpu = (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")
    return 1024 * int(peaks[0].split()[1]), cpu


def _busy(own: list[int]) -> tuple[int, int] | None:
    """Ticks that the other cores were busy, and all their ticks."""
    try:
        lines = Path("/proc/stat").read_text().splitlines()
    except OSError:
        return None
    busy = total = 0
    for line in lines:
        name, *ticks = line.split()
        if not name.startswith("cpu") or name == "cpu" or int(name[3:]) in own:
            continue
        user, nice, system, idle, waiting, *rest = map(int, ticks[:7])
        busy += user + nice + system + sum(rest)
        total += user + nice + system + sum(rest) + idle + waiting
    return busy, total


def _share(before, after) -> float | None:
    if before is None or after is None or after[1] == before[1]:
        return None
    return (after[0] - before[0]) / (after[1] - before[1])
