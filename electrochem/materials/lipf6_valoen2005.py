"""LiPF6 in PC:EC:DMC 10:27:63 (by volume): all four transport properties and their temperature.

L. O. Valøen, J. N. Reimers, J. Electrochem. Soc. 152 (2005) A882; measured, as others say, up to
4 mol/L at 0–60 °C. Another solvent than the EC:EMC of the other sets.
"""

import numpy as np

from electrochem.materials.electrolyte import ConstantProperty, Electrolyte

TRANSFERENCE = 0.38
LN10 = np.log(10.0)
# [K] over the glass's temperature at which the fit is held: colder or more concentrated, it would
# turn over where the salt no longer moves; there D is some 1e-20 m²/s.
GLASS_MARGIN = 5.0
# [(S/m per mol/L)^½] of the fit's polynomial under its square, below which κ is held: past its root
# κ would rise again. κ is then some 1e-3 S/m.
LEAST_ROOT = 0.06


def conductivity(concentration, temperature):
    """Ionic conductivity [S/m] and its slope by c [mol/m³]; held where the fit would turn up."""
    m, kelvin = concentration / 1000.0, temperature
    constant = -10.5 + 0.0740 * kelvin - 6.96e-5 * kelvin**2
    linear = 0.668 - 0.0178 * kelvin + 2.80e-5 * kelvin**2
    square = 0.494 - 8.86e-4 * kelvin
    turn = _held_from(constant, linear, square)
    held = np.minimum(m, turn)
    root = constant + held * (linear + held * square)
    slope = root * (root + 2.0 * held * (linear + 2.0 * held * square))
    return 0.1 * held * root**2, np.where(m < turn, 0.1 * slope / 1000.0, 0.0)


def _held_from(constant: float, linear: float, square: float) -> float:
    """[mol/L] where m (constant + linear m + square m²)² stops falling, or nearly vanishes."""
    ends = [np.inf]
    # Its slope's second zero; the first is its largest value.
    bend = 9.0 * linear**2 - 20.0 * square * constant
    if bend >= 0.0:
        ends.append((-3.0 * linear + np.sqrt(bend)) / (10.0 * square))
    sink = linear**2 - 4.0 * square * (constant - LEAST_ROOT)
    if sink >= 0.0:
        ends.append((-linear - np.sqrt(sink)) / (2.0 * square))
    return min(ends)


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
        second_hand=True,
    )
