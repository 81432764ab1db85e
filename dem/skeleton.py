"""What carries the load of an electrode at one moment: stress, fabric, neighbours, force chains."""

from typing import NamedTuple

import numpy as np

from dem.box import Box
from dem.fabric import among_active, contact_rows, fabric, intact_rows, neighbours
from dem.force_chains import force_chains
from dem.grains import ACTIVE, Grains
from dem.simulation import Simulation
from dem.stress import layer_stress, particle_stress


class Skeleton(NamedTuple):
    """The load-bearing network after `step` steps; contacts are those that carry a force.

    stress : (3, 3) [Pa], of the whole layer, tension positive
    fabric : (3, 3), of the contacts between active particles; zero without any
    bond_fabric : (3, 3), of the intact bonds inside active particles
    contacts : (n,) int32, of each grain with grains of other particles
    neighbours : (n,) int32, active particles that the grain's particle touches; binder has none
    chain : (n,) int32, force chain of the grain's particle, −1 for none
    """

    step: int
    stress: np.ndarray
    fabric: np.ndarray
    bond_fabric: np.ndarray
    contacts: np.ndarray
    neighbours: np.ndarray
    chain: np.ndarray


def skeleton(sim: Simulation, stress: np.ndarray) -> Skeleton:
    """What carries the load now; stress : (n, 3, 3) [Pa] of the grains."""
    n, grains = len(sim.body), sim.grains
    rows = contact_rows(sim)
    i, j = sim.contacts.first, sim.contacts.second
    touching = among_active(sim, rows)
    active = np.flatnonzero(sim.material == ACTIVE)
    _, of_particle, row = particle_stress(stress[active], sim.volume[active], sim.particle[active])
    particle = np.full(n, -1)
    particle[active] = row
    count = len(of_particle)
    first, second = particle[i[touching]], particle[j[touching]]
    around = neighbours(first, second, count)
    centre = particle_centres(grains, active, row, sim.box)
    branch = sim.box.nearest(centre[second] - centre[first])
    chain = force_chains(of_particle, first, second, branch)
    return Skeleton(
        step=sim.steps_done,
        stress=layer_stress(stress, sim),
        fabric=fabric(sim, touching),
        bond_fabric=fabric(sim, among_active(sim, np.flatnonzero(intact_rows(sim)))),
        contacts=np.bincount(np.concatenate((i[rows], j[rows])), minlength=n).astype(np.int32),
        neighbours=_of_grains(around, active, row, n, none=0),
        chain=_of_grains(chain, active, row, n, none=-1),
    )


def particle_centres(grains: Grains, of: np.ndarray, row: np.ndarray, box: Box) -> np.ndarray:
    """Centres of mass of particles that may lie across periodic sides, (p, 3) [m].

    of : (k,), grains; row : (k,), particle of each of them, 0 … p − 1
    """
    x, mass = grains.position[of], grains.mass[of]
    _, anchor = np.unique(row, return_index=True)
    offset = box.nearest(x - x[anchor][row])
    total = np.bincount(row, mass)
    mean = [np.bincount(row, mass * offset[:, axis]) / total for axis in range(3)]
    return x[anchor] + np.stack(mean, axis=1)


def _of_grains(values, active, row, count, none):
    spread = np.full(count, none, np.int32)
    spread[active] = values[row]
    return spread
