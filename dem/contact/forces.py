"""Forces of touching pairs, LANES at a time: gathered, computed side by side, added to the grains.

Arrays are taken out of their structures once a chunk: each access in a loop would count references.
"""

import math

from dem.body import INVERSE_MASS, MATERIAL, RADIUS, VX, VY, VZ, WX, WY, WZ, X, Y, Z
from dem.bonds import INTACT
from dem.chunks import PLASTIC, VISCOUS, WORK_SLID
from dem.contact.roles import reach, remembers, rolls, sticks
from dem.contact.touch import touch
from dem.jit import leaf, njit
from dem.laws import LANES, at_row, in_lane, triple
from dem.vector import cross, scale, subtract, wrapped

# Slots of the scratch: what a pair brings …
_APART, _DISTANCE2, _REST = 0, 3, 4
_VELOCITY, _SPIN, _TURN = 5, 8, 11
_RADII, _INVERSE_MASSES = 14, 16
_SPRING, _MEMORY, _MOMENT = 18, 22, 23
# … what comes of it (the history is written back over the old) …
_FORCE, _LEVER, _ARMS, _SLID, _VISCOUS, _LOST = 26, 29, 32, 34, 35, 36
# … and the coefficients of its laws.
LAWS = 40
_FIRST, _SECOND, _ROW = 0, LANES, 2 * LANES


@leaf
def _compute(laws, scratch, dt):
    """The laws on all lanes; LLVM turns the loop into vector code if nothing in it branches."""
    for k in range(LANES):
        pressing, cohering, damping, sliding, rolling = laws
        at = LAWS
        normal_law = in_lane(pressing, scratch, at, k)
        at += len(pressing)
        cohesion_law = in_lane(cohering, scratch, at, k)
        at += len(cohering)
        damping_law = in_lane(damping, scratch, at, k)
        at += len(damping)
        tangential_law = in_lane(sliding, scratch, at, k)
        at += len(sliding)
        rolling_law = in_lane(rolling, scratch, at, k)
        distance = math.sqrt(scratch[_DISTANCE2 * LANES + k])
        normal = scale(1.0 / distance, triple(scratch, _APART, k))
        r_first, r_second = scratch[_RADII * LANES + k], scratch[(_RADII + 1) * LANES + k]
        share = 1.0 / (r_first + r_second)
        # Both spins weighted with the radii: that of the pair.
        spin = scale(share, triple(scratch, _SPIN, k))
        between = triple(scratch, _VELOCITY, k)
        twirl = spin[0] * normal[0] + spin[1] * normal[1] + spin[2] * normal[2]
        total, held, k_t, memory, moment, slid, viscous, lost = touch(
            (normal_law, cohesion_law, damping_law, tangential_law, rolling_law),
            normal, scratch[_REST * LANES + k] - distance,
            subtract(between, scale(distance, cross(spin, normal))), twirl,
            scale(dt, triple(scratch, _TURN, k)), dt, r_first * r_second * share,
            scratch[_INVERSE_MASSES * LANES + k] + scratch[(_INVERSE_MASSES + 1) * LANES + k],
            triple(scratch, _SPRING, k), scratch[(_SPRING + 3) * LANES + k],
            scratch[_MEMORY * LANES + k], triple(scratch, _MOMENT, k),
        )  # fmt: skip
        lever = cross(normal, held)
        for c in range(3):
            scratch[(_FORCE + c) * LANES + k] = total * normal[c] + held[c]
            scratch[(_LEVER + c) * LANES + k] = lever[c]
            scratch[(_SPRING + c) * LANES + k] = held[c]
            scratch[(_MOMENT + c) * LANES + k] = moment[c]
        scratch[(_SPRING + 3) * LANES + k] = k_t
        scratch[_MEMORY * LANES + k] = memory
        scratch[_ARMS * LANES + k] = distance * r_first * share
        scratch[(_ARMS + 1) * LANES + k] = distance * r_second * share
        scratch[_SLID * LANES + k] = slid
        scratch[_VISCOUS * LANES + k] = viscous
        scratch[_LOST * LANES + k] = lost


