"""When a bond breaks: in tension, or in shear by Mohr–Coulomb."""

import math

from dem.bonds import BROKEN_SHEAR, BROKEN_TENSION, INTACT
from dem.jit import njit


@njit
def failure(tension, shear, bending, twist, area, tensile_strength, cohesion, tan_phi, share):
    """State of a bond under its load (Potyondy & Cundall 2004, with share β of the moments).

    σ = F_n/A + β M_b R/I against the tensile strength; τ = F_s/A + β M_t R/J against
    cohesion − σ_n tan φ, σ_n = F_n/A positive in tension.
    """
    radius = math.sqrt(area / math.pi)
    normal_stress = tension / area
    # R/I = 4/(A R), R/J = 2/(A R) for the circular section.
    if normal_stress + share * 4.0 * bending / (area * radius) > tensile_strength:
        return BROKEN_TENSION
    if (
        shear / area + share * 2.0 * abs(twist) / (area * radius)
        > cohesion - normal_stress * tan_phi
    ):
        return BROKEN_SHEAR
    return INTACT
