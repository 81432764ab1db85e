"""Values of a file → phases: by a map of labels, or by ranges of grey values."""

import difflib
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np

from dem.errors import InputError
from voxelize.read.order import AxisOrder, Crop
from voxelize.read.stored import StoredImage, expect_memory
from voxelize.volume import LABEL_NAMES, PHASES

Ranges = Mapping[str, tuple[float, float]]

_UNKNOWN = 255
_SLAB = 1 << 23
"""Voxels that are read at once: few enough not to count, enough for whole chunks."""
_GREY = 16
"""From so many values on that no label has, they are taken for grey levels."""
_SEGMENT = (
    "segment it first (ilastik, Fiji's Trainable Weka Segmentation, scikit-image), or give ranges "
    "of grey values (thresholds)"
)


def read_phases(image: StoredImage, order: AxisOrder, crop: Crop, phase_of: "PhaseMap"):
    """Read a crop along z, y, x as phases; (nz, ny, nx) uint8.

    Read slab by slab: beside the result, memory holds one slab in the file's own kind.
    """
    shape = tuple(stop - start for start, stop in crop)
    expect_memory(image.path, int(np.prod(shape, dtype=object)))
    phases = np.empty(shape, dtype=np.uint8)
    target = order.as_stored(phases)
    (start, stop), *plane = order.in_file(crop, image.shape)
    step = max(1, _SLAB // (target.shape[1] * target.shape[2]))
    if image.layers > 1:
        step = max(step // image.layers, 1) * image.layers
    at = start
    while at < stop:
        # Slabs end where what is stored together ends, so that nothing is decoded twice.
        end = min((at // step + 1) * step, stop)
        phase_of.translate(image.read(((at, end), *plane)), target[at - start : end - start])
        at = end
    phase_of.check()
    return phases


class PhaseMap:
    """Translates values, and keeps account of those that mean nothing."""

    def __init__(self, path: Path, dtype: np.dtype, labels: Mapping[str, int]):
        if dtype.kind not in "uib":
            raise InputError(
                f"{path}: holds {dtype} values, expected whole-number labels: save labels as 8 or "
                f"16 bit integers; if these are grey values, {_SEGMENT}"
            )
        self._path, self._labels = path, checked_map(labels)
        self._unknown: set[int] = set()
        self._table = None
        if dtype.itemsize <= 2:
            # Indexed by the value's bits, so that signed kinds need no offset.
            bits = dtype.newbyteorder("=") if dtype.kind != "b" else np.dtype(np.uint8)
            self._bits = np.dtype(f"u{dtype.itemsize}")
            self._table = np.full(1 << (8 * dtype.itemsize), _UNKNOWN, dtype=np.uint8)
            limits = np.iinfo(bits)
            for value, phase in self._labels.items():
                if limits.min <= value <= limits.max:
                    self._table[np.array(value, bits).view(self._bits)] = phase

    def translate(self, values: np.ndarray, target: np.ndarray) -> None:
        """Write the phases of some values into an array of the same shape."""
        for layer, out in zip(values, target, strict=True):
            if self._table is not None:
                native = np.ascontiguousarray(layer, layer.dtype.newbyteorder("="))
                out[...] = self._table[native.view(self._bits)]
            else:
                out[...] = _UNKNOWN
                for value, phase in self._labels.items():
                    out[layer == value] = phase
            unknown = out == _UNKNOWN
            if unknown.any() and len(self._unknown) < 1000:
                self._unknown.update(int(each) for each in np.unique(layer[unknown]))

    def check(self) -> None:
        """Refuse values that no label has."""
        if not self._unknown:
            return
        found = sorted(self._unknown)
        named = ", ".join(f"{v} = {LABEL_NAMES[phase]}" for v, phase in self._labels.items())
        shown = ", ".join(map(str, found[:8])) + (" …" if len(found) > 8 else "")
        if len(found) >= _GREY:
            raise InputError(
                f"{self._path}: holds {len(found)}{'+' * (len(found) >= 1000)} values from "
                f"{found[0]} to {found[-1]} that the label map does not name ({named}), expected "
                f"labels; it looks like a grey-level image: {_SEGMENT}"
            )
        raise InputError(
            f"{self._path}: holds the label {shown}, which the label map does not name "
            f"({named}); expected labels to name it"
        )


class Thresholds(PhaseMap):
    """Translates grey values by ranges: from the first number to below the second.

    The uppermost range includes its end, so that 255 may close the range of 8-bit greys.
    """

    def __init__(self, path: Path, ranges: Ranges):
        self._path = path
        self._ranges = sorted(checked_ranges(ranges).items(), key=lambda each: each[1])
        self._lowest, self._highest, self._missed, self._nan = np.inf, -np.inf, 0, 0

    def translate(self, values: np.ndarray, target: np.ndarray) -> None:
        """Write the phases of some grey values into an array of the same shape."""
        top = self._ranges[-1][0]
        for layer, out in zip(values, target, strict=True):
            out[...] = _UNKNOWN
            for name, (low, high) in self._ranges:
                below = layer <= high if name == top else layer < high
                out[(layer >= low) & below] = PHASES[name]
            unknown = out == _UNKNOWN
            if unknown.any():
                missed = layer[unknown]
                holes = ~np.isfinite(missed) if missed.dtype.kind == "f" else np.zeros(1, bool)
                self._nan += int(holes.sum())
                missed = missed[~holes] if holes.any() else missed
                if len(missed):
                    self._missed += len(missed)
                    self._lowest = min(self._lowest, missed.min())
                    self._highest = max(self._highest, missed.max())

    def check(self) -> None:
        """Refuse values that are no number or lie in no range."""
        if self._nan:
            raise InputError(f"{self._path}: {self._nan} voxels are not finite, expected numbers")
        if self._missed:
            told = ", ".join(f"{name} {low:g} to {high:g}" for name, (low, high) in self._ranges)
            raise InputError(
                f"{self._path}: {self._missed} voxels have grey values ({self._lowest:g} to "
                f"{self._highest:g}) in none of the ranges ({told}), expected thresholds to "
                "cover them"
            )


def checked_map(labels: Mapping[str, int]) -> dict[int, int]:
    """Phase of each value; InputError where the map is not what it must be."""
    _check_names("labels", labels)
    for name, value in labels.items():
        if isinstance(value, bool) or not isinstance(value, int | np.integer):
            raise InputError(f"labels: {name} is {value!r}, expected a whole number")
    if len(set(labels.values())) < len(labels):
        raise InputError(f"labels: two phases have the same value in {dict(labels)}")
    return {int(value): PHASES[name] for name, value in labels.items()}


def checked_ranges(ranges: Ranges) -> dict[str, tuple[float, float]]:
    """Ranges of grey values; InputError where they are empty or overlap."""
    _check_names("thresholds", ranges)
    found = {}
    for name, pair in ranges.items():
        try:
            low, high = (float(bound) for bound in pair)
        except (TypeError, ValueError):
            raise InputError(
                f"thresholds: {name} is {pair!r}, expected two grey values, from and to"
            ) from None
        found[name] = (low, high)
    for name, (low, high) in found.items():
        if not low < high:
            raise InputError(f"thresholds: {name} goes from {low:g} to {high:g}, expected upwards")
    ordered = sorted(found.items(), key=lambda each: each[1])
    for (name, (_, high)), (other, (low, _)) in pairwise(ordered):
        if low < high:
            raise InputError(
                f"thresholds: {name} ends at {high:g} and {other} begins at {low:g}, expected "
                "ranges that do not overlap"
            )
    return found


def _check_names(key: str, names: Mapping[str, object]) -> None:
    for name in names:
        if name not in PHASES:
            near = difflib.get_close_matches(name, PHASES, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise InputError(f"{key}: unknown phase {name!r}, expected {', '.join(PHASES)}{hint}")
    if "active_material" not in names:
        raise InputError(f"{key}: the map names no value for active_material")