@njit
def _gather(count, step, rate, laws, table, kinds, body, contacts, scratch, rows):
    """Bring velocities, inertia, history and coefficients of the pairs found into their lanes."""
    spring, memory, rolling = contacts.spring, contacts.memory, contacts.rolling
    touched = contacts.touched
    for k in range(count):
        i, j, p = rows[_FIRST + k], rows[_SECOND + k], rows[_ROW + k]
        ri, rj = body[i, RADIUS], body[j, RADIUS]
        scratch[_VELOCITY * LANES + k] = body[j, VX] - body[i, VX]
        scratch[(_VELOCITY + 1) * LANES + k] = body[j, VY] - body[i, VY]
        # What lies above z = 0 is carried with the strain.
        strained = max(body[j, Z], 0.0) - max(body[i, Z], 0.0)
        scratch[(_VELOCITY + 2) * LANES + k] = body[j, VZ] - body[i, VZ] + rate * strained
        scratch[_SPIN * LANES + k] = ri * body[i, WX] + rj * body[j, WX]
        scratch[(_SPIN + 1) * LANES + k] = ri * body[i, WY] + rj * body[j, WY]
        scratch[(_SPIN + 2) * LANES + k] = ri * body[i, WZ] + rj * body[j, WZ]
        scratch[_RADII * LANES + k] = ri
        scratch[(_RADII + 1) * LANES + k] = rj
        scratch[_INVERSE_MASSES * LANES + k] = body[i, INVERSE_MASS]
        scratch[(_INVERSE_MASSES + 1) * LANES + k] = body[j, INVERSE_MASS]
        # A pair that was apart in the last step begins without history.
        kept = 1.0 if touched[p] == step - 1 else 0.0
        for c in range(4):
            scratch[(_SPRING + c) * LANES + k] = kept * spring[p, c]
        if remembers(laws[0]):
            scratch[_MEMORY * LANES + k] = memory[p]
        if rolls(laws[4]):
            for c in range(3):
                scratch[(_TURN + c) * LANES + k] = body[j, WX + c] - body[i, WX + c]
                scratch[(_MOMENT + c) * LANES + k] = kept * rolling[p, c]
        if kinds > 1:
            t = int(body[i, MATERIAL]) * kinds + int(body[j, MATERIAL])
            for c in range(table.shape[1]):
                scratch[(LAWS + c) * LANES + k] = table[t, c]


@njit
def _scatter(count, end, record, step, laws, contacts, chunks, load, scratch, rows, ledger):
    """Add the lanes to both grains of each pair, write history back, book the work."""
    spring, memory, rolling = contacts.spring, contacts.memory, contacts.rolling
    rim_place, rim, force = contacts.rim, chunks.rim, contacts.force
    touched = contacts.touched
    slid = viscous = lost = 0.0
    for k in range(count):
        i, j, p = rows[_FIRST + k], rows[_SECOND + k], rows[_ROW + k]
        fx, fy, fz = triple(scratch, _FORCE, k)
        lx, ly, lz = triple(scratch, _LEVER, k)
        a, b = scratch[_ARMS * LANES + k], scratch[(_ARMS + 1) * LANES + k]
        mx = my = mz = 0.0
        if rolls(laws[4]):
            mx, my, mz = triple(scratch, _MOMENT, k)
            rolling[p, 0], rolling[p, 1], rolling[p, 2] = mx, my, mz
        load[i, 0] -= fx
        load[i, 1] -= fy
        load[i, 2] -= fz
        load[i, 3] -= a * lx + mx
        load[i, 4] -= a * ly + my
        load[i, 5] -= a * lz + mz
        if j < end:
            load[j, 0] += fx
            load[j, 1] += fy
            load[j, 2] += fz
            load[j, 3] -= b * lx - mx
            load[j, 4] -= b * ly - my
            load[j, 5] -= b * lz - mz
        else:
            q = rim_place[p]
            rim[q, 0], rim[q, 1], rim[q, 2] = fx, fy, fz
            rim[q, 3], rim[q, 4], rim[q, 5] = mx - b * lx, my - b * ly, mz - b * lz
        touched[p] = step
        for c in range(4):
            spring[p, c] = scratch[(_SPRING + c) * LANES + k]
        if remembers(laws[0]):
            memory[p] = scratch[_MEMORY * LANES + k]
        if record:
            force[p, 0], force[p, 1], force[p, 2] = fx, fy, fz
        slid += scratch[_SLID * LANES + k]
        viscous += scratch[_VISCOUS * LANES + k]
        lost += scratch[_LOST * LANES + k]
    ledger[WORK_SLID] += slid
    ledger[VISCOUS] += viscous
    ledger[PLASTIC] += lost


