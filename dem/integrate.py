"""The compiled time loop: contact rows, bond rows, then each grain gathers its rows and moves.

Every row is written by one thread and every grain sums its rows in their order, so the result has
the same bits on any number of threads.
"""

import math
from typing import NamedTuple

import numpy as np

from dem.bonding.forces import bond_rows
from dem.contact.forces import contact_rows
from dem.jit import njit, prange
from dem.vector import add, dot, length, scale, subtract
from dem.walls.plane import BOTTOM, TOP, plane_rows

_CHUNKS = 32
"""Shares of a loop, independent of the number of threads; enough to balance a few dozen."""

DONE, LIST_TOO_OLD, UNSTABLE = 0, 1, 2
"""Why `run_steps` returned."""

HEIGHT, TOP_FORCE, BOTTOM_FORCE, PLATE_WORK, STRETCH = 0, 1, 2, 3, 4
"""Entries of the plate's array: [m], [N], [N], [J], affine stretch since the list was built."""


class Motion(NamedTuple):
    """How the grains move during a call.

    step : [s]; rate : [1/s], affine strain rate along z that carries grains and plate
    damping : local damping α of the motion relative to the affine one
    breaking : whether bonds may break
    servo_gain, servo_force, servo_limit : plate speed = gain · (force − servo_force), at most
        limit [m/s] in size; a zero gain leaves the plate to `rate`
    mass, moment : (n,) [kg], [kg m²], scaled inertia
    listed : (n, 3) [m], positions when the neighbour list was built
    displaced : (n,) [m], motion since then, relative to the affine one
    force : (n, 3) [N], net force; torque : (n, 3) [N m]
    damped, driven : (n,) [J], energy taken by damping and given by the affine drive
    """

    step: float
    rate: float
    damping: float
    breaking: bool
    servo_gain: float
    servo_force: float
    servo_limit: float
    mass: np.ndarray
    moment: np.ndarray
    listed: np.ndarray
    displaced: np.ndarray
    force: np.ndarray
    torque: np.ndarray
    damped: np.ndarray
    driven: np.ndarray


@njit
def gather_planes(begin, end, motion, planes):
    """Begin the net force and torque of the grains begin … end with those of the planes."""
    net, torque, push, turn = motion.force, motion.torque, planes.push, planes.turn
    for i in range(begin, end):
        for c in range(3):
            net[i, c] = push[i, c]
            torque[i, c] = turn[i, c]


@njit
def gather(begin, end, motion, rows):
    """Add the rows of contacts or bonds to the net force and torque of the grains begin … end."""
    start, reverse_start, reverse = rows.start, rows.reverse_start, rows.reverse
    force, lever, arm = rows.force, rows.lever, rows.arm
    net, torque = motion.force, motion.torque
    for i in range(begin, end):
        fx = fy = fz = tx = ty = tz = 0.0
        for p in range(start[i], start[i + 1]):
            fx -= force[p, 0]
            fy -= force[p, 1]
            fz -= force[p, 2]
            tx -= arm[p, 0] * lever[p, 0]
            ty -= arm[p, 0] * lever[p, 1]
            tz -= arm[p, 0] * lever[p, 2]
        for k in range(reverse_start[i], reverse_start[i + 1]):
            p = reverse[k]
            fx += force[p, 0]
            fy += force[p, 1]
            fz += force[p, 2]
            tx -= arm[p, 1] * lever[p, 0]
            ty -= arm[p, 1] * lever[p, 1]
            tz -= arm[p, 1] * lever[p, 2]
        net[i, 0] += fx
        net[i, 1] += fy
        net[i, 2] += fz
        torque[i, 0] += tx
        torque[i, 1] += ty
        torque[i, 2] += tz


@njit
def gather_moments(begin, end, motion, bonds):
    """Add the bending and twisting moments of the bonds to the torque of the grains begin … end."""
    start, reverse_start, reverse = bonds.start, bonds.reverse_start, bonds.reverse
    moment, torque = bonds.moment, motion.torque
    for i in range(begin, end):
        tx = ty = tz = 0.0
        for b in range(start[i], start[i + 1]):
            tx += moment[b, 0]
            ty += moment[b, 1]
            tz += moment[b, 2]
        for k in range(reverse_start[i], reverse_start[i + 1]):
            b = reverse[k]
            tx -= moment[b, 0]
            ty -= moment[b, 1]
            tz -= moment[b, 2]
        torque[i, 0] += tx
        torque[i, 1] += ty
        torque[i, 2] += tz


