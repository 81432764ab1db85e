"""NMC532 of a pouch cell.

P. Mohtat et al., J. Electrochem. Soc. 167 (2020) 110561, as PyBaMM's set Mohtat2020 carries it.
"""

import numpy as np

from electrochem.kinetics import insertion_exchange
from electrochem.materials.active_material import ActiveMaterial, Constant

MAXIMUM_CONCENTRATION = 35380.0  # [mol/m³]


def open_circuit_potential(stoichiometry):
    """Potential [V] and its slope."""
    x = stoichiometry
    end = 0.5623e-4 * np.exp(109.451 * x - 100.006)
    value = 4.3452 + x * (-1.6518 + x * (1.6225 + x * (-2.0843 + x * (3.5146 - 2.2166 * x)))) - end
    slope = (
        -1.6518 + x * (2.0 * 1.6225 + x * (-3.0 * 2.0843 + x * (4.0 * 3.5146 - 5.0 * 2.2166 * x)))
        - 109.451 * end
    )  # fmt: skip
    return value, slope


MATERIAL = ActiveMaterial(
    name="NMC532 (Mohtat 2020)",
    maximum_concentration=MAXIMUM_CONCENTRATION,
    open_circuit_potential=open_circuit_potential,
    diffusivity=Constant(8e-15),
    diffusion_activation=18550.0,
    exchange_current_density=insertion_exchange(4.824e-6, MAXIMUM_CONCENTRATION),
    exchange_activation=39570.0,
    stoichiometry_range=(0.0, 1.0),
    discharged_stoichiometry=31513.0 / MAXIMUM_CONCENTRATION,
    bulk_conductivity=0.1,
    held=("open-circuit potential",),
    source="Mohtat et al., J. Electrochem. Soc. 167 (2020) 110561",
    placeholders=(
        "NMC532 bulk conductivity 0.1 S/m: order of NMC523 at mid charge (Amin & Chiang 2016); "
        "the 100 S/m of Mohtat 2020 is the whole solid's, carbon included",
    ),
)
