"""What it costs to enter a parallel loop, and whether that or the memory grows with their number.

python benchmarks/parallel_regions.py [THREADS]
"""

import sys
import time
from pathlib import Path

import numba
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from dem.jit import njit, prange, threading_layer

REGIONS, BATCH = 100_000, 100
MOST_GROWTH = 3.0
"""Last tenth over first: Numba's TBB layer came to 18."""


@njit(parallel=True)
def region(values):
    for i in prange(len(values)):
        values[i] += 1.0


@njit
def regions(count, values):
    for _ in range(count):
        region(values)


def resident_memory() -> float:
    """Memory of this process [MB]."""
    fields = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in fields if line.startswith("VmRSS")) / 1e3


def main() -> None:
    threads = int(sys.argv[1]) if len(sys.argv) > 1 else numba.config.NUMBA_NUM_THREADS
    numba.set_num_threads(threads)
    values = np.zeros(threads)
    regions(1000, values)
    before, seconds = resident_memory(), []
    for _ in range(REGIONS // BATCH):
        start = time.perf_counter()
        regions(BATCH, values)
        seconds.append((time.perf_counter() - start) / BATCH)
    # The fastest batch: other work on the machine only ever adds.
    tenth = len(seconds) // 10
    first, last = 1e6 * min(seconds[:tenth]), 1e6 * min(seconds[-tenth:])
    print(f"{threading_layer()}, {threads} threads, {REGIONS} regions")
    print(f"a region: {first:.2f} µs in the first tenth, {last:.2f} µs in the last")
    print(f"memory: {before:.1f} MB before, {resident_memory():.1f} MB after")
    if last > MOST_GROWTH * first:
        sys.exit(f"regions became {last / first:.1f} times slower")


if __name__ == "__main__":
    main()
