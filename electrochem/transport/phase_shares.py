"""Shares of each phase in the cells of a coating: of a finer volume, or as a deposit gives them."""

from dataclasses import dataclass, replace

import numpy as np

from dem.errors import InputError
from electrochem.structure.phase_fractions import coating
from voxelize.deposit.fractions import Fractions
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR, LABEL_NAMES, PORE, Volume


@dataclass(frozen=True, eq=False)
class PhaseShares:
    """A coating whose cells may hold several phases.

    shares : (phases, nz, ny, nx) float32, adding up to 1; labels : (phases,), which phase each is
    heights : (nz,) of the layers [voxels]; periodic : whether both in-plane directions are
    """

    shares: np.ndarray
    labels: tuple[int, ...]
    heights: np.ndarray
    periodic: bool

    def coarser(self) -> "PhaseShares":
        """The same in cells twice as long, each the mean of its eight; at an odd end of four."""
        layers = np.arange(0, len(self.heights), 2)
        heights = np.add.reduceat(self.heights, layers)
        mean = np.empty((len(self.labels), len(layers), *_half(self.shares.shape[2:])), np.float32)
        for share, coarse in zip(self.shares, mean, strict=True):
            weighted = share * self.heights.astype(np.float32)[:, None, None]
            total = np.add.reduceat(weighted, layers, axis=0)
            for axis in (1, 2):
                at = np.arange(0, total.shape[axis], 2)
                count = np.minimum(2, total.shape[axis] - at).astype(np.float32)
                across = (-1, 1) if axis == 1 else (1, -1)
                total = np.add.reduceat(total, at, axis=axis) / count.reshape(1, *across)
            coarse[:] = total / heights.astype(np.float32)[:, None, None]
        return replace(self, shares=mean, heights=0.5 * heights)

    def fraction(self, label: int) -> float:
        """Volume share of a phase."""
        if label not in self.labels:
            return 0.0
        layers = self.shares[self.labels.index(label)].mean(axis=(1, 2), dtype=np.float64)
        return float(layers @ self.heights / self.heights.sum())


def _half(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple((size + 1) // 2 for size in shape)


def fractions_of(volume: Volume, factor: int) -> PhaseShares:
    """Shares of the phases in cells of factor³ voxels of a volume, from the coated face up.

    Raises InputError where the footprint is not a whole number of cells.
    """
    labels, heights = coating(volume)
    for size, name in zip(labels.shape[1:], ("y", "x"), strict=True):
        if size % factor:
            raise InputError(
                f"cells of {factor} voxels do not fit {size} voxels along {name}: expected a "
                f"multiple of {factor}"
            )
    first = np.arange(0, len(labels), factor)
    found = tuple(label for label in range(len(LABEL_NAMES)) if (labels == label).any())
    rows, columns = labels.shape[1] // factor, labels.shape[2] // factor
    thick = np.add.reduceat(heights, first)
    shares = np.zeros((len(found), len(first), rows, columns), np.float32)
    for k, (layer, height) in enumerate(zip(labels, heights, strict=True)):
        cells = layer.reshape(rows, factor, columns, factor)
        weight = np.float32(height / thick[k // factor] / factor**2)
        for phase, label in enumerate(found):
            shares[phase, k // factor] += weight * (cells == label).sum(axis=(1, 3))
    return PhaseShares(shares, found, thick / factor, volume.periodic)


def deposited_shares(fractions: Fractions, volume: Volume) -> PhaseShares:
    """Shares as a deposit gives them; what they leave below the upper plane is the collector's.

    volume : whose voxels they are
    """
    _, heights = coating(volume)
    inside = volume.coating
    layers = heights.astype(np.float32)[:, None, None]
    am, cbd, pore = (np.clip(share[inside] / layers, 0.0, 1.0) for share in fractions)
    foil = np.clip(1.0 - (am + cbd + pore), 0.0, 1.0)
    # Below rounding of four shares, no foil.
    foil[foil < 1e-5] = 0.0
    labels = (PORE, ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR)
    return PhaseShares(np.stack([pore, am, cbd, foil]), labels, heights, volume.periodic)
