"""The compiled time loop: each chunk adds up the loads of its grains, then moves them.

A chunk writes only its own grains, its own rows and its own places on the rim, and every sum is
taken in a fixed order, so the result has the same bits on any number of threads.
"""

import math
from typing import NamedTuple

import numpy as np

from dem.body import INVERSE_MASS, Q0, VX, WX, X
from dem.bonding.confinement import deform, hold
from dem.bonding.forces import add_bonds
from dem.chunks import BROKEN, DAMPED, DRIVEN
from dem.clumps import kick_whole, of_grain
from dem.contact.forces import add_contacts
from dem.jit import leaf, njit, prange
from dem.vector import add, dot, length, scale, subtract
from dem.walls.forces import add_walls

DONE, LIST_TOO_OLD, UNSTABLE = 0, 1, 2
"""Why `run_steps` returned."""

STRETCH, TRAVEL = 0, 1
"""Entries of the list's age: affine stretch and motion of the walls [m] since it was built."""


class Motion(NamedTuple):
    """How the grains move during a call.

    step : [s]; process_time : [s], of the machine, that passes in a step (relaxation)
    rate : [1/s], affine strain rate along z that carries what lies above z = 0: grains, and walls
    that follow
    damping : local damping α of the motion relative to the affine one
    breaking : whether bonds may break; first_step : number of the first step
    mass : (n,) [kg], moment : (n,) [kg m²], scaled, for the motion inside particles
    listed : (n, 3) [m], positions when the list was built
    """

    step: float
    process_time: float
    rate: float
    damping: float
    breaking: bool
    first_step: int
    mass: np.ndarray
    moment: np.ndarray
    listed: np.ndarray


@leaf
def kicked(velocity, force, inverse, damping, dt):
    """Velocity after the force, and the energy that local damping took (Cundall 1987).

    Damping opposes the velocity with a share of the force's size, never more than stops the body;
    inverse : 1/inertia.
    """
    drag = 0.0
    if damping > 0.0:
        speed = length(velocity)
        if speed > 0.0:
            drag = min(damping * length(force), speed / (inverse * dt)) / speed
            force = subtract(force, scale(drag, velocity))
    after = add(velocity, scale(dt * inverse, force))
    # The mean velocity of the kick makes the ledger exact: Δ½mv² = F·v_mean dt.
    return after, 0.5 * drag * dt * dot(velocity, add(velocity, after))


@leaf
def turned(q, half_turn):
    """Orientation q after a small rotation, given half its rotation vector."""
    w, x, y, z = q
    a, b, c = half_turn
    nw = w - a * x - b * y - c * z
    nx = x + a * w + b * z - c * y
    ny = y + b * w + c * x - a * z
    nz = z + c * w + a * y - b * x
    norm = 1.0 / math.sqrt(nw * nw + nx * nx + ny * ny + nz * nz)
    return nw * norm, nx * norm, ny * norm, nz * norm


@njit
def clear(c, chunks, load):
    """Empty the loads of a chunk's grains, its places on the rim and its share of the walls."""
    rim, rim_begin, wall_load = chunks.rim, chunks.rim_begin, chunks.wall_load
    for i in range(chunks.begin[c], chunks.begin[c + 1]):
        for k in range(6):
            load[i, k] = 0.0
    for q in range(rim_begin[c], rim_begin[c + 1]):
        for k in range(6):
            rim[q, k] = 0.0
    for w in range(wall_load.shape[1]):
        for k in range(6):
            wall_load[c, w, k] = 0.0


@njit
def add_loads(
    c, record, step, pressing, cohering, damping, sliding, rolling, table, kinds, wall_table, like,
    bond_table, period, body, bonds, contacts, walls, wall_rows, chunks, load, motion,
):  # fmt: skip
    """All that acts on the grains of a chunk at their present positions."""
    laws = (pressing, cohering, damping, sliding, rolling)
    clear(c, chunks, load)
    add_walls(c, record, laws, wall_table, body, walls, wall_rows, chunks, load, motion)
    add_bonds(
        c, record, step, like, bond_table, laws, table, kinds, period, body, contacts, bonds,
        chunks, load, motion,
    )  # fmt: skip
    if len(bonds.swelling) > 0:
        hold(chunks.begin[c], chunks.begin[c + 1], bonds, body, period, load)
    add_contacts(
        c, record, step, laws, table, kinds, period, body, contacts, bonds, chunks, load, motion
    )


