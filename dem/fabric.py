"""The network of contacts: directions, neighbours and how far the contacts overlap."""

import numpy as np

from dem.body import RADIUS, X, Z
from dem.bonds import INTACT
from dem.grains import ACTIVE
from dem.simulation import Simulation


def branches(sim: Simulation) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First and second grain of every row, (r,), and the vector between them, (r, 3) [m]."""
    i, j = sim.contacts.first, sim.contacts.second
    x = sim.body[:, X : Z + 1]
    return i, j, sim.box.nearest(x[j] - x[i])


def intact_rows(sim: Simulation) -> np.ndarray:
    """Whether each row is an intact bond, (r,) bool; broken ones are contacts."""
    intact = np.zeros(len(sim.contacts.first), bool)
    intact[: len(sim.bonds.state)] = sim.bonds.state == INTACT
    return intact


def contact_rows(sim: Simulation) -> np.ndarray:
    """Rows of the contacts that carry a force between grains of two particles, (k,) int64."""
    i, j = sim.contacts.first, sim.contacts.second
    carries = (sim.contacts.force != 0.0).any(axis=1) & ~intact_rows(sim)
    return np.flatnonzero(carries & (sim.particle[i] != sim.particle[j]))


def among_active(sim: Simulation, rows: np.ndarray) -> np.ndarray:
    """Those of the rows (k,) whose grains are both active."""
    i, j = sim.contacts.first[rows], sim.contacts.second[rows]
    return rows[(sim.material[i] == ACTIVE) & (sim.material[j] == ACTIVE)]


def fabric(sim: Simulation, rows: np.ndarray) -> np.ndarray:
    """Fabric tensor of rows (k,), of contacts or of bonds, (3, 3)."""
    return fabric_tensor(branches(sim)[2][rows])


def fabric_tensor(branch: np.ndarray) -> np.ndarray:
    """Mean of n ⊗ n over the directions n of branches (k, 3): trace 1, isotropic 1/3 (the review's
    eq. 15); zero without any."""
    n = branch / np.linalg.norm(branch, axis=1)[:, None]
    return n.T @ n / max(len(n), 1)


def neighbours(first: np.ndarray, second: np.ndarray, count: int) -> np.ndarray:
    """Number of different bodies that each of `count` bodies touches, (count,) int64.

    first, second : (k,), bodies in contact; a pair may stand there more than once
    """
    low, high = np.minimum(first, second), np.maximum(first, second)
    pairs = np.unique(np.stack((low, high), axis=1), axis=0)
    return np.bincount(pairs.ravel(), minlength=count)


def relative_overlaps(sim: Simulation) -> np.ndarray:
    """Overlap over reduced radius of touching active grains, broken bonds included, (k,).

    Independent Hertz contacts lose their meaning above about 0.1.
    """
    i, j, branch = branches(sim)
    touching = sim.contacts.rest - np.linalg.norm(branch, axis=1)
    touching[intact_rows(sim)] = -1.0
    rows = among_active(sim, np.flatnonzero(touching > 0))
    i, j, overlap = i[rows], j[rows], touching[rows]
    r = sim.body[:, RADIUS]
    return overlap / (r[i] * r[j] / (r[i] + r[j]))
