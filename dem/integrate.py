"""The compiled time loop: contact rows, bond rows, then each grain gathers its rows and moves.

Every row is written by one thread and every grain sums its rows in their order, so the result has
the same bits on any number of threads.
"""

import math
from typing import NamedTuple

import numpy as np

from dem.bonding.forces import bond_row
from dem.contact.forces import contact_row, part, separation
from dem.jit import njit, prange
from dem.walls.plane import BOTTOM, TOP, push_of_rolls, push_of_side

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
def gather(i, grains, motion, table, box, bonds, contacts, planes, height, plate_speed):
    """Net force and torque on grain i: its contacts, its bonds, then the planes."""
    fx = fy = fz = tx = ty = tz = 0.0
    for p in range(contacts.start[i], contacts.start[i + 1]):
        arm = contacts.arm[p, 0]
        fx -= contacts.force[p, 0]
        fy -= contacts.force[p, 1]
        fz -= contacts.force[p, 2]
        tx -= arm * contacts.lever[p, 0]
        ty -= arm * contacts.lever[p, 1]
        tz -= arm * contacts.lever[p, 2]
    for k in range(contacts.reverse_start[i], contacts.reverse_start[i + 1]):
        p = contacts.reverse[k]
        arm = contacts.arm[p, 1]
        fx += contacts.force[p, 0]
        fy += contacts.force[p, 1]
        fz += contacts.force[p, 2]
        tx -= arm * contacts.lever[p, 0]
        ty -= arm * contacts.lever[p, 1]
        tz -= arm * contacts.lever[p, 2]
    for b in range(bonds.start[i], bonds.start[i + 1]):
        arm = bonds.arm[b, 0]
        fx -= bonds.force[b, 0]
        fy -= bonds.force[b, 1]
        fz -= bonds.force[b, 2]
        tx += bonds.moment[b, 0] - arm * bonds.lever[b, 0]
        ty += bonds.moment[b, 1] - arm * bonds.lever[b, 1]
        tz += bonds.moment[b, 2] - arm * bonds.lever[b, 2]
    for k in range(bonds.reverse_start[i], bonds.reverse_start[i + 1]):
        b = bonds.reverse[k]
        arm = bonds.arm[b, 1]
        fx += bonds.force[b, 0]
        fy += bonds.force[b, 1]
        fz += bonds.force[b, 2]
        tx -= bonds.moment[b, 0] + arm * bonds.lever[b, 0]
        ty -= bonds.moment[b, 1] + arm * bonds.lever[b, 1]
        tz -= bonds.moment[b, 2] + arm * bonds.lever[b, 2]
    planes.energy[i] = 0.0
    for side in (BOTTOM, TOP):
        px, py, pz, mx, my = push_of_rolls(
            i, side, height, plate_speed, grains, motion, table, planes
        )
        fx += px
        fy += py
        fz += pz
        tx += mx
        ty += my
    if not box.periodic:
        x, v = grains.position, grains.velocity
        lx, ly = box.length[0], box.length[1]
        fx += push_of_side(i, 2, x[i, 0], v[i, 0], grains, motion, table, planes)
        fx -= push_of_side(i, 3, lx - x[i, 0], -v[i, 0], grains, motion, table, planes)
        fy += push_of_side(i, 4, x[i, 1], v[i, 1], grains, motion, table, planes)
        fy -= push_of_side(i, 5, ly - x[i, 1], -v[i, 1], grains, motion, table, planes)
    motion.force[i, 0], motion.force[i, 1], motion.force[i, 2] = fx, fy, fz
    motion.torque[i, 0], motion.torque[i, 1], motion.torque[i, 2] = tx, ty, tz


@njit
def kick(i, velocity, force, inertia, damping, dt):
    """Add (force + local damping) dt / inertia to the velocity; returns the energy damped.

    Local damping opposes the velocity with a share of the force's size (Cundall 1987).
    """
    vx, vy, vz = velocity[i, 0], velocity[i, 1], velocity[i, 2]
    fx, fy, fz = force[i, 0], force[i, 1], force[i, 2]
    taken = 0.0
    if damping > 0.0:
        speed = math.sqrt(vx * vx + vy * vy + vz * vz)
        drag = damping * math.sqrt(fx * fx + fy * fy + fz * fz)
        if speed > 0.0:
            # Never more than stops the body in this step.
            drag = min(drag, speed * inertia / dt)
            fx -= drag * vx / speed
            fy -= drag * vy / speed
            fz -= drag * vz / speed
            taken = drag * speed * dt
    factor = dt / inertia
    velocity[i, 0] = vx + factor * fx
    velocity[i, 1] = vy + factor * fy
    velocity[i, 2] = vz + factor * fz
    return taken


