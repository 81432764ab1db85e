"""Energy ledger of a simulation, and how well its forces balance."""

import math
from typing import NamedTuple

import numpy as np

from dem.body import MATERIAL, Q0, RADIUS, X, Z
from dem.bonding.beam import beam
from dem.bonding.confinement import stored as stored_in_metal
from dem.bonding.rows import (
    AREA,
    COHESION,
    REST,
    STIFFER,
    STRAIN,
    TENSILE,
    UNLOADED,
    WEAK,
    WEAK_PRESSED,
)
from dem.bonds import INTACT
from dem.chunks import BOND_PLASTIC, BROKEN, DAMPED, DRIVEN, PLASTIC, VISCOUS, WORK_SLID
from dem.contact.roles import bound, reach, remembers, sticks, stored
from dem.inertia import kinetic_energy, spared_since
from dem.jit import njit
from dem.laws import at_row
from dem.simulation import Simulation
from dem.vector import wrapped
from dem.walls.geometry import surface_distance


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
    """The ledger since the unloaded picture; kinetic energy is that of the scaled masses.

    Friction is what tangential and rolling springs took up less what they still store.
    """
    booked = sim.chunks.ledger.sum(axis=0)
    normal, tangential, bond = stored_energies(sim)
    return Energies(
        contact=normal + tangential,
        bond=bond,
        kinetic=kinetic_energy(sim),
        friction=float(booked[WORK_SLID]) - tangential,
        viscous=float(booked[VISCOUS]),
        plastic=float(booked[PLASTIC] + booked[BOND_PLASTIC]),
        damping=float(booked[DAMPED]) + spared_since(sim),
        broken_bonds=float(booked[BROKEN]),
        work=float(sim.walls.work.sum() + booked[DRIVEN]),
    )


def stored_energies(sim: Simulation) -> tuple[float, float, float]:
    """Energy stored in normal contacts, in tangential springs and in intact bonds [J]."""
    like, pairs, walls = sim.laws
    normal, tangential, bond = _stored_in_rows(
        like, pairs, sim.kinds, *sim.bond_table, sim.box.period, sim.body, sim.bonds, sim.contacts,
        sim.steps_done,
    )  # fmt: skip
    bond += stored_in_metal(sim.bonds)
    wall_normal, wall_tangential = _stored_in_walls(like, walls, sim.body, sim.walls, sim.wall_rows)
    return normal + wall_normal, tangential + wall_tangential, bond


@njit
def _stored_in_rows(laws, table, kinds, like, bond_table, period, body, bonds, contacts, step):
    none = np.zeros(4)
    normal = tangential = bond = 0.0
    px, py, pz = period[0], period[1], period[2]
    ix = 1.0 / px if px > 0.0 else 0.0
    iy = 1.0 / py if py > 0.0 else 0.0
    iz = 1.0 / pz if pz > 0.0 else 0.0
    for i in range(len(body)):
        for part in range(2):
            first, last = bonds.start[i], bonds.start[i + 1]
            if part == 1:
                first, last = contacts.start[i], contacts.start[i + 1]
            for p in range(first, last):
                j = contacts.second[p]
                d = (
                    wrapped(body[j, X] - body[i, X], px, ix),
                    wrapped(body[j, X + 1] - body[i, X + 1], py, iy),
                    wrapped(body[j, Z] - body[i, Z], pz, iz),
                )
                distance = math.sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2])
                if part == 0 and bonds.state[p] == INTACT:
                    row = bonds.beam[p]
                    offset, pressed = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
                    if len(bonds.offset) > 0:
                        pressed = (
                            bonds.offset[p, STIFFER],
                            bonds.offset[p, WEAK],
                            bonds.offset[p, WEAK_PRESSED],
                        )
                        offset = (bonds.offset[p, 0], bonds.offset[p, 1], bonds.offset[p, 2])
                    law = at_row(like, bond_table, bonds.kind[p], 0)
                    around = 0.0
                    if j < len(bonds.swelling):
                        around = 0.5 * (bonds.swelling[i] + bonds.swelling[j])
                        around = around if around == around else 0.0
                    bond += beam(
                        law, d, distance,
                        (body[i, Q0], body[i, Q0 + 1], body[i, Q0 + 2], body[i, Q0 + 3]),
                        (body[j, Q0], body[j, Q0 + 1], body[j, Q0 + 2], body[j, Q0 + 3]),
                        (row[REST], row[REST + 1], row[REST + 2]), row[UNLOADED], row[AREA],
                        row[TENSILE], row[COHESION], row[STRAIN], offset, pressed, 0.0,
                        around,
                    )[3]  # fmt: skip
                    continue
                t = int(body[i, MATERIAL]) * kinds + int(body[j, MATERIAL])
                ri, rj = body[i, RADIUS], body[j, RADIUS]
                memory = contacts.memory[p] if remembers(laws[0]) else 0.0
                one, other = _stored_in_contact(
                    laws, table, t, contacts.rest[p] - distance, ri * rj / (ri + rj), memory,
                    contacts.spring[p] if contacts.touched[p] == step else none,
                )  # fmt: skip
                normal += one
                tangential += other
    return normal, tangential, bond


@njit
def _stored_in_contact(laws, table, t, overlap, radius, memory, spring):
    law = at_row(laws[0], table, t, 0)
    touching = overlap > reach(law, radius)
    if remembers(laws[0]):
        touching = touching and (overlap > 0.0 or sticks(law, memory))
    if not touching:
        return 0.0, 0.0
    cohesion = at_row(laws[1], table, t, len(laws[0]))
    held = spring[0] * spring[0] + spring[1] * spring[1] + spring[2] * spring[2]
    return (
        stored(law, overlap, radius, memory) + bound(cohesion, overlap, radius),
        0.5 * held / spring[3] if spring[3] > 0.0 else 0.0,
    )


@njit
def _stored_in_walls(laws, table, body, walls, rows):
    normal = tangential = 0.0
    count, c, o = len(walls.centre), walls.centre, walls.orientation
    for i in range(len(body)):
        for r in range(rows.start[i], rows.start[i + 1]):
            if not rows.active[r]:
                continue
            s = rows.surface[r]
            w = walls.wall[s]
            gap, _, curvature = surface_distance(
                walls.kind[s], walls.surface[s], (c[w, 0], c[w, 1], c[w, 2]),
                (o[w, 0], o[w, 1], o[w, 2], o[w, 3]), (body[i, X], body[i, X + 1], body[i, Z]),
            )  # fmt: skip
            memory = rows.memory[r] if remembers(laws[0]) else 0.0
            one, other = _stored_in_contact(
                laws, table, int(body[i, MATERIAL]) * count + w, rows.rest[r] - gap,
                1.0 / (1.0 / body[i, RADIUS] + curvature), memory, rows.spring[r],
            )  # fmt: skip
            normal += one
            tangential += other
    return normal, tangential


def net_force(sim: Simulation) -> float:
    """Mean size of the net force on a grain [N]."""
    return float(np.linalg.norm(sim.net_load[:, :3], axis=1).mean())


def carried_force(sim: Simulation) -> float:
    """Mean size of the forces in contacts and bonds that carry any [N]."""
    forces = np.linalg.norm(sim.contacts.force, axis=1)
    carrying = forces[forces > 0]
    return float(carrying.mean()) if len(carrying) else 0.0


def unbalanced_force(sim: Simulation) -> float:
    """Mean net force on a grain over the mean force of its contacts and bonds."""
    carried = carried_force(sim)
    return net_force(sim) / carried if carried > 0.0 else 0.0
