"""Which share of a phase hangs together, with the separator, with the collector and with both."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from electrochem.structure.body import without_peaks
from electrochem.structure.percolation import clusters, touching
from electrochem.structure.phase_fractions import coating
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, CRACK, PORE, Volume


@dataclass(frozen=True)
class PhaseConnectivity:
    """Clusters of a phase, connected over voxel faces; shares are of the phase's volume.

    All are 0 for an absent phase.
    to_separator, to_collector : share that hangs together with the upper, the lower plane
    percolating : share in clusters that join both planes
    largest : share of the largest cluster; of the binder domain Lindner et al.'s "connectivity",
        as their paper leaves its definition to a supplement
    count : of the clusters
    """

    to_separator: float
    to_collector: float
    percolating: float
    largest: float
    count: int

    @property
    def percolates(self) -> bool:
        """Whether any path joins both planes."""
        return self.percolating > 0.0


@dataclass(frozen=True)
class Connectivity:
    """Connectivity of the phases of a coating.

    pore : pores and cracks; pore_and_cbd : these and the binder domain, whose nanopores conduct
    am, cbd : active material, binder domain; solid : both together
    Solid phases are looked at up to the coating's body (`body`), as conductivity is: the few peaks
    that a plate rests on are no plane.
    """

    pore: PhaseConnectivity
    pore_and_cbd: PhaseConnectivity
    am: PhaseConnectivity
    cbd: PhaseConnectivity
    solid: PhaseConnectivity


def connectivity(
    volume: Volume, progress: Callable[[float, str], None] | None = None
) -> Connectivity:
    """Connectivity of pores, solids and binder domain with the planes of the coating.

    Raises InputError for a volume without a coating.
    """
    tell = progress or (lambda share, note: None)
    found = {}
    for name in PHASES:
        tell(len(found) / len(PHASES), f"connectivity of {name.replace('_', ' ')}")
        phase, weights = phase_of(volume, name)
        found[name] = phase_connectivity(phase, weights, volume.periodic)
    tell(1.0, "connectivity measured")
    return Connectivity(**found)


PHASES = {
    "pore": (PORE, CRACK),
    "pore_and_cbd": (PORE, CRACK, CARBON_BINDER),
    "am": (ACTIVE_MATERIAL,),
    "cbd": (CARBON_BINDER,),
    "solid": (ACTIVE_MATERIAL, CARBON_BINDER),
}
"""Phases whose connectivity is told, by the labels that belong to them."""


def phase_of(volume: Volume, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Where a phase of `PHASES` is in the coating, (n, ny, nx) bool, and the layers' weights.

    That of a solid phase ends with the coating's body.
    """
    labels, weights = coating(volume if name.startswith("pore") else without_peaks(volume))
    return np.isin(labels, PHASES[name]), weights


def phase_connectivity(phase: np.ndarray, weights: np.ndarray, periodic: bool) -> PhaseConnectivity:
    """Connectivity of one phase, (n, ny, nx) bool with layer weights (n,), the collector below."""
    number = clusters(phase, periodic)
    size = np.zeros(int(number.max(initial=0)) + 1)
    for layer, weight in zip(number, weights, strict=True):
        size += weight * np.bincount(layer.ravel(), minlength=len(size))
    size[0] = 0.0
    whole = float(size.sum())
    if whole == 0.0:
        return PhaseConnectivity(0.0, 0.0, 0.0, 0.0, 0)
    top, bottom = touching(number, number[-1]), touching(number, number[0])
    share = [float(size[of].sum()) / whole for of in (top, bottom, top & bottom)]
    # Joining over the seam leaves numbers that no voxel bears.
    return PhaseConnectivity(*share, float(size.max()) / whole, int(np.count_nonzero(size)))
