"""Forces of intact bonds, LANES at a time: gathered, computed side by side, added to the grains."""

import math

from dem.body import MATERIAL, Q0, RADIUS, X, Y, Z
from dem.bonding.beam import beam
from dem.bonding.laws import as_brittle, ever, flows
from dem.bonding.rows import AREA, COHESION, REST, STIFFER, STRAIN, TENSILE, UNLOADED
from dem.bonds import INTACT
from dem.chunks import BOND_PLASTIC, BROKEN
from dem.contact.roles import bound, remembers, stored
from dem.jit import leaf, njit
from dem.laws import LANES, at_row, triple
from dem.vector import wrapped

# Slots of the scratch: what a bond brings …
_APART, _DISTANCE2, _P, _Q, _BEAM, _OFFSET = 0, 3, 4, 8, 12, 20
# … and what comes of it (beam and offset are written back over the old).
_FORCE, _LEVER, _MOMENT = 23, 26, 29
_STORED, _MODE, _FLOWED, _LENGTH, _SHARE = 32, 33, 34, 35, 36
_SWELLING, _PRESSED = 37, 38
_FIRST, _SECOND, _ROW = 0, LANES, 2 * LANES


@leaf
def _quadruple(scratch, slot, k):
    return (
        scratch[slot * LANES + k],
        scratch[(slot + 1) * LANES + k],
        scratch[(slot + 2) * LANES + k],
        scratch[(slot + 3) * LANES + k],
    )


@leaf
def _compute(law, scratch, time):
    """The beams of all lanes; LLVM turns the loop into vector code."""
    for k in range(LANES):
        force, lever, moment, energy, mode, share, flowed, rest, offset, strain, rest_length = beam(
            law, triple(scratch, _APART, k), math.sqrt(scratch[_DISTANCE2 * LANES + k]),
            _quadruple(scratch, _P, k), _quadruple(scratch, _Q, k),
            triple(scratch, _BEAM + REST, k), scratch[(_BEAM + UNLOADED) * LANES + k],
            scratch[(_BEAM + AREA) * LANES + k], scratch[(_BEAM + TENSILE) * LANES + k],
            scratch[(_BEAM + COHESION) * LANES + k], scratch[(_BEAM + STRAIN) * LANES + k],
            triple(scratch, _OFFSET, k) if flows(law) else (0.0, 0.0, 0.0),
            triple(scratch, _PRESSED, k) if flows(law) else (1.0, 1.0, 1.0), time,
            scratch[_SWELLING * LANES + k],
        )  # fmt: skip
        for c in range(3):
            scratch[(_FORCE + c) * LANES + k] = force[c]
            scratch[(_LEVER + c) * LANES + k] = lever[c]
            scratch[(_MOMENT + c) * LANES + k] = moment[c]
            if flows(law):
                scratch[(_BEAM + REST + c) * LANES + k] = rest[c]
                scratch[(_OFFSET + c) * LANES + k] = offset[c]
        scratch[(_BEAM + STRAIN) * LANES + k] = strain
        scratch[_STORED * LANES + k] = energy
        scratch[_MODE * LANES + k] = mode
        scratch[_FLOWED * LANES + k] = flowed
        scratch[_SHARE * LANES + k] = share
        scratch[_LENGTH * LANES + k] = rest_length


@njit
def _compute_some(law, scratch, time):
    """A law that cannot flow, or never does, is computed as the brittle one it is."""
    if flows(law) and ever(law):
        _compute(law, scratch, time)
    else:
        _compute(as_brittle(law), scratch, time)


