"""The planes of a compression: collector below, plate above, and symmetry planes at the sides."""

from typing import NamedTuple

import numpy as np

from dem.box import Box
from dem.contact.forces import touch
from dem.contact.hertz import damping_force, elastic_force, normal_stiffness
from dem.grains import Grains
from dem.jit import njit

BOTTOM, TOP = 0, 1


class Planes(NamedTuple):
    """Contacts of n grains with the two rolls' planes and the four symmetry planes.

    rest : (n, 6) [m], distance at which the grain touches bottom, top, x = 0, x = Lx, y = 0, y = Ly
    tangential : (n, 2, 3) [N], friction of bottom and top on the grain, the contact's history
    stiffness : (n, 2) [N/m], tangential stiffness of the last step, 0 when apart
    force : (n, 2) [N], push of the grain on bottom and top, positive in compression
    energy : (n,) [J], stored in all planes; dissipated, viscous : (n,) [J], work lost so far
    """

    rest: np.ndarray
    tangential: np.ndarray
    stiffness: np.ndarray
    force: np.ndarray
    energy: np.ndarray
    dissipated: np.ndarray
    viscous: np.ndarray


def distances(grains: Grains, box: Box, plate_height: float) -> np.ndarray:
    """Distance of every grain's centre to the six planes, (n, 6) [m]; infinite at absent sides."""
    x, y, z = grains.position.T
    far = np.full(len(z), np.inf)
    if box.periodic:
        sides = [far] * 4
    else:
        sides = [x, box.length[0] - x, y, box.length[1] - y]
    return np.column_stack([z, plate_height - z, *sides])


def planes_around(grains: Grains, box: Box, plate_height: float) -> Planes:
    """Planes that exert no force on the unloaded picture, even where it is cut by them."""
    n = len(grains.radius)
    rest = np.minimum(grains.radius[:, None], distances(grains, box, plate_height))
    return Planes(
        rest, np.zeros((n, 2, 3)), np.zeros((n, 2)), np.zeros((n, 2)),
        np.zeros(n), np.zeros(n), np.zeros(n),
    )  # fmt: skip


@njit
def push_of_rolls(i, side, height, plate_speed, grains, motion, table, planes):
    """Force and moment of the lower (side 0) or upper plane on grain i: (fx, fy, fz, tx, ty)."""
    z = grains.position[i, 2]
    distance = z if side == BOTTOM else height - z
    overlap = planes.rest[i, side] - distance
    if overlap <= 0.0:
        planes.stiffness[i, side] = 0.0
        planes.force[i, side] = 0.0
        for c in range(3):
            planes.tangential[i, side, c] = 0.0
        return 0.0, 0.0, 0.0, 0.0, 0.0
    up = 1.0 if side == BOTTOM else -1.0
    m = grains.material[i]
    v, w = grains.velocity, grains.angular_velocity
    # Velocity of the grain's surface at the plane: ω × (−distance · up ẑ).
    ux = v[i, 0] - w[i, 1] * distance * up
    uy = v[i, 1] + w[i, 0] * distance * up
    rising = v[i, 2] + motion.rate * z
    parting = rising if side == BOTTOM else plate_speed - rising
    normal, fx, fy, fz, k_t, energy, dissipated, power = touch(
        overlap, -parting, 0.0, 0.0, up,
        ux * motion.step, uy * motion.step, 0.0,
        planes.tangential[i, side, 0], planes.tangential[i, side, 1],
        planes.tangential[i, side, 2], planes.stiffness[i, side], table.wall_young[m],
        table.wall_shear[m], grains.radius[i], table.wall_friction[m], table.wall_damping[m],
        motion.mass[i],
    )  # fmt: skip
    planes.tangential[i, side, 0], planes.tangential[i, side, 1] = fx, fy
    planes.stiffness[i, side] = k_t
    planes.force[i, side] = normal
    planes.energy[i] += energy
    planes.dissipated[i] += dissipated
    planes.viscous[i] += power * motion.step
    return fx, fy, up * normal, distance * up * fy, -distance * up * fx


@njit
def push_of_side(i, side, distance, speed, grains, motion, table, planes):
    """Normal force of a frictionless symmetry plane on grain i (≥ 0 pushes away from it)."""
    overlap = planes.rest[i, side] - distance
    if overlap <= 0.0:
        return 0.0
    m = grains.material[i]
    young, radius = table.wall_young[m], grains.radius[i]
    force = elastic_force(overlap, young, radius)
    planes.energy[i] += 0.4 * force * overlap
    stiffness = normal_stiffness(overlap, young, radius)
    viscous = damping_force(stiffness, -speed, table.wall_damping[m], motion.mass[i])
    planes.viscous[i] -= viscous * speed * motion.step
    return force + viscous