@njit
def drift(i, grains, dt, rate):
    """Move grain i by its velocity and the affine strain; turn it by its angular velocity."""
    x, v = grains.position, grains.velocity
    x[i, 0] += dt * v[i, 0]
    x[i, 1] += dt * v[i, 1]
    x[i, 2] += dt * (v[i, 2] + rate * x[i, 2])
    q, spin = grains.orientation, grains.angular_velocity
    hx, hy, hz = 0.5 * dt * spin[i, 0], 0.5 * dt * spin[i, 1], 0.5 * dt * spin[i, 2]
    if hx == 0.0 and hy == 0.0 and hz == 0.0:
        return
    w, a, b, c = q[i, 0], q[i, 1], q[i, 2], q[i, 3]
    nw = w - hx * a - hy * b - hz * c
    na = a + hx * w + hy * c - hz * b
    nb = b + hy * w + hz * a - hx * c
    nc = c + hz * w + hx * b - hy * a
    norm = 1.0 / math.sqrt(nw * nw + na * na + nb * nb + nc * nc)
    q[i, 0], q[i, 1], q[i, 2], q[i, 3] = nw * norm, na * norm, nb * norm, nc * norm


@njit(parallel=True)
def run_steps(count, skin, reach, grains, motion, table, box, bonds, contacts, planes, plate):
    """Up to `count` steps of velocity Verlet in leapfrog form; returns (steps done, why stopped).

    Rows hold the forces of the present positions; velocities stand half a step behind them.
    """
    n = len(grains.radius)
    dt = motion.step
    for step in range(count):
        height = plate[HEIGHT]
        speed = motion.rate * height
        if motion.servo_gain > 0.0:
            speed = motion.servo_gain * (plate[TOP_FORCE] - motion.servo_force)
            speed = max(-motion.servo_limit, min(motion.servo_limit, speed))
        stretch = plate[STRETCH] * (1.0 + motion.rate * dt)
        for i in prange(n):
            gather(i, grains, motion, table, box, bonds, contacts, planes, height, speed)
            motion.driven[i] -= motion.force[i, 2] * motion.rate * grains.position[i, 2] * dt
            taken = kick(i, grains.velocity, motion.force, motion.mass[i], motion.damping, dt)
            taken += kick(
                i, grains.angular_velocity, motion.torque, motion.moment[i], motion.damping, dt
            )
            motion.damped[i] += taken
            drift(i, grains, dt, motion.rate)
            dx = grains.position[i, 0] - motion.listed[i, 0]
            dy = grains.position[i, 1] - motion.listed[i, 1]
            dz = grains.position[i, 2] - motion.listed[i, 2] * stretch
            motion.displaced[i] = math.sqrt(dx * dx + dy * dy + dz * dz)
        top = bottom = farthest = 0.0
        bounded = True
        for i in range(n):
            bottom += planes.force[i, BOTTOM]
            top += planes.force[i, TOP]
            farthest = max(farthest, motion.displaced[i])
            bounded = bounded and motion.displaced[i] < 1e3 * reach  # false for NaN
        plate[TOP_FORCE] = top
        plate[BOTTOM_FORCE] = bottom
        plate[PLATE_WORK] -= top * speed * dt
        plate[HEIGHT] = height + speed * dt
        plate[STRETCH] = stretch
        for p in prange(len(contacts.first)):
            i, j = contacts.first[p], contacts.second[p]
            dx, dy, dz, distance = separation(i, j, grains, box)
            rest = contacts.rest[p]
            if distance < rest:
                contact_row(p, i, j, dx, dy, dz, distance, rest, grains, motion, table, contacts)
            else:
                part(p, contacts)
        for b in prange(len(bonds.first)):
            bond_row(b, grains, motion, table, box, bonds)
        if not bounded:
            return step + 1, UNSTABLE
        if 2.0 * farthest + abs(1.0 - stretch) * reach > skin:
            return step + 1, LIST_TOO_OLD
    return count, DONE
