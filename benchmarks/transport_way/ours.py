"""The project's solver: time, memory, iterations and residual of solves in a process of its own.

    python -m benchmarks.transport_way.ours '{"labels": FILE.npy, "conductivity": […], …}'

Keys beside: tolerance; threads, a list, each solved `repeats` times in turn; check_residual; triad.
Prints one line of JSON.
"""

import json
import sys
import time

import numpy as np

from benchmarks.transport_way.memory import touch
from benchmarks.transport_way.sparse import assemble, residual
from benchmarks.voxel_way.measure import Meter
from dem.jit import njit, use_threads
from electrochem.transport.effective import cells_of, conduct_cells
from voxelize.volume import Volume

VOXEL = 0.5e-6
TRIAD_LENGTH = 32_000_000
"""Three arrays of 256 MB: no cache holds them."""


@njit
def _triad(a, b, c, factor):
    for i in range(len(a)):
        a[i] = b[i] + factor * c[i]


def triad_bandwidth(repeats: int = 5) -> float:
    """Bytes a second on one thread, 24 counted for each element."""
    a, b, c = (np.full(TRIAD_LENGTH, value) for value in (0.0, 1.0, 2.0))
    _triad(a[:10], b[:10], c[:10], 3.0)
    best = np.inf
    for _ in range(repeats):
        begun = time.perf_counter()
        _triad(a, b, c, 3.0)
        best = min(best, time.perf_counter() - begun)
    return 24 * TRIAD_LENGTH / best


def as_volume(labels: np.ndarray) -> Volume:
    """Labels between two planes, sides closed."""
    return Volume(labels, VOXEL, False, len(labels) * VOXEL, 0.0)


class Clock:
    """Moments at which iterations ended."""

    def __init__(self) -> None:
        self.moments: list[float] = []

    def __call__(self, share: float, message: str) -> None:
        self.moments.append(time.process_time())

    def an_iteration(self) -> float | None:
        """Mean seconds of the processor, set-up left out."""
        if len(self.moments) < 2:
            return None
        return (self.moments[-1] - self.moments[0]) / (len(self.moments) - 1)


def solve(volume: Volume, conductivity, tolerance: float):
    """What is solved, and seconds of the processor an iteration."""
    clock = Clock()
    solved = conduct_cells(cells_of(volume, conductivity), tolerance, clock)
    return solved, clock.an_iteration()


def main() -> None:
    """The solves asked for."""
    asked = json.loads(sys.argv[1])
    conductivity, tolerance = asked["conductivity"], asked.get("tolerance", 1e-4)
    tried = asked.get("threads", [1])
    use_threads(tried[0])
    # Kernels are loaded or compiled before, on cells of every phase and graphs of some levels.
    small = np.random.default_rng(1).integers(0, 3, (40, 40, 40), np.uint8)
    solve(as_volume(small), np.maximum(conductivity, 1e-3), tolerance)

    meter, rows = Meter(), []
    with meter.stage("read"):
        labels = np.load(asked["labels"])
    touch(80 * labels.size)
    for _ in range(asked.get("repeats", 1)):
        for threads in tried:
            use_threads(threads)
            with meter.stage("solve"):
                solved, an_iteration = solve(as_volume(labels), conductivity, tolerance)
            rows.append({
                "threads": threads,
                "seconds": meter.seconds["solve"],
                "cpu_seconds": meter.cpu_seconds["solve"],
                "cpu_seconds_an_iteration": an_iteration,
                "bytes_a_voxel": meter.peak_bytes["solve"] / labels.size,
            })  # fmt: skip
            found, potential = solved.effective, solved.potential
            del solved
            if not asked.get("check_residual"):
                del potential
    out = {
        "voxels": labels.size,
        "value": found.value,
        "iterations": found.iterations,
        "error_estimate": found.error_estimate,
        "solves": rows,
    }
    if asked.get("check_residual"):
        matrix, source, cells = assemble(np.array(conductivity)[labels])
        out["residual"] = residual(potential[cells].astype(np.float64), matrix, source)
    if asked.get("triad"):
        use_threads(1)
        out["triad_bytes_a_second"] = triad_bandwidth()
    print(json.dumps(out))


if __name__ == "__main__":
    main()
