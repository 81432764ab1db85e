"""What a simulation shows: stress of its grains, energy ledger, balance and overlaps."""

from typing import NamedTuple

import numpy as np

from dem import integrate
from dem.bonds import INTACT
from dem.grains import ACTIVE
from dem.simulation import Simulation
from dem.walls.plane import distances


class Energies(NamedTuple):
    """Energy ledger [J]: given work = stored + kinetic + lost; `residual` is the difference."""

    contact: float
    bond: float
    kinetic: float
    friction: float
    viscous: float
    plastic: float
    damping: float
    broken_bonds: float
    work: float

    @property
    def residual(self) -> float:
        """Work that no other entry accounts for [J]."""
        return self.work - sum(self[:-1])


def energies(sim: Simulation) -> Energies:
    """The ledger since the unloaded picture; kinetic energy is that of the scaled masses."""
    g, b, c, p = sim.grains, sim.bonds, sim.contacts, sim.planes
    intact = b.state == INTACT
    speed2 = (g.velocity**2).sum(axis=1)
    spin2 = (g.angular_velocity**2).sum(axis=1)
    return Energies(
        contact=float(c.energy.sum() + b.energy[~intact].sum() + p.energy.sum()),
        bond=float(b.energy[intact].sum()),
        kinetic=float(0.5 * (sim.mass @ speed2 + sim.moment @ spin2)),
        friction=float(
            sim.lost["friction"] + c.dissipated.sum() + b.dissipated.sum() + p.dissipated.sum()
        ),
        viscous=float(sim.lost["viscous"] + c.viscous.sum() + b.viscous.sum() + p.viscous.sum()),
        plastic=float(sim.lost["plastic"] + c.plastic.sum() + b.plastic.sum() + p.plastic.sum()),
        damping=float(sim.scratch["damped"].sum()),
        broken_bonds=float(b.released.sum()),
        work=float(sim.plate[integrate.PLATE_WORK] + sim.scratch["driven"].sum()),
    )


def net_force(sim: Simulation) -> float:
    """Mean size of the net force on a grain [N]."""
    return float(np.linalg.norm(sim.scratch["force"], axis=1).mean())


def carried_force(sim: Simulation) -> float:
    """Mean size of the forces in contacts and bonds that carry any [N]."""
    forces = np.concatenate(
        [np.linalg.norm(rows.force, axis=1) for rows in (sim.contacts, sim.bonds)]
    )
    carrying = forces[forces > 0]
    return float(carrying.mean()) if len(carrying) else 0.0


def unbalanced_force(sim: Simulation) -> float:
    """Mean net force on a grain over the mean force of its contacts and bonds."""
    carried = carried_force(sim)
    return net_force(sim) / carried if carried > 0.0 else 0.0


def grain_stress(sim: Simulation) -> np.ndarray:
    """Mean stress of each grain, tension positive, (n, 3, 3) [Pa].

    σ = 1/V Σ sym(r ⊗ f) over its contacts, bonds and planes, r from the centre to the contact (the
    review's eq. 16; Christoffersen et al. 1981).
    """
    n = len(sim.grains.radius)
    moment = np.zeros((n, 3, 3))
    x = sim.grains.position
    for rows in (sim.contacts, sim.bonds):
        i, j = rows.first, rows.second
        branch = x[j] - x[i]
        if sim.box.periodic:
            branch[:, :2] -= sim.box.length * np.round(branch[:, :2] / sim.box.length)
        distance = np.linalg.norm(branch, axis=1, keepdims=True)
        dyad = branch[:, :, None] / distance[:, :, None] * rows.force[:, None, :]
        # rows.force acts on `second`: pressing pushes it along the branch, a negative stress.
        np.subtract.at(moment, i, rows.arm[:, 0, None, None] * dyad)
        np.subtract.at(moment, j, rows.arm[:, 1, None, None] * dyad)
    gaps = distances(sim.grains, sim.box, sim.height)
    arms = np.where(np.isfinite(gaps), gaps, 0.0)
    for side, normal in enumerate(sim.planes.normal):
        # The normal points from the plane to the grain, as does the push: again a negative stress.
        push = sim.planes.force[:, side, None] * normal + sim.planes.tangential[:, side]
        moment -= arms[:, side, None, None] * normal[:, None] * push[:, None, :]
    symmetric = 0.5 * (moment + moment.transpose(0, 2, 1))
    return symmetric / sim.grains.volume[:, None, None]


def relative_overlaps(sim: Simulation) -> np.ndarray:
    """Elastic overlap over reduced radius of touching active grains, broken bonds included, (k,).

    Independent Hertz contacts lose their meaning above about 0.1.
    """
    found = []
    active = sim.grains.material == ACTIVE
    broken = sim.bonds.state != INTACT
    for rows, rest, chosen in (
        (sim.contacts, sim.contacts.rest, np.ones(len(sim.contacts.rest), bool)),
        (sim.bonds, sim.bonds.length, broken),
    ):
        chosen = chosen & active[rows.first] & active[rows.second]
        i, j = rows.first[chosen], rows.second[chosen]
        branch = sim.grains.position[j] - sim.grains.position[i]
        if sim.box.periodic:
            branch[:, :2] -= sim.box.length * np.round(branch[:, :2] / sim.box.length)
        r = sim.grains.radius
        overlap = rest[chosen] - np.linalg.norm(branch, axis=1)
        found.append((overlap / (r[i] * r[j] / (r[i] + r[j])))[overlap > 0])
    return np.concatenate(found)
