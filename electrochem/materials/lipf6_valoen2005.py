"""LiPF6 in PC:EC:DMC 10:27:63 (by volume): all four transport properties and their temperature.

L. O. Valøen, J. N. Reimers, J. Electrochem. Soc. 152 (2005) A882; measured at 0–60 °C up to 3 or
4 mol/L. Another solvent than the EC:EMC of the other sets.
"""

import numpy as np

from electrochem.materials.electrolyte import ConstantProperty, Electrolyte

TRANSFERENCE = 0.38
LN10 = np.log(10.0)
# [K] over the glass's temperature at which the fit is held: colder or more concentrated, it would
# turn over where the salt no longer moves; there D is some 1e-20 m²/s.
GLASS_MARGIN = 5.0


def conductivity(concentration, temperature):
    """Ionic conductivity [S/m] and its slope by c [mol/m³]."""
    m, kelvin = concentration / 1000.0, temperature
    constant = -10.5 + 0.0740 * kelvin - 6.96e-5 * kelvin**2
    linear = 0.668 - 0.0178 * kelvin + 2.80e-5 * kelvin**2
    square = 0.494 - 8.86e-4 * kelvin
    root = constant + m * (linear + m * square)
    slope = root * (root + 2.0 * m * (linear + 2.0 * m * square))
    return 0.1 * m * root**2, 0.1 * slope / 1000.0


def diffusivity(concentration, temperature):
    """Salt diffusivity [m²/s] and its slope by c [mol/m³]."""
    m = concentration / 1000.0
    fluid = temperature - (229.0 + 5.0 * m)  # over the glass's temperature [K]
    above = np.maximum(fluid, GLASS_MARGIN)
    value = 1e-4 * 10.0 ** (-4.43 - 54.0 / above - 0.22 * m)
    stiffening = np.where(fluid > GLASS_MARGIN, -270.0 / above**2, 0.0)
    return value, value * LN10 * (stiffening - 0.22) / 1000.0


def thermodynamic_factor(concentration, temperature):
    """1 + dln f±/dln c and its slope by c [mol/m³]; the fit is of (1 − t₊) times it."""
    m = concentration / 1000.0
    root = np.sqrt(m)
    steep = 0.982 * (1.0 - 0.0052 * (temperature - 294.0))
    value = 0.601 - 0.24 * root + steep * m * root
    # At no salt the slope of √c has no end; there it is left at that of 1 mmol/L.
    slope = 1.5 * steep * root - 0.12 / np.sqrt(np.maximum(m, 1e-3))
    return value / (1.0 - TRANSFERENCE), slope / (1.0 - TRANSFERENCE) / 1000.0


def electrolyte(initial_concentration: float = 1000.0) -> Electrolyte:
    """The electrolyte at a salt concentration [mol/m³]."""
    return Electrolyte(
        name="LiPF6 in PC:EC:DMC (Valøen 2005)",
        initial_concentration=initial_concentration,
        conductivity=conductivity,
        diffusivity=diffusivity,
        transference_number=ConstantProperty(TRANSFERENCE),
        thermodynamic_factor=thermodynamic_factor,
        source="Valøen & Reimers, J. Electrochem. Soc. 152 (2005) A882",
        concentrations=(0.0, 4000.0),
        temperatures=(273.15, 333.15),
    )
