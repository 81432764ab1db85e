"""Processes that want the same kernel at once compile it once and lose none of each other's."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

KERNEL = """
from dem.jit import njit


@njit
def mean_square(values):
    total = 0.0
    for value in values:
        total += value * value
    return total / len(values)
"""

TOGETHER = """
import sys
import time
from pathlib import Path

from kernel import mean_square
from numba.core.caching import IndexDataCacheFile

storing = IndexDataCacheFile._save_index


def store_slowly(*index):
    time.sleep(0.5)
    storing(*index)


# Between reading the index and writing it back lies all the time that the other needs to begin.
IndexDataCacheFile._save_index = store_slowly
kind = {"int": int, "float": float}[sys.argv[1]]
Path(sys.argv[2]).touch()
while len(list(Path().glob("ready-*"))) < 2:
    time.sleep(0.001)
print(mean_square((kind(3), kind(4))), sum(mean_square.stats.cache_misses.values()))
"""

AFTERWARDS = """
from kernel import mean_square

print(mean_square((3, 4)), mean_square((3.0, 4.0)), sum(mean_square.stats.cache_misses.values()))
"""


def begun(folder, program, *arguments) -> subprocess.Popen:
    """A process that has the kernel in a folder, whose cache is there too."""
    (folder / "kernel.py").write_text(KERNEL)
    environment = {
        **os.environ, "PYTHONPATH": f"{ROOT}:{folder}", "NUMBA_CACHE_DIR": str(folder / "cache")
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments], env=environment, cwd=folder,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def said_together(folder, *kinds) -> list[list[str]]:
    """What two processes say that call the kernel at the same moment with numbers of two kinds."""
    both = [begun(folder, TOGETHER, kind, f"ready-{k}") for k, kind in enumerate(kinds)]
    return [process.communicate(timeout=120)[0].split() for process in both]


def test_kernel_that_two_processes_want_at_once_is_compiled_by_one(tmp_path):
    said = said_together(tmp_path, "float", "float")
    assert [value for value, _ in said] == ["12.5", "12.5"]
    assert sorted(misses for _, misses in said) == ["0", "1"]


def test_kernels_of_other_types_that_are_stored_at_once_are_both_found_again(tmp_path):
    assert said_together(tmp_path, "int", "float") == [["12.5", "1"], ["12.5", "1"]]
    after = begun(tmp_path, AFTERWARDS).communicate(timeout=120)[0]
    assert after.split() == ["12.5", "12.5", "0"]
