"""Graphite of a pouch cell.

P. Mohtat et al., J. Electrochem. Soc. 167 (2020) 110561, as PyBaMM's set Mohtat2020 carries it;
entropy: K. E. Thomas, J. Newman, J. Power Sources 119 (2003) 844.
"""

import numpy as np

from electrochem.kinetics import insertion_exchange
from electrochem.materials.active_material import ActiveMaterial, Constant

MAXIMUM_CONCENTRATION = 28746.0  # [mol/m³]
# Height [V], place and width of each step between stages.
STEPS = np.array(
    [
        (0.0120, 0.127, 0.016),
        (0.0118, 0.155, 0.016),
        (0.0035, 0.220, 0.020),
        (0.0095, 0.190, 0.013),
        (0.0145, 0.490, 0.020),
        (0.0800, 1.030, 0.055),
    ]
)
ENTROPY = np.polynomial.Polynomial(
    1e-3 * np.array([0.28, -1.56, -8.92, 57.21, -110.7, 90.71, -27.14])
)
_ENTROPY_SLOPE = ENTROPY.deriv()


def open_circuit_potential(stoichiometry):
    """Potential [V] and its slope."""
    height, place, width = STEPS.T
    step = np.tanh((np.asarray(stoichiometry, dtype=float)[..., None] - place) / width)
    decay = 0.8 * np.exp(-75.0 * (stoichiometry + 0.001))
    value = 0.063 + decay - (height * step).sum(axis=-1)
    return value, -75.0 * decay - (height / width * (1.0 - step**2)).sum(axis=-1)


def entropic_coefficient(stoichiometry):
    """dU/dT [V/K] and its slope."""
    return ENTROPY(stoichiometry), _ENTROPY_SLOPE(stoichiometry)


MATERIAL = ActiveMaterial(
    name="graphite (Mohtat 2020)",
    maximum_concentration=MAXIMUM_CONCENTRATION,
    open_circuit_potential=open_circuit_potential,
    diffusivity=Constant(5e-15),
    diffusion_activation=42770.0,
    exchange_current_density=insertion_exchange(1.061e-6, MAXIMUM_CONCENTRATION),
    exchange_activation=37480.0,
    entropic_coefficient=entropic_coefficient,
    stoichiometry_range=(0.0, 1.0),
    bulk_conductivity=100.0,
    source="Mohtat et al., J. Electrochem. Soc. 167 (2020) 110561; "
    "entropy: Thomas & Newman, J. Power Sources 119 (2003) 844",
    placeholders=(
        "graphite bulk conductivity 100 S/m: Mohtat 2020 gives it for the electrode's solid",
    ),
)
