"""NMC811 of the LG M50 cell.

C.-H. Chen et al., J. Electrochem. Soc. 167 (2020) 080534.
"""

import numpy as np

from electrochem.kinetics import insertion_exchange
from electrochem.materials.active_material import ActiveMaterial, Constant


def open_circuit_potential(stoichiometry):
    """Potential on lithiation [V] and its slope."""
    first = np.tanh(18.5138 * (stoichiometry - 0.5542))
    second = np.tanh(15.7890 * (stoichiometry - 0.3117))
    third = np.tanh(15.9308 * (stoichiometry - 0.3120))
    value = 4.4875 - 0.8090 * stoichiometry - 0.0428 * first - 17.7326 * second + 17.5842 * third
    slope = (
        -0.8090
        - 0.0428 * 18.5138 * (1.0 - first**2)
        - 17.7326 * 15.7890 * (1.0 - second**2)
        + 17.5842 * 15.9308 * (1.0 - third**2)
    )
    return value, slope


MATERIAL = ActiveMaterial(
    name="NMC811 (Chen 2020)",
    maximum_concentration=63104.0,
    open_circuit_potential=open_circuit_potential,
    diffusivity=Constant(4e-15),
    diffusion_activation=0.0,
    exchange_current_density=insertion_exchange(3.42e-6, 63104.0),
    exchange_activation=17800.0,
    stoichiometry_range=(0.05, 1.0),
    discharged_stoichiometry=0.853974674630047,
    bulk_conductivity=0.18,
    held=("diffusivity", "open-circuit potential"),
    source="Chen et al., J. Electrochem. Soc. 167 (2020) 080534",
    placeholders=("NMC811 bulk conductivity 0.18 S/m: Chen 2020 gives it for the electrode",),
)
