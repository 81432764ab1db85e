"""The planes of a compression: collector below, plate above, and symmetry planes at the sides."""

from typing import NamedTuple

import numpy as np

from dem.box import Box
from dem.contact.forces import touch
from dem.contact.yielding import flow
from dem.grains import Grains
from dem.jit import njit
from dem.vector import add, cross, scale

BOTTOM, TOP = 0, 1
_COUNT = 6

_NORMALS = np.array([[0, 0, 1], [0, 0, -1], [1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0]], float)
"""Into the box: bottom, top, x = 0, x = Lx, y = 0, y = Ly."""


class Planes(NamedTuple):
    """Contacts of n grains with the six planes: bottom, top, x = 0, x = Lx, y = 0, y = Ly.

    normal : (6, 3); rubs : (6,) 1 where the plane has friction, 0 for symmetry planes
    rest : (n, 6) [m], distance at which the grain touches
    tangential : (n, 6, 3) [N], friction on the grain, the contact's history
    stiffness : (n, 6) [N/m], tangential stiffness of the last step, 0 when apart
    force : (n, 6) [N], push of the grain on the plane, positive in compression
    push, turn : (n, 3) [N], [N m], force and torque of all planes on the grain
    energy : (n,) [J], stored in all planes; dissipated, viscous, plastic : (n,) [J], lost so far
    """

    normal: np.ndarray
    rubs: np.ndarray
    rest: np.ndarray
    tangential: np.ndarray
    stiffness: np.ndarray
    force: np.ndarray
    push: np.ndarray
    turn: np.ndarray
    energy: np.ndarray
    dissipated: np.ndarray
    viscous: np.ndarray
    plastic: np.ndarray


def distances(grains: Grains, box: Box, plate_height: float) -> np.ndarray:
    """Distance of every grain's centre to the six planes, (n, 6) [m]; infinite at absent sides."""
    x, y, z = grains.position.T
    far = np.full(len(z), np.inf)
    sides = [far] * 4 if box.periodic else [x, box.length[0] - x, y, box.length[1] - y]
    return np.column_stack([z, plate_height - z, *sides])


def planes_around(grains: Grains, box: Box, plate_height: float) -> Planes:
    """Planes that exert no force on the unloaded picture, even where it is cut by them."""
    n = len(grains.radius)
    return Planes(
        normal=_NORMALS.copy(),
        rubs=np.array([1.0, 1.0, 0.0, 0.0, 0.0, 0.0]),
        rest=np.minimum(grains.radius[:, None], distances(grains, box, plate_height)),
        tangential=np.zeros((n, _COUNT, 3)),
        stiffness=np.zeros((n, _COUNT)),
        force=np.zeros((n, _COUNT)),
        push=np.zeros((n, 3)),
        turn=np.zeros((n, 3)),
        energy=np.zeros(n),
        dissipated=np.zeros(n),
        viscous=np.zeros(n),
        plastic=np.zeros(n),
    )


@njit
def plane_rows(begin, end, height, plate_speed, grains, motion, table, box, planes):
    """Evaluate the planes for the grains begin … end."""
    position, velocity, spin = grains.position, grains.velocity, grains.angular_velocity
    radius, material, mass = grains.radius, grains.material, motion.mass
    young, shear = table.wall_young, table.wall_shear
    friction, damping = table.wall_friction, table.wall_damping
    normals, rubs, rest = planes.normal, planes.rubs, planes.rest
    spring, former, force = planes.tangential, planes.stiffness, planes.force
    push, turn, energy = planes.push, planes.turn, planes.energy
    dissipated, viscous, plastic = planes.dissipated, planes.viscous, planes.plastic
    yield_pressure = table.wall_yield_pressure
    dt, rate = motion.step, motion.rate
    length_x, length_y = box.length[0], box.length[1]
    count = 2 if box.periodic else 6
    for i in range(begin, end):
        x, y, z = position[i, 0], position[i, 1], position[i, 2]
        gaps = (z, height - z, x, length_x - x, y, length_y - y)
        total, torque, stored = (0.0, 0.0, 0.0), (0.0, 0.0, 0.0), 0.0
        for w in range(count):
            overlap = rest[i, w] - gaps[w]
            if overlap <= 0.0:
                if former[i, w] != 0.0:
                    former[i, w] = force[i, w] = 0.0
                    for c in range(3):
                        spring[i, w, c] = 0.0
                continue
            m = material[i]
            overlap, flowed = flow(
                overlap, radius[i] - gaps[w], young[m], radius[i], yield_pressure[m]
            )
            if flowed > 0.0:
                rest[i, w] = gaps[w] + overlap
                plastic[i] += flowed
            normal = (normals[w, 0], normals[w, 1], normals[w, 2])
            arm = scale(-gaps[w], normal)
            u = add(
                (velocity[i, 0], velocity[i, 1], velocity[i, 2] + rate * z),
                cross((spin[i, 0], spin[i, 1], spin[i, 2]), arm),
            )
            if w == TOP:
                u = (u[0], u[1], u[2] - plate_speed)
            pressing, tangential, k_t, kept, rubbed, damped = touch(
                overlap, u, normal, dt, (spring[i, w, 0], spring[i, w, 1], spring[i, w, 2]),
                former[i, w], radius[i], mass[i], young[m], shear[m], rubs[w] * friction[m],
                damping[m],
            )  # fmt: skip
            for c in range(3):
                spring[i, w, c] = tangential[c]
            former[i, w] = k_t
            force[i, w] = pressing
            total = add(total, add(scale(pressing, normal), tangential))
            torque = add(torque, cross(arm, tangential))
            stored += kept
            dissipated[i] += rubbed
            viscous[i] += damped
        energy[i] = stored
        for c in range(3):
            push[i, c] = total[c]
            turn[i, c] = torque[c]
