"""Forces of the walls on the grains near them, through the same contact laws as between grains."""

from dem.body import INVERSE_MASS, MATERIAL, RADIUS, VX, WX, X
from dem.chunks import PLASTIC, VISCOUS, WORK_SLID
from dem.contact.roles import reach, remembers, rolls, sticks
from dem.contact.touch import touch
from dem.jit import leaf, njit
from dem.laws import at_row
from dem.vector import add, cross, dot, scale, subtract
from dem.walls.features import choose_of_grain
from dem.walls.geometry import surface_distance


@leaf
def _forget(r, record, resists, spring, rolling, force, arm):
    """Empty the history of a row that does not touch; what the normal law remembers stays."""
    for k in range(4):
        spring[r, k] = 0.0
    for k in range(3):
        if resists:
            rolling[r, k] = 0.0
        if record:
            force[r, k] = arm[r, k] = 0.0


@njit
def add_walls(c, record, laws, wall_table, body, walls, rows, chunks, load, motion):
    """Add the walls to the loads of a chunk's grains; wall_table : (materials · walls, columns)."""
    start, surface, rest, spring = rows.start, rows.surface, rows.rest, rows.spring
    memory, rolling, force, arm = rows.memory, rows.rolling, rows.force, rows.arm
    active = rows.active
    kind, wall_of, geometry, corner = walls.kind, walls.wall, walls.surface, walls.corner
    centre, orientation = walls.centre, walls.orientation
    velocity, spin = walls.velocity, walls.spin
    ledger, wall_load = chunks.ledger[c], chunks.wall_load
    count, dt, rate = len(centre), motion.step, motion.rate
    pressing, cohering, damping, sliding, resisting = laws
    meshed = len(corner) > 0
    for i in range(chunks.begin[c], chunks.begin[c + 1]):
        if meshed and start[i + 1] > start[i]:
            choose_of_grain(i, body, kind, wall_of, geometry, corner, centre, orientation, rows)
        for r in range(start[i], start[i + 1]):
            if not active[r]:
                _forget(r, record, rolls(resisting), spring, rolling, force, arm)
                continue
            s = surface[r]
            w = wall_of[s]
            x = (body[i, X], body[i, X + 1], body[i, X + 2])
            middle = (centre[w, 0], centre[w, 1], centre[w, 2])
            gap, normal, curvature = surface_distance(
                kind[s], geometry[s], middle,
                (orientation[w, 0], orientation[w, 1], orientation[w, 2], orientation[w, 3]), x,
            )  # fmt: skip
            t = int(body[i, MATERIAL]) * count + w
            radius = 1.0 / (1.0 / body[i, RADIUS] + curvature)
            law = at_row(pressing, wall_table, t, 0)
            overlap = rest[r] - gap
            touching = overlap > reach(law, radius)
            if remembers(pressing):
                touching = touching or sticks(law, memory[r])
            if not touching:
                _forget(r, record, rolls(resisting), spring, rolling, force, arm)
                continue
            at = len(pressing)
            cohesion_law = at_row(cohering, wall_table, t, at)
            at += len(cohering)
            damping_law = at_row(damping, wall_table, t, at)
            at += len(damping)
            tangential_law = at_row(sliding, wall_table, t, at)
            at += len(sliding)
            rolling_law = at_row(resisting, wall_table, t, at)
            lever = scale(-gap, normal)
            own = (body[i, WX], body[i, WX + 1], body[i, WX + 2])
            turning = (spin[w, 0], spin[w, 1], spin[w, 2])
            from_middle = subtract(add(x, lever), middle)
            of_wall = add(
                (velocity[w, 0], velocity[w, 1], velocity[w, 2]), cross(turning, from_middle)
            )
            of_grain = add(
                (body[i, VX], body[i, VX + 1], body[i, VX + 2] + rate * max(x[2], 0.0)),
                cross(own, lever),
            )
            moment = (0.0, 0.0, 0.0)
            remembered = 0.0
            if rolls(resisting):
                moment = (rolling[r, 0], rolling[r, 1], rolling[r, 2])
            if remembers(pressing):
                remembered = memory[r]
            total, held, k_t, remembered, moment, slid, viscous, lost = touch(
                (law, cohesion_law, damping_law, tangential_law, rolling_law), normal, overlap,
                subtract(of_grain, of_wall), 0.5 * dot(add(own, turning), normal),
                scale(dt, subtract(own, turning)), dt, radius, body[i, INVERSE_MASS],
                (spring[r, 0], spring[r, 1], spring[r, 2]), spring[r, 3], remembered, moment,
            )  # fmt: skip
            spring[r, 0], spring[r, 1], spring[r, 2], spring[r, 3] = held[0], held[1], held[2], k_t
            if remembers(pressing):
                memory[r] = remembered
            if rolls(resisting):
                rolling[r, 0], rolling[r, 1], rolling[r, 2] = moment
            pushing = add(scale(total, normal), held)
            torque = add(cross(lever, held), moment)
            on_wall = add(cross(from_middle, pushing), moment)
            for k in range(3):
                load[i, k] += pushing[k]
                load[i, 3 + k] += torque[k]
                wall_load[c, w, k] -= pushing[k]
                wall_load[c, w, 3 + k] -= on_wall[k]
                if record:
                    force[r, k] = pushing[k]
                    arm[r, k] = lever[k]
            ledger[WORK_SLID] += slid
            ledger[VISCOUS] += viscous
            ledger[PLASTIC] += lost
