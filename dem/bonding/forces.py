"""One bond: a beam while it holds, afterwards a contact at the distance the bond had."""

import math

from dem.bonding.breakage import failure
from dem.bonding.elastic_beam import beam
from dem.bonds import INTACT
from dem.contact.forces import contact_row, part, separation
from dem.contact.hertz import elastic_energy
from dem.jit import njit


@njit
def bond_row(b, grains, motion, table, box, bonds):
    """Evaluate bond b, break it where its load asks for it, and write its force and moments."""
    i, j = bonds.first[b], bonds.second[b]
    dx, dy, dz, distance = separation(i, j, grains, box)
    length = bonds.length[b]
    if bonds.state[b] == INTACT:
        tension, fx, fy, fz, mx, my, mz, twist, bending, energy = beam(
            b, i, j, dx, dy, dz, distance, grains.orientation, bonds
        )
        state = INTACT
        if motion.breaking:
            state = failure(
                tension, math.sqrt(fx * fx + fy * fy + fz * fz), bending, twist, bonds.area[b],
                bonds.tensile_strength[b], bonds.cohesion[b], bonds.internal_friction[b],
                bonds.moment_share[b],
            )  # fmt: skip
        if state == INTACT:
            nx, ny, nz = dx / distance, dy / distance, dz / distance
            bonds.force[b, 0] = fx - tension * nx
            bonds.force[b, 1] = fy - tension * ny
            bonds.force[b, 2] = fz - tension * nz
            bonds.lever[b, 0] = ny * fz - nz * fy
            bonds.lever[b, 1] = nz * fx - nx * fz
            bonds.lever[b, 2] = nx * fy - ny * fx
            bonds.arm[b, 0], bonds.arm[b, 1] = 0.5 * distance, 0.5 * distance
            bonds.moment[b, 0], bonds.moment[b, 1], bonds.moment[b, 2] = mx, my, mz
            bonds.energy[b] = energy
            return
        bonds.state[b] = state
        # What the contact starts with stays stored: only the rest is lost with the bond.
        kept = 0.0
        if distance < length:
            ri, rj = grains.radius[i], grains.radius[j]
            young = table.young[grains.material[i], grains.material[j]]
            kept = elastic_energy(length - distance, young, ri * rj / (ri + rj))
        bonds.released[b] = energy - kept
        bonds.stiffness[b] = 1.0  # not zero: `part` clears the row when nothing touches
        for c in range(3):
            bonds.tangential[b, c] = 0.0
            bonds.moment[b, c] = 0.0
    if distance < length:
        contact_row(b, i, j, dx, dy, dz, distance, length, grains, motion, table, bonds)
    else:
        part(b, bonds)