@njit
def _scatter(
    count, end, record, step, breaking, like, laws, table, kinds, body, contacts, bonds, chunks,
    load, scratch, rows, ledger,
):  # fmt: skip
    """Add the lanes to both grains of each bond, write its flow back, let it break."""
    force, rim_place, rim = contacts.force, contacts.rim, chunks.rim
    columns, turned = bonds.beam, bonds.offset
    plastic = broken = 0.0
    for k in range(count):
        i, j, b = rows[_FIRST + k], rows[_SECOND + k], rows[_ROW + k]
        if flows(like) and scratch[_SHARE * LANES + k] < 1.0:
            plastic += scratch[_FLOWED * LANES + k]
            columns[b, STRAIN] = scratch[(_BEAM + STRAIN) * LANES + k]
            for c in range(3):
                columns[b, REST + c] = scratch[(_BEAM + REST + c) * LANES + k]
                turned[b, c] = scratch[(_OFFSET + c) * LANES + k]
        mode = scratch[_MODE * LANES + k]
        if mode > 0.0 and breaking:
            bonds.state[b] = int(mode)
            bonds.break_step[b] = step
            for c in range(3):
                bonds.place[b, c] = body[i, X + c] + 0.5 * scratch[(_APART + c) * LANES + k]
            contacts.rest[b] = scratch[_LENGTH * LANES + k]
            overlap = contacts.rest[b] - math.sqrt(scratch[_DISTANCE2 * LANES + k])
            # What the contact starts with stays stored: only the rest is lost with the bond.
            lost = scratch[_STORED * LANES + k]
            if remembers(laws[0]):
                contacts.memory[b] = max(overlap, 0.0)
            if overlap > 0.0:
                t = int(body[i, MATERIAL]) * kinds + int(body[j, MATERIAL])
                ri, rj = body[i, RADIUS], body[j, RADIUS]
                law = at_row(laws[0], table, t, 0)
                cohesion = at_row(laws[1], table, t, len(laws[0]))
                radius = ri * rj / (ri + rj)
                lost -= stored(law, overlap, radius, overlap) + bound(cohesion, overlap, radius)
            bonds.released[b] = lost
            broken += lost
            continue
        fx, fy, fz = triple(scratch, _FORCE, k)
        lx, ly, lz = triple(scratch, _LEVER, k)
        mx, my, mz = triple(scratch, _MOMENT, k)
        arm = 0.5 * math.sqrt(scratch[_DISTANCE2 * LANES + k])
        lx, ly, lz = arm * lx, arm * ly, arm * lz
        load[i, 0] -= fx
        load[i, 1] -= fy
        load[i, 2] -= fz
        load[i, 3] += mx - lx
        load[i, 4] += my - ly
        load[i, 5] += mz - lz
        if j < end:
            load[j, 0] += fx
            load[j, 1] += fy
            load[j, 2] += fz
            load[j, 3] -= mx + lx
            load[j, 4] -= my + ly
            load[j, 5] -= mz + lz
        else:
            q = rim_place[b]
            rim[q, 0], rim[q, 1], rim[q, 2] = fx, fy, fz
            rim[q, 3], rim[q, 4], rim[q, 5] = -mx - lx, -my - ly, -mz - lz
        if record:
            force[b, 0], force[b, 1], force[b, 2] = fx, fy, fz
    ledger[BOND_PLASTIC] += plastic
    ledger[BROKEN] += broken


@njit
def add_bonds(
    c, record, step, like, bond_table, laws, table, kinds, period, body, contacts, bonds, chunks,
    load, motion,
):  # fmt: skip
    """Add the intact bonds of a chunk's grains to their loads, and break those whose load asks."""
    scratch, rows, ledger = chunks.beams[c], chunks.rows[c], chunks.ledger[c]
    begin, end = chunks.begin[c], chunks.begin[c + 1]
    start, first, second = bonds.start, bonds.first, bonds.second
    state, kind, image = bonds.state, bonds.kind, contacts.image
    columns, turned = bonds.beam, bonds.offset
    swelling = bonds.swelling
    breaking, time = motion.breaking, motion.process_time
    px, py, pz = period[0], period[1], period[2]
    ix = 1.0 / px if px > 0.0 else 0.0
    iy = 1.0 / py if py > 0.0 else 0.0
    iz = 1.0 / pz if pz > 0.0 else 0.0
    found = 0
    # Kind after kind: the lanes then share one law.
    for of in range(len(bond_table)):
        law = at_row(like, bond_table, of, 0)
        flowing = flows(like) and ever(law)
        for b in range(start[begin], start[end]):
            if state[b] != INTACT or kind[b] != of:
                continue
            i, j = first[b], second[b]
            dx, dy, dz = body[j, X] - body[i, X], body[j, Y] - body[i, Y], body[j, Z] - body[i, Z]
            if image[b]:
                dx, dy, dz = wrapped(dx, px, ix), wrapped(dy, py, iy), wrapped(dz, pz, iz)
            rows[_FIRST + found] = i
            rows[_SECOND + found] = j
            rows[_ROW + found] = b
            scratch[_APART * LANES + found] = dx
            scratch[(_APART + 1) * LANES + found] = dy
            scratch[(_APART + 2) * LANES + found] = dz
            scratch[_DISTANCE2 * LANES + found] = dx * dx + dy * dy + dz * dz
            for s in range(4):
                scratch[(_P + s) * LANES + found] = body[i, Q0 + s]
                scratch[(_Q + s) * LANES + found] = body[j, Q0 + s]
            for s in range(8):
                scratch[(_BEAM + s) * LANES + found] = columns[b, s]
            if flowing:
                for s in range(3):
                    scratch[(_OFFSET + s) * LANES + found] = turned[b, s]
                    scratch[(_PRESSED + s) * LANES + found] = turned[b, STIFFER + s]
                # The last grains may have no bond that counts.
                known = j < len(swelling)
                around = 0.5 * (swelling[i] + swelling[j]) if known else 0.0
                # Where bonds broke nothing tells the volume.
                scratch[_SWELLING * LANES + found] = around if around == around else 0.0
            found += 1
            if found == LANES:
                _compute_some(law, scratch, time)
                _scatter(
                    found, end, record, step, breaking, like, laws, table, kinds, body, contacts,
                    bonds, chunks, load, scratch, rows, ledger,
                )  # fmt: skip
                found = 0
        if found > 0:
            _compute_some(law, scratch, time)
            _scatter(
                found, end, record, step, breaking, like, laws, table, kinds, body, contacts, bonds,
                chunks, load, scratch, rows, ledger,
            )  # fmt: skip
            found = 0
