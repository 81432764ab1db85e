"""Voxels that come as a compressed stream: read forward, without what lies before and behind."""

from collections.abc import Callable
from pathlib import Path
from typing import IO

import numpy as np

from dem.errors import InputError
from voxelize.read.order import Crop

_CHUNK = 1 << 16


class Stream:
    """Layers of an array in C order out of a stream that can only be read forward.

    start : opens the stream at the array's first byte; called again for an earlier layer
    """

    def __init__(
        self,
        path: Path,
        start: Callable[[], IO[bytes]],
        shape: tuple[int, int, int],
        dtype: np.dtype,
    ):
        self._path, self._start, self._shape, self._dtype = path, start, shape, dtype
        self._file, self._layer = None, 0

    def read(self, crop: Crop) -> np.ndarray:
        """A crop along the array's axes; InputError where the stream ends too early."""
        (first, last), rows, columns = crop
        if self._file is None or first < self._layer:
            self.close()
            self._file, self._layer = self._start(), 0
        size = self._shape[1] * self._shape[2] * self._dtype.itemsize
        left = (first - self._layer) * size
        while left:
            left -= len(self._some(min(left, _CHUNK)))
        found = np.empty((last - first, rows[1] - rows[0], columns[1] - columns[0]), self._dtype)
        for target in found:
            layer = np.frombuffer(self._exactly(size), self._dtype).reshape(self._shape[1:])
            target[...] = layer[slice(*rows), slice(*columns)]
        self._layer = last
        return found

    def close(self) -> None:
        """Close the stream."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _exactly(self, size: int) -> bytes:
        parts, left = [], size
        while left:
            parts.append(self._some(left))
            left -= len(parts[-1])
        return b"".join(parts)

    def _some(self, size: int) -> bytes:
        part = self._file.read(size)
        if not part:
            voxels = " × ".join(map(str, self._shape))
            raise InputError(
                f"{self._path}: its voxels end before the {voxels} that its header announces, "
                "expected a whole file"
            )
        return part