@njit
def add_contacts(
    c, record, step, laws, table, kinds, period, body, contacts, bonds, chunks, load, motion
):
    """Add the contacts of a chunk's grains, broken bonds' among them, to their loads."""
    start, first, second = contacts.start, contacts.first, contacts.second
    rest, image = contacts.rest, contacts.image
    bond_start, state = bonds.start, bonds.state
    force, memory = contacts.force, contacts.memory
    scratch, rows, ledger = chunks.pairs[c], chunks.rows[c], chunks.ledger[c]
    begin, end = chunks.begin[c], chunks.begin[c + 1]
    dt, rate = motion.step, motion.rate
    px, py, pz = period[0], period[1], period[2]
    ix = 1.0 / px if px > 0.0 else 0.0
    iy = 1.0 / py if py > 0.0 else 0.0
    iz = 1.0 / pz if pz > 0.0 else 0.0
    if kinds == 1:
        for s in range(table.shape[1]):
            for k in range(LANES):
                scratch[(LAWS + s) * LANES + k] = table[0, s]
    found = 0
    for part in range(2):
        first_row, last_row = bond_start[begin], bond_start[end]
        if part == 1:
            first_row, last_row = start[begin], start[end]
        for p in range(first_row, last_row):
            if part == 0 and state[p] == INTACT:
                continue
            i, j = first[p], second[p]
            dx, dy, dz = body[j, X] - body[i, X], body[j, Y] - body[i, Y], body[j, Z] - body[i, Z]
            if image[p]:
                dx, dy, dz = wrapped(dx, px, ix), wrapped(dy, py, iy), wrapped(dz, pz, iz)
            distance2 = dx * dx + dy * dy + dz * dz
            ri, rj = body[i, RADIUS], body[j, RADIUS]
            t = int(body[i, MATERIAL]) * kinds + int(body[j, MATERIAL])
            far = rest[p] - reach(at_row(laws[0], table, t, 0), ri * rj / (ri + rj))
            touching = distance2 < far * far
            if remembers(laws[0]):
                touching = touching | sticks(laws[0], memory[p])
            # Written even if apart, and then overwritten: a branch would be mispredicted.
            rows[_FIRST + found] = i
            rows[_SECOND + found] = j
            rows[_ROW + found] = p
            scratch[_APART * LANES + found] = dx
            scratch[(_APART + 1) * LANES + found] = dy
            scratch[(_APART + 2) * LANES + found] = dz
            scratch[_DISTANCE2 * LANES + found] = distance2
            scratch[_REST * LANES + found] = rest[p]
            if record and not touching:
                force[p, 0] = force[p, 1] = force[p, 2] = 0.0
            found += int(touching)
            if found == LANES:
                _gather(found, step, rate, laws, table, kinds, body, contacts, scratch, rows)
                _compute(laws, scratch, dt)
                _scatter(
                    found, end, record, step, laws, contacts, chunks, load, scratch, rows, ledger
                )
                found = 0
    if found > 0:
        _gather(found, step, rate, laws, table, kinds, body, contacts, scratch, rows)
        _compute(laws, scratch, dt)
        _scatter(found, end, record, step, laws, contacts, chunks, load, scratch, rows, ledger)
