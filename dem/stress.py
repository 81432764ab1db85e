"""Stress of grains, of particles and of the whole layer, tension positive."""

import numpy as np

from dem.body import RADIUS
from dem.fabric import branches, intact_rows
from dem.grains import COLLECTOR
from dem.simulation import Simulation


def grain_stress(sim: Simulation) -> np.ndarray:
    """Mean stress of each grain, tension positive, (n, 3, 3) [Pa].

    σ = 1/V Σ sym(r ⊗ f) over its contacts, bonds and walls, r from the centre to the contact (the
    review's eq. 16; Christoffersen et al. 1981).
    """
    moment = np.zeros((len(sim.body), 3, 3))
    i, j, branch = branches(sim)
    radius = sim.body[:, RADIUS]
    # A bond acts in the middle, a contact where the radii divide the distance.
    share = radius[i] / (radius[i] + radius[j])
    share[intact_rows(sim)] = 0.5
    # Forces act on `second`: pressing pushes it along the branch, a negative stress.
    dyad = branch[:, :, None] * sim.contacts.force[:, None, :]
    np.subtract.at(moment, i, share[:, None, None] * dyad)
    np.subtract.at(moment, j, (1 - share)[:, None, None] * dyad)
    rows = sim.wall_rows
    grain = np.repeat(np.arange(len(moment)), np.diff(rows.start))
    np.add.at(moment, grain, rows.arm[:, :, None] * rows.force[:, None, :])
    metal = sim.bonds
    if len(metal.swelling):
        # Its bonds bear the deviator alone: K V (J − 1) cof F Fᵀ is K V (J − 1) J times unity.
        swelling = np.nan_to_num(metal.swelling)
        bulk = metal.bulk * swelling * (1.0 + swelling)
        moment[: len(bulk)] += bulk[:, None, None] * np.eye(3)
    symmetric = 0.5 * (moment + moment.transpose(0, 2, 1))
    return symmetric / sim.volume[:, None, None]


def particle_stress(
    stress: np.ndarray, volume: np.ndarray, particle: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Stress of each particle, the mean of its grains' by volume.

    stress : (n, 3, 3) [Pa], volume : (n,) [m³], particle : (n,) ids, of the grains
    returns the ids (p,), the stresses (p, 3, 3) [Pa] and the row of each grain's particle, (n,)
    """
    ids, row = np.unique(particle, return_inverse=True)
    total = np.zeros((len(ids), 3, 3))
    np.add.at(total, row, stress * volume[:, None, None])
    return ids, total / np.bincount(row, volume)[:, None, None], row


def layer_stress(stress: np.ndarray, sim: Simulation) -> np.ndarray:
    """Stress of the coating, pores included, (3, 3) [Pa]: Σ V σ of its grains over its volume.

    stress : (n, 3, 3) [Pa] of the grains. At rest −σ_zz is the pressure on the plates (Love 1927).
    """
    height = sim.box.period_z or sim.height
    volume = np.where(sim.material == COLLECTOR, 0.0, sim.volume)
    return np.einsum("n,nij->ij", volume, stress) / (sim.box.area * height)


def von_mises(stress: np.ndarray) -> np.ndarray:
    """Von Mises stress (n,) of the symmetric part of (n, 3, 3) stresses, in the unit given."""
    symmetric = 0.5 * (stress + stress.transpose(0, 2, 1))
    mean = np.trace(symmetric, axis1=1, axis2=2) / 3.0
    deviator = symmetric - mean[:, None, None] * np.eye(3)
    return np.sqrt(1.5 * np.einsum("nij,nij->n", deviator, deviator))
