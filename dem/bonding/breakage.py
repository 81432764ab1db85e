"""When a bond breaks: in tension, or in shear by Mohr–Coulomb."""

import math

from dem.jit import leaf


@leaf
def failure(law, tension, shear, bending, twist, area, tensile_strength, cohesion):
    """State of a bond under its load (Potyondy & Cundall 2004, with share β of the moments).

    σ = F_n/A + β M_b R/I against the tensile strength; τ = F_s/A + β M_t R/J against
    cohesion − σ_n tan φ, σ_n = F_n/A positive in tension. 0 holds, 1 tension, 2 shear.
    """
    radius = math.sqrt(area / math.pi)
    # R/I = 4/(A R), R/J = 2/(A R) for the circular section.
    outer = 2.0 * law.moment_share / (area * radius)
    normal = tension / area
    pulled = normal + 2.0 * outer * bending > tensile_strength
    sheared = shear / area + outer * abs(twist) > cohesion - normal * law.friction
    return 1.0 if pulled else (2.0 if sheared else 0.0)
