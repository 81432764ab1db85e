"""One process compiles a kernel while others that want it wait, and then load it from the cache."""

import contextlib
import fcntl
import functools
import os
import zlib
from pathlib import Path

from numba.core.compiler_lock import global_compiler_lock

_LOCKS = "locks"


@functools.cache
def _opened(path: str) -> int | None:
    # Never closed: closing one descriptor of a file gives up all locks of the process in it.
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError:
        return None


@contextlib.contextmanager
def _alone(folder: str, name: str):
    """The only process on this machine within such a block; without a lock where none can be had.

    A lock is one byte of a file: it ends with its process, however that ends, and the operating
    system refuses one that would close a circle of processes that wait for each other.
    """
    file, place = _opened(str(Path(folder) / _LOCKS)), zlib.crc32(name.encode())
    try:
        if file is not None:
            fcntl.lockf(file, fcntl.LOCK_EX, 1, place)
    except OSError:
        file = None
    try:
        yield
    finally:
        if file is not None:
            fcntl.lockf(file, fcntl.LOCK_UN, 1, place)


def compiled_once(kernel, folder: str):
    """The kernel, with its compilations for the cache in `folder` locked against other processes'.

    Numba's own index of a kernel is locked too: of two processes that enter kernels of other types
    at once, one would overwrite the other's.
    """
    compiling, storing = kernel.compile, kernel._cache.save_overload
    name = f"{kernel.py_func.__module__}.{kernel.py_func.__qualname__}"

    def compile_once(types):
        if isinstance(types, tuple) and types in kernel.overloads:
            return compiling(types)
        # Numba's lock first: no thread of this process then waits for it while it holds a byte.
        with global_compiler_lock, _alone(folder, f"{name} {types}"):
            return compiling(types)

    def store_alone(types, compiled):
        with _alone(folder, name):
            storing(types, compiled)

    kernel.compile, kernel._cache.save_overload = compile_once, store_alone
    return kernel