@njit
def take_up_rim(c, chunks, load):
    """Add the rim's share to the loads of the grains of a chunk."""
    rim, rim_start, rim_order = chunks.rim, chunks.rim_start, chunks.rim_order
    for i in range(chunks.begin[c], chunks.begin[c + 1]):
        for at in range(rim_start[i], rim_start[i + 1]):
            q = rim_order[at]
            for k in range(6):
                load[i, k] += rim[q, k]


@njit
def with_rim_taken_up(load, chunks):
    """Net force [N] and torque [N m] on each grain, (n, 6)."""
    net = load.copy()
    for c in range(len(chunks.farthest)):
        take_up_rim(c, chunks, net)
    return net


@leaf
def kicked_inside(velocity, force, clumps, k, arm, mass, moment, damping, dt):
    """Velocity and spin of a grain after the kick of its clump and its own; energy damping took,
    what the clump spares apart. velocity, force : six components each; mass, moment : its own."""
    v, w = (velocity[0], velocity[1], velocity[2]), (velocity[3], velocity[4], velocity[5])
    f, t = (force[0], force[1], force[2]), (force[3], force[4], force[5])
    whole, spin = of_grain(clumps.before, k, arm)
    pull, twist = of_grain(clumps.pull, k, arm)
    own, _ = kicked(
        subtract(v, whole), subtract(f, scale(mass, pull)), 1.0 / mass, damping, dt
    )  # fmt: skip
    turning, _ = kicked(
        subtract(w, spin), subtract(t, scale(moment, twist)), 1.0 / moment, damping, dt
    )
    whole, spin = of_grain(clumps.after, k, arm)
    own, turning = add(own, whole), add(turning, spin)
    given = 0.5 * dt * (dot(f, add(v, own)) + dot(t, add(w, turning)))
    given -= 0.5 * mass * (dot(own, own) - dot(v, v))
    return own, turning, given - 0.5 * moment * (dot(turning, turning) - dot(w, w))


@njit
def move(c, stretch, body, chunks, load, motion, clumps):
    """Kick and drift the grains of a chunk."""
    mass, moment, listed = motion.mass, motion.moment, motion.listed
    dt, rate, damping = motion.step, motion.rate, motion.damping
    of, arm = clumps.of, clumps.arm
    damped = driven = farthest2 = 0.0
    lost = False
    for i in range(chunks.begin[c], chunks.begin[c + 1]):
        force = (load[i, 0], load[i, 1], load[i, 2])
        torque = (load[i, 3], load[i, 4], load[i, 5])
        x, y, z = body[i, X], body[i, X + 1], body[i, X + 2]
        # The strain ends at the coated face: the plate does not strain the collector below it.
        carried = rate * max(z, 0.0)
        driven -= force[2] * carried * dt
        v = (body[i, VX], body[i, VX + 1], body[i, VX + 2])
        spin = (body[i, WX], body[i, WX + 1], body[i, WX + 2])
        if of[i] >= 0:
            v, spin, taken = kicked_inside(
                (v[0], v[1], v[2], spin[0], spin[1], spin[2]),
                (force[0], force[1], force[2], torque[0], torque[1], torque[2]), clumps, of[i],
                (arm[i, 0], arm[i, 1], arm[i, 2]), mass[i], moment[i], damping, dt,
            )  # fmt: skip
            damped += taken
        else:
            v, taken = kicked(v, force, body[i, INVERSE_MASS], damping, dt)
            spin, taken_turning = kicked(spin, torque, 1.0 / moment[i], damping, dt)
            damped += taken + taken_turning
        x, y, z = x + dt * v[0], y + dt * v[1], z + dt * (v[2] + carried)
        body[i, X], body[i, X + 1], body[i, X + 2] = x, y, z
        for k in range(3):
            body[i, VX + k] = v[k]
            body[i, WX + k] = spin[k]
        if dot(spin, spin) > 0.0:
            q = (body[i, Q0], body[i, Q0 + 1], body[i, Q0 + 2], body[i, Q0 + 3])
            q = turned(q, scale(0.5 * dt, spin))
            for k in range(4):
                body[i, Q0 + k] = q[k]
        dx, dy, dz = x - listed[i, 0], y - listed[i, 1], z - listed[i, 2]
        if listed[i, 2] > 0.0:
            dz = z - listed[i, 2] * stretch
        moved2 = dx * dx + dy * dy + dz * dz
        farthest2 = max(farthest2, moved2)
        # NaN is no number below infinity either.
        lost = lost or not moved2 < math.inf
    chunks.ledger[c, DAMPED] += damped
    chunks.ledger[c, DRIVEN] += driven
    chunks.farthest[c] = math.inf if lost else math.sqrt(farthest2)