@njit
def kicked(velocity, force, inertia, damping, dt):
    """Velocity after the force, and the energy that local damping took (Cundall 1987).

    Damping opposes the velocity with a share of the force's size, never more than stops the body.
    """
    speed = length(velocity)
    drag = 0.0
    if damping > 0.0 and speed > 0.0:
        drag = min(damping * length(force), speed * inertia / dt) / speed
        force = subtract(force, scale(drag, velocity))
    kicked_velocity = add(velocity, scale(dt / inertia, force))
    # The mean velocity of the kick makes the ledger exact: Δ½mv² = F·v_mean dt.
    taken = 0.5 * drag * dt * dot(velocity, add(velocity, kicked_velocity))
    return kicked_velocity, taken


@njit
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
def move(begin, end, stretch, grains, motion):
    """Kick and drift the grains begin … end by their net force and torque."""
    position, orientation = grains.position, grains.orientation
    velocity, spin = grains.velocity, grains.angular_velocity
    mass, moment, listed = motion.mass, motion.moment, motion.listed
    force, torque, displaced = motion.force, motion.torque, motion.displaced
    damped, driven = motion.damped, motion.driven
    dt, rate, damping = motion.step, motion.rate, motion.damping
    for i in range(begin, end):
        f = (force[i, 0], force[i, 1], force[i, 2])
        z = position[i, 2]
        driven[i] -= f[2] * rate * z * dt
        v, taken = kicked((velocity[i, 0], velocity[i, 1], velocity[i, 2]), f, mass[i], damping, dt)
        w, taken_turning = kicked(
            (spin[i, 0], spin[i, 1], spin[i, 2]),
            (torque[i, 0], torque[i, 1], torque[i, 2]), moment[i], damping, dt,
        )  # fmt: skip
        damped[i] += taken + taken_turning
        x = (position[i, 0] + dt * v[0], position[i, 1] + dt * v[1], z + dt * (v[2] + rate * z))
        for c in range(3):
            velocity[i, c] = v[c]
            spin[i, c] = w[c]
            position[i, c] = x[c]
        if dot(w, w) > 0.0:
            q = turned(
                (orientation[i, 0], orientation[i, 1], orientation[i, 2], orientation[i, 3]),
                scale(0.5 * dt, w),
            )
            for c in range(4):
                orientation[i, c] = q[c]
        displaced[i] = length(
            (x[0] - listed[i, 0], x[1] - listed[i, 1], x[2] - listed[i, 2] * stretch)
        )


@njit(parallel=True)
def run_steps(count, skin, reach, grains, motion, table, box, bonds, contacts, planes, plate):
    """Up to `count` steps of velocity Verlet in leapfrog form; returns (steps done, why stopped).

    Rows hold the forces of the present positions; velocities stand half a step behind them.
    """
    n, pairs, beams = len(grains.radius), len(contacts.first), len(bonds.first)
    pushes, displaced, dt = planes.force, motion.displaced, motion.step
    for step in range(count):
        height = plate[HEIGHT]
        speed = motion.rate * height
        if motion.servo_gain > 0.0:
            speed = motion.servo_gain * (plate[TOP_FORCE] - motion.servo_force)
            speed = max(-motion.servo_limit, min(motion.servo_limit, speed))
        stretch = plate[STRETCH] * (1.0 + motion.rate * dt)
        for c in prange(_CHUNKS):
            begin, end = c * n // _CHUNKS, (c + 1) * n // _CHUNKS
            plane_rows(begin, end, height, speed, grains, motion, table, box, planes)
            gather_planes(begin, end, motion, planes)
            gather(begin, end, motion, contacts)
            gather(begin, end, motion, bonds)
            gather_moments(begin, end, motion, bonds)
            move(begin, end, stretch, grains, motion)
        top = bottom = farthest = 0.0
        bounded = True
        for i in range(n):
            bottom += pushes[i, BOTTOM]
            top += pushes[i, TOP]
            farthest = max(farthest, displaced[i])
            bounded = bounded and displaced[i] < 1e3 * reach  # false for NaN
        plate[TOP_FORCE] = top
        plate[BOTTOM_FORCE] = bottom
        plate[PLATE_WORK] -= top * speed * dt
        plate[HEIGHT] = height + speed * dt
        plate[STRETCH] = stretch
        for c in prange(_CHUNKS):
            contact_rows(
                c * pairs // _CHUNKS, (c + 1) * pairs // _CHUNKS,
                grains, motion, table, box, contacts,
            )  # fmt: skip
            bond_rows(
                c * beams // _CHUNKS, (c + 1) * beams // _CHUNKS,
                grains, motion, table, box, bonds,
            )  # fmt: skip
        if not bounded:
            return step + 1, UNSTABLE
        if 2.0 * farthest + abs(1.0 - stretch) * reach > skin:
            return step + 1, LIST_TOO_OLD
    return count, DONE
