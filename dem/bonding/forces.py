"""The rows of all bonds: a beam while it holds, afterwards a contact at the distance it had."""

from dem.bonding.breakage import failure
from dem.bonding.elastic_beam import beam
from dem.bonds import INTACT
from dem.contact.forces import contact_velocity, periods, touch, wrapped
from dem.contact.hertz import elastic_energy
from dem.contact.yielding import flow
from dem.jit import njit
from dem.vector import add, cross, length, scale


@njit
def bond_rows(begin, end, grains, motion, table, box, bonds):
    """Evaluate the bonds begin … end, break those whose load asks for it; rows as contact_rows.

    bonds.moment is bending and twist on `first`; `second` feels its opposite.
    """
    position, velocity, spin = grains.position, grains.velocity, grains.angular_velocity
    orientation, radius, material = grains.orientation, grains.radius, grains.material
    inertia, dt, rate, breaking = motion.mass, motion.step, motion.rate, motion.breaking
    young, shear, friction, damping = table.young, table.shear, table.friction, table.damping
    first, second, rest, rest_length = bonds.first, bonds.second, bonds.rest, bonds.length
    k_n, k_s, k_b, k_t = bonds.normal, bonds.shear, bonds.bending, bonds.twist
    area, tensile, cohesion = bonds.area, bonds.tensile_strength, bonds.cohesion
    tan_phi, share = bonds.internal_friction, bonds.moment_share
    state, released, moment = bonds.state, bonds.released, bonds.moment
    spring, former, force, lever, arm = (
        bonds.tangential, bonds.stiffness, bonds.force, bonds.lever, bonds.arm,
    )  # fmt: skip
    energy, dissipated, viscous = bonds.energy, bonds.dissipated, bonds.viscous
    yield_pressure, plastic = table.yield_pressure, bonds.plastic
    yield_strength = bonds.yield_strength
    period_x, period_y = periods(box)
    for b in range(begin, end):
        i, j = first[b], second[b]
        d = (
            wrapped(position[j, 0] - position[i, 0], period_x),
            wrapped(position[j, 1] - position[i, 1], period_y),
            position[j, 2] - position[i, 2],
        )
        distance, at_rest = length(d), rest_length[b]
        normal = scale(1.0 / distance, d)
        ri, rj, mi, mj = radius[i], radius[j], material[i], material[j]
        if state[b] == INTACT:
            # In compression the beam flows at its yield strength: it stays shorter.
            give = yield_strength[b] * area[b] / k_n[b]
            if at_rest - distance > give:
                plastic[b] += 0.5 * k_n[b] * ((at_rest - distance) ** 2 - give * give)
                for c in range(3):
                    rest[b, c] *= (distance + give) / at_rest
                at_rest = rest_length[b] = distance + give
            tension, sideways, bending_vector, bending, twisting, stored = beam(
                normal, distance,
                (rest[b, 0] / at_rest, rest[b, 1] / at_rest, rest[b, 2] / at_rest), at_rest,
                (orientation[i, 0], orientation[i, 1], orientation[i, 2], orientation[i, 3]),
                (orientation[j, 0], orientation[j, 1], orientation[j, 2], orientation[j, 3]),
                k_n[b], k_s[b], k_b[b], k_t[b],
            )  # fmt: skip
            if breaking:
                state[b] = failure(
                    tension, length(sideways), bending, twisting, area[b], tensile[b], cohesion[b],
                    tan_phi[b], share[b],
                )  # fmt: skip
            if state[b] == INTACT:
                total = add(scale(-tension, normal), sideways)
                turn = cross(normal, sideways)
                for c in range(3):
                    force[b, c] = total[c]
                    lever[b, c] = turn[c]
                    moment[b, c] = bending_vector[c]
                arm[b, 0] = arm[b, 1] = 0.5 * distance
                energy[b] = stored
                continue
            # What the contact starts with stays stored: only the rest is lost with the bond.
            released[b] = stored
            if distance < at_rest:
                released[b] -= elastic_energy(
                    at_rest - distance, young[mi, mj], ri * rj / (ri + rj)
                )
            for c in range(3):
                force[b, c] = lever[b, c] = moment[b, c] = 0.0
            energy[b] = 0.0
        if distance >= at_rest:
            if former[b] != 0.0:
                former[b] = 0.0
                energy[b] = 0.0
                for c in range(3):
                    spring[b, c] = force[b, c] = lever[b, c] = 0.0
            continue
        overlap, flowed = flow(
            at_rest - distance, ri + rj - distance, young[mi, mj], ri * rj / (ri + rj),
            yield_pressure[mi, mj],
        )  # fmt: skip
        if flowed > 0.0:
            for c in range(3):
                rest[b, c] *= (distance + overlap) / at_rest
            rest_length[b] = distance + overlap
            plastic[b] += flowed
        arm_i = distance * ri / (ri + rj)
        arm_j = distance - arm_i
        u = contact_velocity(i, j, normal, arm_i, arm_j, d[2], rate, velocity, spin)
        push, tangential, k_slip, stored, rubbed, damped = touch(
            overlap, u, normal, dt, (spring[b, 0], spring[b, 1], spring[b, 2]),
            former[b], ri * rj / (ri + rj), inertia[i] * inertia[j] / (inertia[i] + inertia[j]),
            young[mi, mj], shear[mi, mj], friction[mi, mj], damping[mi, mj],
        )  # fmt: skip
        total = add(scale(push, normal), tangential)
        turn = cross(normal, tangential)
        for c in range(3):
            spring[b, c] = tangential[c]
            force[b, c] = total[c]
            lever[b, c] = turn[c]
        former[b] = k_slip
        arm[b, 0], arm[b, 1] = arm_i, arm_j
        energy[b] = stored
        dissipated[b] += rubbed
        viscous[b] += damped
