"""An electrode as a pass leaves it, with what held at its peak load."""

from dataclasses import dataclass, field

import numpy as np

from dem.bonds import Bonds
from dem.breaks import Breaks, breaks_of, no_breaks
from dem.calendering.nip import Nip
from dem.calendering.targets import Target
from dem.grains import Grains
from dem.release import Branch, no_overlaps
from dem.simulation import Simulation
from dem.skeleton import Skeleton


@dataclass(frozen=True, eq=False)
class State:
    """An electrode of the series.

    target : what it was pressed to (None: unloaded); off_target : reached over wanted value, less 1
    thickness, loaded_thickness [m]; peak_pressure [Pa]
    settled : whether the release came to rest
    grains, bonds : after release; stress : (n, 3, 3) [Pa], bond_force : (m, 3) [N], at peak load
    overlaps : contacts at peak load by OVERLAP_EDGES; overlap_beyond_hertz : share of them beyond
    breaks : since the unloaded picture, the release included
    skeleton : what carried the peak load; nip : the way there and back between rolls; None unloaded
    sim : as it stands after release, where it is to be kept
    """

    target: Target | None
    thickness: float
    loaded_thickness: float
    peak_pressure: float
    grains: Grains
    bonds: Bonds
    stress: np.ndarray
    bond_force: np.ndarray
    overlaps: np.ndarray
    overlap_beyond_hertz: float
    settled: bool
    release: dict[str, list[float]]
    off_target: float = 0.0
    breaks: Breaks = field(default_factory=no_breaks)
    skeleton: Skeleton | None = None
    nip: Nip | None = None
    sim: Simulation | None = None


def released_state(
    branch: Branch, target: Target, off_target: float, nip: Nip, keep: bool = False
) -> State:
    """The state that a released branch is; keep : whether with a copy of its simulation."""
    sim = branch.sim
    return State(
        target=target,
        off_target=off_target,
        thickness=sim.height,
        loaded_thickness=branch.loaded_thickness,
        peak_pressure=branch.peak_pressure,
        grains=Grains(*(a.copy() for a in sim.grains)),
        bonds=sim.bond_state(),
        stress=branch.stress,
        bond_force=branch.bond_force,
        overlaps=branch.overlaps,
        overlap_beyond_hertz=branch.overlap_beyond_hertz,
        settled=branch.settled,
        release={"thickness_m": branch.heights, "pressure_Pa": branch.pressures},
        breaks=breaks_of(sim),
        skeleton=branch.skeleton,
        nip=nip,
        sim=sim.copy() if keep else None,
    )


def unloaded_state(grains: Grains, bonds: Bonds, thickness: float) -> State:
    """The unloaded picture as the first state of a series."""
    return State(
        target=None,
        thickness=thickness,
        loaded_thickness=thickness,
        peak_pressure=0.0,
        grains=grains,
        bonds=bonds,
        stress=np.zeros((len(grains.radius), 3, 3)),
        bond_force=np.zeros((len(bonds.first), 3)),
        overlaps=no_overlaps(),
        overlap_beyond_hertz=0.0,
        settled=True,
        release={"thickness_m": [], "pressure_Pa": []},
    )
