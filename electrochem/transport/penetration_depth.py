"""How deep salt reaches into an electrode under current: a quick estimate of capacity over rate.

The penetration depth model (Tambio et al., J. Electrochem. Soc. 167 (2020) 160509) as it stands in
Chen et al. (J. Energy Storage 2025, doi 10.1016/j.est.2025.116702), eqs 9 to 14: lithium that does
not migrate must diffuse, so the salt falls linearly from C₀ at the separator to nothing at a depth
L_d, and what lies deeper gives no capacity. `docs/quick_rate.md` says how good that is.
"""

from typing import NamedTuple

import numpy as np

from dem.errors import InputError
from electrochem.kinetics import FARADAY
from electrochem.materials.electrolyte import Electrolyte


class Salt(NamedTuple):
    """What the model needs of an electrolyte.

    diffusivity : D₀ of the salt in the bulk [m²/s]; concentration : C₀ [mol/m³]
    transference_number : t_Li, of the lithium ion
    """

    diffusivity: float
    concentration: float
    transference_number: float


def salt_of(electrolyte: Electrolyte, temperature: float = 298.15) -> Salt:
    """The salt of an electrolyte at its initial concentration; temperature [K].

    Its diffusivity is the mean from 0 to C₀: what flows steadily down from C₀ to nothing is ∫D dc,
    whatever D(c) is. That is D₀C₀ of eq. 9 where D does not depend on c.
    """
    highest = electrolyte.initial_concentration
    place, weight = np.polynomial.legendre.leggauss(16)
    below = 0.5 * highest * (1.0 + place)
    transference = electrolyte.transference_number(np.array([highest]), temperature)[0]
    return Salt(
        diffusivity=float(0.5 * weight @ electrolyte.diffusivity(below, temperature)[0]),
        concentration=float(highest),
        transference_number=float(transference[0]),
    )


def current_times_depth(porosity: float, tortuosity_factor: float, salt: Salt) -> float:
    """L_d I = (ε/τ²) D₀C₀F/(1 − t_Li) [A/m]; 0 where the pores do not percolate.

    porosity, tortuosity_factor : ε and τ² of the conducting pores, D_eff = ε D₀/τ² (eqs 11, 12)
    Raises InputError for values that cannot be.
    """
    if not 0.0 < porosity <= 1.0:
        raise InputError(f"the porosity is {porosity:g}: expected a share above 0, at most 1")
    if not tortuosity_factor > 1.0 - 1e-6:
        raise InputError(
            f"the tortuosity factor τ² is {tortuosity_factor:g}: expected at least 1 "
            "(D_eff = ε D/τ²)"
        )
    if not (salt.diffusivity > 0.0 and salt.concentration > 0.0):
        raise InputError("a salt needs a diffusivity and a concentration above 0")
    if not salt.transference_number < 1.0:
        raise InputError(
            f"the transference number is {salt.transference_number:g}: expected less than 1"
        )
    salt_flow = salt.diffusivity * salt.concentration * FARADAY / (1.0 - salt.transference_number)
    return porosity / tortuosity_factor * salt_flow


def penetration_depth(current_density, porosity: float, tortuosity_factor: float, salt: Salt):
    """L_d [m] (eq. 9), which may exceed any layer; current_density : I [A/m²] > 0, or an array."""
    current_density = np.asarray(current_density, float)
    if not (current_density > 0.0).all():
        raise InputError("a penetration depth needs a current density above 0")
    return current_times_depth(porosity, tortuosity_factor, salt) / current_density


def critical_current_density(
    thickness: float, porosity: float, tortuosity_factor: float, salt: Salt
) -> float:
    """I* [A/m²] up to which salt reaches all of a layer, L_d = L; thickness : L [m]."""
    _require_thickness(thickness)
    return current_times_depth(porosity, tortuosity_factor, salt) / thickness


def capacity_share(
    current_density, thickness: float, porosity: float, tortuosity_factor: float, salt: Salt
):
    """Q_I/Q₀ = L_d/L (eqs 13, 14), 1 up to the critical current density; units as above."""
    _require_thickness(thickness)
    depth = penetration_depth(current_density, porosity, tortuosity_factor, salt)
    return np.minimum(1.0, depth / thickness)


def _require_thickness(thickness: float) -> None:
    if not thickness > 0.0:
        raise InputError(f"the thickness is {thickness:g} m: expected more than 0")
