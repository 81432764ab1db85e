"""Shortest ways through a phase from one plane of the coating to the other."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dem.errors import InputError
from electrochem.structure.connectivity import PHASES, phase_of
from electrochem.structure.path_lengths import path_lengths
from voxelize.volume import Volume


@dataclass(frozen=True, eq=False)
class ShortestPath:
    """Lengths of the shortest ways through a phase over the thickness, its geodesic tortuosity.

    A pure length, without the square and without constrictions: no τ of D_eff = εD/τ².
    shortest : of the shortest way of all; inf where the phase does not percolate
    mean : over all places of the phase on the far plane that a way reaches; inf where none
    reached : share of the phase's places on the far plane that a way reaches; 0 where none are
    depth : (n,) [m], of the layers' middles from the near plane
    tortuosity_profile : (n,), mean length of the ways to each layer over its depth; nan where none
        of its places is reached
    """

    shortest: float
    mean: float
    reached: float
    depth: np.ndarray
    tortuosity_profile: np.ndarray


def shortest_path(
    volume: Volume,
    phase: str = "pore",
    progress: Callable[[float, str], None] | None = None,
) -> ShortestPath:
    """Geodesic tortuosity of a phase: from the separator through pores, from the collector through
    solids.

    Ways are connected over voxel faces and go over periodic sides. Their lengths solve |∇L| = 1 to
    first order (Godunov's upwind differences, Rouy and Tourin, SIAM J. Numer. Anal. 29 (1992) 867),
    or are sums of steps along edges and diagonals where those are shorter, as in channels of a
    voxel's width.

    phase : one of `connectivity.PHASES`
    Raises InputError for another phase and for a volume without a coating.
    """
    if phase not in PHASES:
        raise InputError(f'phase is "{phase}"; expected one of {", ".join(PHASES)}')
    tell = progress or (lambda share, note: None)
    tell(0.0, f"shortest paths through {phase.replace('_', ' ')}")
    inside, weights = phase_of(volume, phase)
    if phase.startswith("pore"):
        inside, weights = inside[::-1], weights[::-1]
    middle = np.cumsum(weights) - 0.5 * weights
    gaps = np.diff(middle, prepend=0.0)
    length = path_lengths(inside, gaps, volume.periodic)
    thickness = float(weights.sum())
    mean = np.full(len(length), np.nan)
    for k, layer in enumerate(length):
        ways = layer[np.isfinite(layer)]
        if len(ways):
            mean[k] = ways.mean(dtype=np.float64) / middle[k]
    ways = length[-1][np.isfinite(length[-1])].astype(np.float64) + (thickness - middle[-1])
    tell(1.0, "shortest paths measured")
    return ShortestPath(
        shortest=float(ways.min()) / thickness if len(ways) else np.inf,
        mean=float(ways.mean()) / thickness if len(ways) else np.inf,
        reached=len(ways) / max(int(np.count_nonzero(inside[-1])), 1),
        depth=middle * volume.voxel_size,
        tortuosity_profile=mean,
    )
