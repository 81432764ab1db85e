"""One bond: strains, flow, breakage and load of a beam put together."""

from dem.bonding.breakage import failure
from dem.bonding.ductility import confined, limit_strain, relaxed, remaining
from dem.bonding.elastic_beam import energy, rotation_between, stiffnesses, strains
from dem.bonding.laws import flows
from dem.jit import leaf
from dem.vector import add, cross, dot, length, rotate, scale, subtract, turned_back


@leaf
def beam(
    law, apart, distance, p, q, rest, unloaded, area, tensile, cohesion, strain, offset, pressed,
    time, swelling,
):  # fmt: skip
    """Load of a bond that was intact, and its state afterwards.

    apart : vector from first to second, distance its length [m]; p, q : orientations; rest : rest
    vector [m] and offset : rest turn [rad], both in the unloaded picture's frame; unloaded : length
    of the stress-free beam [m]; strain : plastic strain so far; pressed : how much stiffer it is
    with its pores closed, and its law's strengths over those then, of compression last; time :
    process time of the step [s]; swelling : volume strain around the bond, which what confines it
    bears (`dem.bonding.confinement`).
    Returns the force on the second grain, n × shear force, the moment on the first, the stored
    energy, the mode of failure (0 none), the share of its elastic strains that did not flow away,
    the plastic work, and new rest, offset, strain and rest length.
    """
    normal = scale(1.0 / distance, apart)
    rest_length = length(rest)
    turn, mean = rotation_between(p, q)
    axis = rotate(mean, scale(1.0 / rest_length, rest))
    stiffness = stiffnesses(law, area, unloaded)
    k_n, k_s, k_b, k_t = stiffness
    stretch = distance - rest_length
    share, flowed, swollen = 1.0, 0.0, 0.0
    if flows(law):
        sheared, bend, twist = strains(normal, axis, turn, rotate(mean, offset))
        stiffer, weak, weak_pressed = pressed
        k_n, k_s, k_b, k_t = stiffer * k_n, stiffer * k_s, stiffer * k_b, stiffer * k_t
        stiffness = k_n, k_s, k_b, k_t
        # The beam bears no part of what the volume around it alone lengthens it by.
        swollen = confined(law) * swelling * unloaded / 3.0
        stretch -= swollen
        before = energy(stiffness, stretch, sheared, rest_length, bend, twist)
        slid = length(sheared) * rest_length
        weak_along = weak_pressed if stretch < 0.0 else weak
        n_left, s_left, b_left, t_left = remaining(
            law, weak_along * abs(k_n * stretch), weak * k_s * slid,
            weak * k_b * length(bend), weak * abs(k_t * twist), area,
        )  # fmt: skip
        # Von Mises' equivalent of a shear is 1/√3 of it; pressing together harms no bond.
        pulled = (1.0 - n_left) * max(stretch, 0.0)
        strain += (pulled + (1.0 - s_left) * 0.5773502691896258 * slid) / unloaded
        kept = relaxed(law, time)
        share = n_left * s_left * b_left * t_left * kept
        stretch *= n_left * kept
        rest_length = distance - stretch - swollen
        axis = subtract(axis, scale(1.0 - s_left * kept, sheared))
        axis = scale(1.0 / length(axis), axis)
        bend, twist = scale(b_left * kept, bend), t_left * kept * twist
        offset = turned_back(mean, subtract(turn, add(bend, scale(twist, normal))))
        rest = turned_back(mean, scale(rest_length, axis))
        sheared = subtract(axis, scale(dot(axis, normal), normal))
        stored = energy(stiffness, stretch, sheared, rest_length, bend, twist)
        # Without flow the difference is rounding.
        flowed = before - stored if share < 1.0 else 0.0
    else:
        sheared, bend, twist = strains(normal, axis, turn, offset)
        stored = energy(stiffness, stretch, sheared, rest_length, bend, twist)
    tension = k_n * stretch
    sideways = scale(k_s * rest_length * rest_length * dot(axis, normal) / distance, sheared)
    # What breaks a bond is all that acts across it, the pressure that grains bear included.
    mode = failure(
        law, k_n * (stretch + swollen), length(sideways), k_b * length(bend), k_t * twist, area,
        tensile, cohesion,
    )  # fmt: skip
    if strain > limit_strain(law):
        mode = 3.0
    moment = add(scale(k_b, bend), scale(k_t * twist, normal))
    force = subtract(sideways, scale(tension, normal))
    return (
        force, cross(normal, sideways), moment, stored, mode, share, flowed, rest, offset, strain,
        rest_length,
    )  # fmt: skip
