"""Numba settings shared by every kernel of the project.

Import `njit` and `prange` from here, never from Numba: the cache folder and the threading
layer must be chosen before the first kernel is declared.
"""

import contextlib
import functools
import os
import shutil
import tempfile
import time
import warnings
from pathlib import Path

import numba
from numba import prange
from numba.core import event

from dem.compiled_once import compiled_once
from dem.sources import digest_behind

__all__ = [
    "njit", "on_compilation", "prange", "threading_layer", "threads_for", "use_threads",
]  # fmt: skip

_ROWS_PER_THREAD = 4000


@functools.cache
def _cache_root() -> Path | None:
    """Folder of all kernels; None where none can be written."""
    base = os.environ.get("NUMBA_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME")
    root = Path(base or Path.home() / ".cache") / "calendem" / "kernels"
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    for folder in root.iterdir():
        # Kernels of sources that nobody has run for a month.
        with contextlib.suppress(OSError):
            if time.time() - folder.stat().st_mtime > 30 * 86400:
                shutil.rmtree(folder)
    return root


@functools.cache
def cache_folder(digest: str) -> str:
    """Folder of the kernels compiled of sources with a digest."""
    root = _cache_root()
    try:
        if root is not None:
            (root / digest).mkdir(exist_ok=True)
            (root / digest).touch()
            return str(root / digest)
    except OSError:
        pass
    return tempfile.mkdtemp(prefix="calendem-kernels-")


if "NUMBA_THREADING_LAYER" not in os.environ:
    # TBB leaks and slows with every parallel region; OpenMP costs under a microsecond a region.
    numba.config.THREADING_LAYER = "omp"
# Threads that wait spin for some 30 µs, then sleep: spinning on, they would hold up on a busy
# machine the very thread they wait for (a step took five times as long).
os.environ.setdefault("GOMP_SPINCOUNT", "10000")


def njit(function=None, **options):
    """`numba.njit` with caching on and IEEE arithmetic kept (`fastmath` would unfix the bits).

    Division follows IEEE too: by zero it gives inf or nan, without a branch that could raise.
    """
    options.setdefault("cache", True)
    options.setdefault("error_model", "numpy")
    if function is None:
        return lambda f: njit(f, **options)
    # Numba looks for the folder when the kernel is declared, and itself minds its own file alone.
    numba.config.CACHE_DIR = folder = cache_folder(digest_behind(function.__module__))
    kernel = numba.njit(**options)(function)
    # With NUMBA_DISABLE_JIT set a kernel is the function itself.
    cached = options["cache"] and kernel is not function
    return compiled_once(kernel, folder) if cached else kernel


def leaf(function):
    """A small kernel of numbers and tuples, always inlined: loops over it become vector code."""
    return njit(function, forceinline=True)


class _Compilations(event.Listener):
    def __init__(self, begun, ended):
        self.begun, self.ended = begun, ended

    def on_start(self, _):
        if self.begun:
            self.begun, begun = None, self.begun
            begun()

    def on_end(self, _):
        self.ended()


@contextlib.contextmanager
def on_compilation(begun, ended=lambda: None):
    """Call `begun()` once, when a kernel that no cache holds is compiled within the block, and
    `ended()` after each such kernel."""
    with event.install_listener("numba:compile", _Compilations(begun, ended)):
        yield


def threading_layer() -> str:
    """Name of the layer that parallel loops really run on; starts its threads where none did yet.

    Warns (RuntimeWarning) unless it is OpenMP. Raises ValueError where Numba can load none.
    """
    numba.get_num_threads()  # starts the threads; no layer is chosen before
    layer = numba.threading_layer()
    if layer != "omp":
        warnings.warn(
            f"kernels run on the threading layer {layer} instead of omp (OpenMP): results are the "
            "same, but every parallel loop costs a hundred times more to enter, and tbb leaks "
            "memory with each",
            RuntimeWarning,
            stacklevel=2,
        )
    return layer


def use_threads(count: int | None) -> int:
    """Set the number of threads for every kernel; None means all cores. Returns the number set.

    Warns as `threading_layer` does.
    """
    threading_layer()
    available = numba.config.NUMBA_NUM_THREADS
    count = available if count is None else max(1, min(count, available))
    numba.set_num_threads(count)
    return count


@contextlib.contextmanager
def threads_for(rows: int):
    """Use no more threads than a loop over so many rows can feed; results do not depend on it.

    Below some thousand rows a thread, meeting at each loop's end costs more than the help gives.
    """
    count = numba.get_num_threads()
    numba.set_num_threads(max(1, min(count, rows // _ROWS_PER_THREAD)))
    try:
        yield
    finally:
        numba.set_num_threads(count)
