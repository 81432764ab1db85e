"""LiPF6 in EC:EMC 3:7 (w/w): all four transport properties measured on one electrolyte.

J. Landesfeind, H. A. Gasteiger, J. Electrochem. Soc. 166 (2019) A3079, fits for EC:EMC 3:7;
as others say, of 0.1 to 3 mol/L and −10 to 50 °C.
"""

import numpy as np

from electrochem.materials.electrolyte import Electrolyte

TRANSFERENCE = (-12.8, -6.12, 0.0821, 0.904, 0.0318, -1.27e-4, 0.0175, -0.00312, -3.96e-5)
THERMODYNAMIC = (25.7, -45.1, -0.177, 1.94, 0.295, 3.08e-4, 0.259, -0.00946, -4.54e-4)


def conductivity(concentration, temperature):
    """Ionic conductivity [S/m] and its slope by c [mol/m³]."""
    m = concentration / 1000.0  # [mol/L]
    boltzmann = np.exp(1000.0 / temperature)
    scale = 0.1 * 0.521 * (1.0 + temperature - 228.0)
    quadratic = 0.353 * (1.0 - 0.00359 * boltzmann)
    quartic = 0.00148 * boltzmann
    root = np.sqrt(m)
    above = m * (1.0 - 1.06 * root + quadratic * m)
    below = 1.0 + quartic * m**4
    slope = (1.0 - 1.59 * root + 2.0 * quadratic * m) - above / below * 4.0 * quartic * m**3
    return scale * above / below, scale * slope / below / 1000.0


def diffusivity(concentration, temperature):
    """Salt diffusivity [m²/s] and its slope by c [mol/m³]."""
    m = concentration / 1000.0  # [mol/L]
    exponent = 1.01 - 487.0 / temperature
    value = 1010e-10 * np.exp(exponent * m - 1560.0 / temperature)
    return value, value * exponent / 1000.0


def _cubic(p, concentration, temperature):
    m, kelvin = concentration / 1000.0, temperature
    constant = p[0] + p[2] * kelvin + p[5] * kelvin**2
    linear = p[1] + p[4] * kelvin + p[8] * kelvin**2
    square = p[3] + p[7] * kelvin
    value = constant + m * (linear + m * (square + m * p[6]))
    return value, (linear + m * (2.0 * square + m * 3.0 * p[6])) / 1000.0


def transference_number(concentration, temperature):
    """Transference number of Li⁺ and its slope by c [mol/m³]."""
    return _cubic(TRANSFERENCE, concentration, temperature)


def thermodynamic_factor(concentration, temperature):
    """1 + dln f±/dln c and its slope by c [mol/m³]."""
    return _cubic(THERMODYNAMIC, concentration, temperature)


def electrolyte(initial_concentration: float = 1000.0) -> Electrolyte:
    """The electrolyte at a salt concentration [mol/m³]."""
    return Electrolyte(
        name="LiPF6 in EC:EMC 3:7 (Landesfeind 2019)",
        initial_concentration=initial_concentration,
        conductivity=conductivity,
        diffusivity=diffusivity,
        transference_number=transference_number,
        thermodynamic_factor=thermodynamic_factor,
        source="Landesfeind & Gasteiger, J. Electrochem. Soc. 166 (2019) A3079",
        concentrations=(100.0, 3000.0),
        temperatures=(263.15, 323.15),
        second_hand=True,
    )
