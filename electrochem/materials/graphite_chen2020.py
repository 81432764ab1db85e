"""Graphite with 10 % silicon of the LG M50 cell.

C.-H. Chen et al., J. Electrochem. Soc. 167 (2020) 080534.
"""

import numpy as np

from electrochem.kinetics import insertion_exchange
from electrochem.materials.active_material import ActiveMaterial, Constant


def open_circuit_potential(stoichiometry):
    """Potential on delithiation [V] and its slope."""
    decay = 1.9793 * np.exp(-39.3631 * stoichiometry)
    first = np.tanh(29.8538 * (stoichiometry - 0.1234))
    second = np.tanh(14.9159 * (stoichiometry - 0.2769))
    third = np.tanh(30.4444 * (stoichiometry - 0.6103))
    value = decay + 0.2482 - 0.0909 * first - 0.04478 * second - 0.0205 * third
    slope = (
        -39.3631 * decay
        - 0.0909 * 29.8538 * (1.0 - first**2)
        - 0.04478 * 14.9159 * (1.0 - second**2)
        - 0.0205 * 30.4444 * (1.0 - third**2)
    )
    return value, slope


MATERIAL = ActiveMaterial(
    name="graphite (Chen 2020)",
    maximum_concentration=33133.0,
    open_circuit_potential=open_circuit_potential,
    diffusivity=Constant(3.3e-14),
    diffusion_activation=0.0,
    exchange_current_density=insertion_exchange(6.48e-7, 33133.0),
    exchange_activation=35000.0,
    stoichiometry_range=(0.0, 1.0),
    bulk_conductivity=215.0,
    held=("diffusivity", "open-circuit potential"),
    source="Chen et al., J. Electrochem. Soc. 167 (2020) 080534",
)