@njit
def deform_chunk(c, period, body, bonds, chunks):
    """Deformation around the grains of a chunk of a solid that keeps its volume."""
    lost = deform(chunks.begin[c], chunks.begin[c + 1], bonds, body, period)
    chunks.ledger[c, BROKEN] += lost


@njit
def drive_walls(walls, motion):
    """Speeds of the walls that follow the strain or a servo, from the present loads."""
    centre, velocity, servo = walls.centre, walls.velocity, walls.servo
    for w in range(len(centre)):
        if walls.follows[w]:
            velocity[w, 2] = motion.rate * centre[w, 2]
        if servo[w, 3] > 0.0:
            pressing = along = 0.0
            for k in range(3):
                pressing -= servo[w, k] * walls.load[w, k]
                along += servo[w, k] * velocity[w, k]
            speed = servo[w, 3] * (servo[w, 4] - pressing)
            speed = max(-servo[w, 5], min(servo[w, 5], speed))
            # Across its direction the wall keeps its velocity.
            for k in range(3):
                velocity[w, k] = (velocity[w, k] - along * servo[w, k]) + speed * servo[w, k]


@njit
def sum_walls(walls, chunks):
    """Sum the chunks' loads on the walls."""
    wall_load = chunks.wall_load
    for w in range(wall_load.shape[1]):
        for k in range(6):
            total = 0.0
            for c in range(len(wall_load)):
                total += wall_load[c, w, k]
            walls.load[w, k] = total


@njit
def move_walls(walls, age, motion):
    """Book the work of the walls and move them on."""
    centre, velocity, spin, load = walls.centre, walls.velocity, walls.spin, walls.load
    orientation, dt, farthest = walls.orientation, motion.step, 0.0
    for w in range(len(centre)):
        power = 0.0
        for k in range(3):
            power -= load[w, k] * velocity[w, k] + load[w, 3 + k] * spin[w, k]
        walls.work[w] += power * dt
        own = (velocity[w, 0], velocity[w, 1], velocity[w, 2])
        # The grains near it move with the strain: only what differs from that ages the list.
        beside = (own[0], own[1], own[2] - motion.rate * max(centre[w, 2], 0.0))
        turning = (spin[w, 0], spin[w, 1], spin[w, 2])
        for k in range(3):
            centre[w, k] += dt * own[k]
        if dot(turning, turning) > 0.0:
            q = (
                orientation[w, 0], orientation[w, 1], orientation[w, 2], orientation[w, 3],
            )  # fmt: skip
            q = turned(q, scale(0.5 * dt, turning))
            for k in range(4):
                orientation[w, k] = q[k]
        farthest = max(farthest, length(beside) + length(turning) * walls.extent[w])
    age[TRAVEL] += dt * farthest


@njit(parallel=True)
def run_steps(
    count, skin, reach, pressing, cohering, damping, sliding, rolling, table, kinds, wall_table,
    like, bond_table, period, body, bonds, contacts, walls, wall_rows, chunks, load, age, motion,
    clumps,
):  # fmt: skip
    """Up to `count` steps of velocity Verlet in leapfrog form; returns (steps done, why stopped).

    Loads are those of the present positions; velocities stand half a step behind them. The rows'
    forces are recorded on the last step.
    """
    shares, wholes, turn = len(chunks.farthest), len(clumps.mass), chunks.turn
    for step in range(count):
        drive_walls(walls, motion)
        stretch = age[STRETCH] * (1.0 + motion.rate * motion.step)
        for c in prange(shares):
            take_up_rim(turn[c], chunks, load)
        for k in prange(wholes):
            kick_whole(np.int64(k), clumps, body, load, motion)
        for c in prange(shares):
            move(turn[c], stretch, body, chunks, load, motion, clumps)
        move_walls(walls, age, motion)
        age[STRETCH] = stretch
        farthest = 0.0
        for c in range(shares):
            farthest = max(farthest, chunks.farthest[c])
        bounded = farthest < 1e3 * reach
        stale = not 2.0 * farthest + age[TRAVEL] + abs(1.0 - stretch) * reach <= skin
        if len(bonds.swelling) > 0:
            for c in prange(shares):
                deform_chunk(turn[c], period, body, bonds, chunks)
        record = stale or not bounded or step == count - 1
        for c in prange(shares):
            add_loads(
                turn[c], record, motion.first_step + step + 1, pressing, cohering, damping,
                sliding, rolling, table, kinds, wall_table, like, bond_table, period, body, bonds,
                contacts, walls, wall_rows, chunks, load, motion,
            )  # fmt: skip
        sum_walls(walls, chunks)
        if not bounded:
            return step + 1, UNSTABLE
        if stale:
            return step + 1, LIST_TOO_OLD
    return count, DONE
