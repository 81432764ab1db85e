"""Contact between two bodies, and the rows of all listed pairs of grains."""

import math

from dem.contact.hertz import damping_force, elastic_force, normal_stiffness
from dem.contact.mindlin import advance_spring, tangential_stiffness
from dem.contact.yielding import flow
from dem.jit import njit
from dem.vector import add, cross, dot, length, scale, subtract


@njit
def touch(overlap, velocity, normal, dt, spring, former, radius, mass, young, shear, friction,
          damping):  # fmt: skip
    """Force of a touching contact on the body that `normal` points to.

    velocity : of that body relative to the other at the contact [m/s]; spring, former : tangential
    force [N] and stiffness [N/m] of the last step; radius, mass : reduced; young, shear : E*, G*.
    Returns (normal force, tangential force, its stiffness, energy, friction work, viscous work).
    """
    closing = -dot(velocity, normal)
    stiffness = normal_stiffness(overlap, young, radius)
    elastic = elastic_force(overlap, young, radius)
    viscous = damping_force(stiffness, closing, damping, mass)
    k_t = tangential_stiffness(overlap, shear, radius)
    slip = scale(dt, add(velocity, scale(closing, normal)))
    tangential, rubbed = advance_spring(spring, normal, slip, k_t, former, friction * elastic)
    energy = 0.4 * elastic * overlap + 0.5 * dot(tangential, tangential) / k_t
    return elastic + viscous, tangential, k_t, energy, rubbed, viscous * closing * dt


@njit
def wrapped(x, period):
    """Minimum image of a difference x in a direction of the given period, 0 if not periodic."""
    return x - period * math.floor(x / period + 0.5) if period > 0.0 else x


@njit
def periods(box):
    """Period in x and y, 0 where the box is walled."""
    if box.periodic:
        return box.length[0], box.length[1]
    return 0.0, 0.0


@njit
def contact_velocity(i, j, normal, arm_i, arm_j, separation_z, rate, velocity, spin):
    """Velocity of j relative to i where they touch, the affine drive included."""
    between = (
        velocity[j, 0] - velocity[i, 0],
        velocity[j, 1] - velocity[i, 1],
        velocity[j, 2] - velocity[i, 2] + rate * separation_z,
    )
    turning = (
        arm_i * spin[i, 0] + arm_j * spin[j, 0],
        arm_i * spin[i, 1] + arm_j * spin[j, 1],
        arm_i * spin[i, 2] + arm_j * spin[j, 2],
    )
    return subtract(between, cross(turning, normal))


@njit
def contact_rows(begin, end, grains, motion, table, box, rows):
    """Evaluate the pairs begin … end of the contact list.

    rows.force is the force on `second`; rows.lever the vector n × F_t: with the lever arms of
    rows.arm the moments are −arm · lever on both grains, which keeps angular momentum.
    """
    # Arrays are taken out of their structures once: each access in the loop would count references.
    position, velocity, spin = grains.position, grains.velocity, grains.angular_velocity
    radius, material, inertia = grains.radius, grains.material, motion.mass
    young, shear, friction, damping = table.young, table.shear, table.friction, table.damping
    first, second, rest = rows.first, rows.second, rows.rest
    spring, former, force, lever, arm = (
        rows.tangential, rows.stiffness, rows.force, rows.lever, rows.arm,
    )  # fmt: skip
    energy, dissipated, viscous = rows.energy, rows.dissipated, rows.viscous
    yield_pressure, plastic = table.yield_pressure, rows.plastic
    dt, rate = motion.step, motion.rate
    period_x, period_y = periods(box)
    for p in range(begin, end):
        i, j = first[p], second[p]
        d = (
            wrapped(position[j, 0] - position[i, 0], period_x),
            wrapped(position[j, 1] - position[i, 1], period_y),
            position[j, 2] - position[i, 2],
        )
        distance = length(d)
        if distance >= rest[p]:
            if former[p] != 0.0:
                former[p] = 0.0
                energy[p] = 0.0
                for c in range(3):
                    spring[p, c] = force[p, c] = lever[p, c] = 0.0
            continue
        normal = scale(1.0 / distance, d)
        ri, rj, mi, mj = radius[i], radius[j], material[i], material[j]
        overlap, flowed = flow(
            rest[p] - distance, ri + rj - distance, young[mi, mj], ri * rj / (ri + rj),
            yield_pressure[mi, mj],
        )  # fmt: skip
        if flowed > 0.0:
            rest[p] = distance + overlap
            plastic[p] += flowed
        arm_i = distance * ri / (ri + rj)
        arm_j = distance - arm_i
        u = contact_velocity(i, j, normal, arm_i, arm_j, d[2], rate, velocity, spin)
        push, tangential, k_t, stored, rubbed, damped = touch(
            overlap, u, normal, dt, (spring[p, 0], spring[p, 1], spring[p, 2]),
            former[p], ri * rj / (ri + rj), inertia[i] * inertia[j] / (inertia[i] + inertia[j]),
            young[mi, mj], shear[mi, mj], friction[mi, mj], damping[mi, mj],
        )  # fmt: skip
        total = add(scale(push, normal), tangential)
        turn = cross(normal, tangential)
        for c in range(3):
            spring[p, c] = tangential[c]
            force[p, c] = total[c]
            lever[p, c] = turn[c]
        former[p] = k_t
        arm[p, 0], arm[p, 1] = arm_i, arm_j
        energy[p] = stored
        dissipated[p] += rubbed
        viscous[p] += damped
