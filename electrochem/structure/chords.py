"""Chord lengths of a phase: how far a straight line along an axis goes before it leaves it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from electrochem.structure.phase_region import VOID, phase_region
from voxelize.volume import Volume


@dataclass(frozen=True, eq=False)
class Chords:
    """Chords of a phase along the axes z, y, x.

    mean : (3,) [m], length of all lines inside the phase over their number of chords; inf where
        no line leaves it. An isotropic medium has 4ε/S on each axis, S its surface per volume.
    length : (m,) [m], whole voxels
    share : (3, m), of the chords that lie wholly between the sides, by their number; sums to 1
    """

    mean: np.ndarray
    length: np.ndarray
    share: np.ndarray


def chords(
    volume: Volume,
    phase: tuple[int, ...] = VOID,
    progress: Callable[[float, str], None] | None = None,
) -> Chords | None:
    """Chord lengths of a phase of the coating along each axis.

    Every line of voxels is looked at. Across periodic sides chords go on. One that a cut ends
    counts with its length and half a chord in the mean, which is so without bias; the shares leave
    it out, so on cut sides they miss long chords (Torquato, Random Heterogeneous Materials (2002),
    section 2.5). Chords are whole voxels; those that miss all voxel centres are not seen.

    phase : the labels that are one phase, pores and cracks unless told
    Returns None for a volume that has none of the phase.
    Raises InputError for a volume without a coating.
    """
    tell = progress or (lambda fraction, note: None)
    region = phase_region(volume, phase)
    if not region.inside.any():
        return None
    longest = max(region.inside.shape)
    counts, mean = np.zeros((3, longest + 1)), np.empty(3)
    for axis in range(3):
        tell(axis / 3, "chords")
        inside, ends = 0.0, 0.0
        for lines, weight, length_weights in _sheets(region.inside, region.weights, axis):
            lengths, sheet_ends = _runs(lines, region.periodic and axis > 0)
            inside += weight * float((lines * length_weights).sum())
            ends += weight * sheet_ends
            counts[axis] += weight * np.bincount(lengths, minlength=longest + 1)
        mean[axis] = 2.0 * inside / ends if ends > 0 else np.inf
    last = int(np.flatnonzero(counts.any(axis=0))[-1]) if counts.any() else 0
    counts = counts[:, 1 : last + 1]
    number = counts.sum(axis=1, keepdims=True)
    share = np.divide(counts, number, out=np.zeros_like(counts), where=number > 0)
    tell(1.0, "chords measured")
    return Chords(
        mean=mean * volume.voxel_size,
        length=np.arange(1, last + 1) * volume.voxel_size,
        share=share,
    )


def _sheets(inside: np.ndarray, weights: np.ndarray, axis: int):
    """Sheets of lines along an axis: lines (m, n), the sheet's weight, those along its lines."""
    if axis == 0:
        for row in range(inside.shape[1]):
            yield np.ascontiguousarray(inside[:, row].T), 1.0, weights
        return
    for layer, weight in zip(inside, weights, strict=True):
        lines = layer if axis == 2 else np.ascontiguousarray(layer.T)
        yield lines, float(weight), 1.0


def _runs(lines: np.ndarray, wraps: bool) -> tuple[np.ndarray, int]:
    """Lengths of the whole runs of True in lines (m, n), and how many ends all runs have."""
    if wraps:
        # Turned so that each begins outside, lines cut no run; one that is all inside has no end.
        lines = lines[~lines.all(axis=1)]
        turned = lines.argmin(axis=1)[:, None] + np.arange(lines.shape[1])
        lines = np.take_along_axis(lines, turned % lines.shape[1], axis=1)
    edge = np.diff(np.pad(lines, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    # Rows are walked through in order: the k-th beginning belongs to the k-th end.
    begin, end = np.nonzero(edge == 1)[1], np.nonzero(edge == -1)[1]
    ends = np.ones(len(begin), int) if wraps else (begin > 0).astype(int)
    ends += (end < lines.shape[1]) | wraps
    return (end - begin)[ends == 2], int(ends.sum())
