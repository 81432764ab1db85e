"""One contact between two grains, and one between a grain and a plane."""

import math

from dem.contact.hertz import damping_force, elastic_force, normal_stiffness
from dem.contact.mindlin import advance_spring, tangential_stiffness
from dem.jit import njit


@njit
def touch(
    overlap, approach, nx, ny, nz, sx, sy, sz, fx, fy, fz, former, young, shear, radius, friction,
    damping, mass,
):  # fmt: skip
    """Force of a touching contact: (normal, fx, fy, fz, k_t, energy, friction work, viscous work).

    `approach` [m/s] is the speed of closing, (sx, sy, sz) [m] the slip of this step, (fx, fy, fz)
    and `former` the tangential force and stiffness of the last step.
    """
    stiffness = normal_stiffness(overlap, young, radius)
    elastic = elastic_force(overlap, young, radius)
    viscous = damping_force(stiffness, approach, damping, mass)
    k_t = tangential_stiffness(overlap, shear, radius)
    fx, fy, fz, dissipated = advance_spring(
        fx, fy, fz, nx, ny, nz, sx, sy, sz, k_t, former, friction * elastic
    )
    energy = 0.4 * elastic * overlap + 0.5 * (fx * fx + fy * fy + fz * fz) / k_t
    return elastic + viscous, fx, fy, fz, k_t, energy, dissipated, viscous * approach


@njit
def contact_row(row, i, j, dx, dy, dz, distance, rest, grains, motion, table, rows):
    """Evaluate pair `row` at separation (dx, dy, dz) from i to j and write its force and moment.

    rows.force is the force on j; rows.lever the vector n × F_t: with the lever arms of rows.arm the
    moments are −arm · lever on both grains, which keeps angular momentum.
    """
    nx, ny, nz = dx / distance, dy / distance, dz / distance
    overlap = rest - distance
    mi, mj = grains.material[i], grains.material[j]
    ri, rj = grains.radius[i], grains.radius[j]
    arm_i = distance * ri / (ri + rj)
    arm_j = distance - arm_i
    v, w = grains.velocity, grains.angular_velocity
    wx = arm_i * w[i, 0] + arm_j * w[j, 0]
    wy = arm_i * w[i, 1] + arm_j * w[j, 1]
    wz = arm_i * w[i, 2] + arm_j * w[j, 2]
    # Motion of j relative to i at the contact point, the affine drive included.
    ux = v[j, 0] - v[i, 0] - (wy * nz - wz * ny)
    uy = v[j, 1] - v[i, 1] - (wz * nx - wx * nz)
    uz = v[j, 2] - v[i, 2] - (wx * ny - wy * nx) + motion.rate * dz
    un = ux * nx + uy * ny + uz * nz
    dt = motion.step
    mass = motion.mass[i] * motion.mass[j] / (motion.mass[i] + motion.mass[j])
    normal, fx, fy, fz, k_t, energy, dissipated, power = touch(
        overlap, -un, nx, ny, nz,
        (ux - un * nx) * dt, (uy - un * ny) * dt, (uz - un * nz) * dt,
        rows.tangential[row, 0], rows.tangential[row, 1], rows.tangential[row, 2],
        rows.stiffness[row], table.young[mi, mj], table.shear[mi, mj], ri * rj / (ri + rj),
        table.friction[mi, mj], table.damping[mi, mj], mass,
    )  # fmt: skip
    rows.tangential[row, 0], rows.tangential[row, 1], rows.tangential[row, 2] = fx, fy, fz
    rows.stiffness[row] = k_t
    rows.arm[row, 0], rows.arm[row, 1] = arm_i, arm_j
    rows.energy[row] = energy
    rows.dissipated[row] += dissipated
    rows.viscous[row] += power * dt
    rows.force[row, 0] = normal * nx + fx
    rows.force[row, 1] = normal * ny + fy
    rows.force[row, 2] = normal * nz + fz
    rows.lever[row, 0] = ny * fz - nz * fy
    rows.lever[row, 1] = nz * fx - nx * fz
    rows.lever[row, 2] = nx * fy - ny * fx


@njit
def part(row, rows):
    """Clear a pair that does not touch."""
    if rows.stiffness[row] != 0.0:
        for c in range(3):
            rows.tangential[row, c] = 0.0
            rows.force[row, c] = 0.0
            rows.lever[row, c] = 0.0
        rows.stiffness[row] = 0.0
        rows.energy[row] = 0.0


@njit
def separation(i, j, grains, box):
    """Minimum-image vector from grain i to grain j and its length."""
    x = grains.position
    dx, dy, dz = x[j, 0] - x[i, 0], x[j, 1] - x[i, 1], x[j, 2] - x[i, 2]
    if box.periodic:
        dx -= box.length[0] * math.floor(dx / box.length[0] + 0.5)
        dy -= box.length[1] * math.floor(dy / box.length[1] + 0.5)
    return dx, dy, dz, math.sqrt(dx * dx + dy * dy + dz * dz)
