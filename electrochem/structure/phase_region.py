"""A phase of the coating as its sizes are measured: its voxels, their weights, its sides."""

from dataclasses import dataclass

import numpy as np

from electrochem.structure.phase_fractions import coating, down_to_foil
from voxelize.volume import CRACK, PORE, Volume

VOID = (PORE, CRACK)
"""What mercury and electrolyte find open; the binder domain's own pores are below the voxels."""


@dataclass(frozen=True, eq=False)
class PhaseRegion:
    """Voxels of a phase between the collector and the coating's upper plane.

    inside : (n, ny, nx) bool; the first layer is the last whole one of the foil, if there is one
    weights : (n,) share of each layer below the upper plane
    layers : those of the volume that these are
    base : height of the lower face of the first layer above the coated face [voxels]
    periodic : whether the sides continue on the other side; else they, like the upper plane and a
        lower one without a foil, are mirrors: a cut is no wall
    """

    inside: np.ndarray
    weights: np.ndarray
    layers: slice
    base: int
    periodic: bool

    def voxels(self, part: np.ndarray) -> float:
        """Volume of a part of the coating [voxels], a cut top layer weighted."""
        return float(self.weights @ np.count_nonzero(part, axis=(1, 2)))

    @property
    def is_bounded(self) -> bool:
        """Whether there is any of the phase, and anything else."""
        return bool(self.inside.any()) and not bool(self.inside.all())


def phase_region(volume: Volume, phase: tuple[int, ...] = VOID) -> PhaseRegion:
    """The voxels of all labels of a phase, dents in the collector's face included.

    Raises InputError for a volume without a coating.
    """
    coating(volume)
    dented, _ = down_to_foil(volume)
    stop = volume.coating.stop
    start = max(stop - len(dented) - 1, 0)
    layers = slice(start, stop)
    labels = volume.labels[layers]
    inside = labels == phase[0]
    for label in phase[1:]:
        inside |= labels == label
    return PhaseRegion(
        inside=inside,
        weights=volume.layer_weights[layers],
        layers=layers,
        base=start - volume.collector_layers,
        periodic=volume.periodic,
    )
