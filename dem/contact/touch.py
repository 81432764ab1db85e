"""One touching contact: the laws put together. Pairs and walls evaluate this same expression."""

import math

from dem.contact.roles import attraction, drag, grip, push, roll, rolls, slide, spring
from dem.jit import leaf
from dem.vector import across, add, cross, dot, scale, subtract


@leaf
def touch(laws, normal, overlap, velocity, twirl, turn, dt, radius, inverse_mass, tangential,
          former, memory, moment):  # fmt: skip
    """Force and moment of a touching contact on the body that `normal` points to.

    laws : (normal, cohesion, damping, tangential, rolling); velocity : of that body relative to
    the other at the contact [m/s]; twirl : spin of the pair about the normal [rad/s]; turn :
    relative rotation in this step (3,) [rad]; radius : reduced [m]; inverse_mass : sum of both
    [1/kg]; tangential (3,) [N], former [N/m], memory, moment (3,) [N m] : history.
    Returns normal force, tangential force, its stiffness, memory, rolling moment, and the work
    [J] that the tangential and rolling springs took up, that damping and plastic flow took.
    """
    pressing, cohering, damping, sliding, rolling = laws
    push_force, stiffness, contact, memory, lost = push(pressing, overlap, radius, memory)
    elastic = push_force - attraction(cohering, overlap, radius)
    closing = -dot(velocity, normal)
    viscous = drag(damping, stiffness, contact, 1.0 / inverse_mass) * closing
    k = spring(sliding, stiffness, contact)
    # Springs keep their elongation, not their force, while the contact unloads: else a closed
    # cycle would gain energy (Thornton, Cummins & Cleary, Powder Technol. 233, 2013, 30).
    eased = k / former if k < former else 1.0
    start = carried(scale(eased, tangential), normal, dt * twirl)
    slip = scale(dt, add(velocity, scale(closing, normal)))
    trial = subtract(start, scale(k, slip))
    gripping = push_force + grip(pressing, radius)
    limit = slide(sliding, gripping)
    size = dot(trial, trial)
    held = scale(limit / math.sqrt(size) if size > limit * limit else 1.0, trial)
    # The mean force of the step does the work; what the spring does not store of it is friction.
    work = -0.5 * dot(add(start, held), slip)
    resisting = (0.0, 0.0, 0.0)
    if rolls(rolling):
        rotation = across(turn, normal)
        before = carried(scale(eased, moment), normal, dt * twirl)
        resisting = roll(rolling, before, rotation, gripping, stiffness, radius)
        work -= 0.5 * dot(add(before, resisting), rotation)
    return elastic + viscous, held, k, memory, resisting, work, viscous * closing * dt, lost


@leaf
def carried(force, normal, angle):
    """Tangential force (or rolling moment) of the last step in the present tangent plane.

    Turned with the pair about the normal, kept in size when the plane tilts.
    """
    flat = across(force, normal)
    flat = add(flat, scale(angle, cross(normal, flat)))
    before, after = dot(force, force), dot(flat, flat)
    return scale(math.sqrt(before / after) if after > 0.0 else 1.0, flat)
