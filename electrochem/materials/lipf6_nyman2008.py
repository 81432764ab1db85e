"""LiPF6 in EC:EMC 3:7 (w/w) at 25 °C as the LG M50 parameter set of Chen et al. takes it.

Conductivity and diffusivity: A. Nyman, M. Behm, G. Lindbergh, Electrochim. Acta 53 (2008) 6356.
Transference number 0.2594 and thermodynamic factor 1: C.-H. Chen et al., J. Electrochem. Soc.
167 (2020) 080534. Measured from 0.2 to 2 mol/L.
"""

import numpy as np

from electrochem.materials.electrolyte import ConstantProperty, Electrolyte


def conductivity(concentration, temperature):
    """Ionic conductivity [S/m] and its slope by c [mol/m³]; measured at 25 °C only."""
    m = concentration / 1000.0  # [mol/L]
    root = np.sqrt(m)
    value = m * (0.1297 * m * m - 2.51 * root + 3.329)
    return value, (0.3891 * m * m - 3.765 * root + 3.329) / 1000.0


def diffusivity(concentration, temperature):
    """Salt diffusivity [m²/s] and its slope by c [mol/m³]; measured at 25 °C only."""
    m = concentration / 1000.0  # [mol/L]
    value = 8.794e-11 * m * m - 3.972e-10 * m + 4.862e-10
    return value, (2.0 * 8.794e-11 * m - 3.972e-10) / 1000.0


def electrolyte(initial_concentration: float = 1000.0) -> Electrolyte:
    """The electrolyte at a salt concentration [mol/m³]."""
    return Electrolyte(
        name="LiPF6 in EC:EMC 3:7 (Nyman 2008)",
        initial_concentration=initial_concentration,
        conductivity=conductivity,
        diffusivity=diffusivity,
        transference_number=ConstantProperty(0.2594),
        thermodynamic_factor=ConstantProperty(1.0),
        source="Nyman et al., Electrochim. Acta 53 (2008) 6356; "
        "Chen et al., J. Electrochem. Soc. 167 (2020) 080534",
        fixed_temperature=True,
        concentrations=(200.0, 2000.0),
    )
