"""NMC622.

Potential: M. Verbrugge et al., J. Electrochem. Soc. 164 (2017) E3243, Table 1 (MSMR model), on
its own occupancy scale: absolute lithium content = 0.958 − 0.811 (1 − occupancy). Hence the
concentration at occupancy 1 is 0.811 × 47 664 mol/m³, not the crystal's full lithium content.
Diffusivity: A. Chaouachi et al., Electrochim. Acta 366 (2021) 137428.
"""

import numpy as np

from electrochem.kinetics import FARADAY, GAS_CONSTANT, insertion_exchange
from electrochem.materials.active_material import ActiveMaterial, Constant

MAXIMUM_CONCENTRATION = 38700.0  # [mol/m³] at occupancy 1

SITE_POTENTIAL = np.array([3.62274, 3.72645, 3.90575, 4.22955])  # U_j [V]
SITE_SHARE = np.array([0.13442, 0.32460, 0.21118, 0.32980])  # X_j
SITE_WIDTH = np.array([0.96710, 1.39712, 3.50500, 5.52757])  # ω_j
REFERENCE_TEMPERATURE = 298.15  # [K]


def occupancy(potential):
    """Occupancy of the four kinds of site at a potential [V], and its slope by the potential."""
    thermal = GAS_CONSTANT * REFERENCE_TEMPERATURE / FARADAY * SITE_WIDTH
    empty = 1.0 / (1.0 + np.exp(-(np.asarray(potential)[..., None] - SITE_POTENTIAL) / thermal))
    filled = SITE_SHARE * (1.0 - empty)
    return filled.sum(axis=-1), -(filled * empty / thermal).sum(axis=-1)


# At 2 V all sites are filled to 5e-8. Read from the table a potential is 2 mV off at most, and
# Newton's method squares that twice.
_TABLE = np.arange(5.6, 2.0, -0.002)
_FILLED = occupancy(_TABLE)[0]
_LOWEST, _HIGHEST = _FILLED[0], _FILLED[-1]


def open_circuit_potential(stoichiometry):
    """Potential [V] at an occupancy, and its slope; straight on past the table's two ends."""
    inside = np.clip(stoichiometry, _LOWEST, _HIGHEST)
    potential = np.interp(inside, _FILLED, _TABLE)
    for _ in range(3):
        filled, slope = occupancy(potential)
        potential = potential - (filled - inside) / slope
    slope = 1.0 / occupancy(potential)[1]
    return potential + slope * (stoichiometry - inside), slope


MATERIAL = ActiveMaterial(
    name="NMC622",
    maximum_concentration=MAXIMUM_CONCENTRATION,
    open_circuit_potential=open_circuit_potential,
    diffusivity=Constant(2e-13),
    exchange_current_density=insertion_exchange(3.42e-6, MAXIMUM_CONCENTRATION),
    stoichiometry_range=(float(_LOWEST), float(_HIGHEST)),
    discharged_stoichiometry=0.95,
    bulk_conductivity=0.1,
    held=("diffusivity", "exchange current density", "open-circuit potential"),
    source="potential: Verbrugge et al., J. Electrochem. Soc. 164 (2017) E3243, Table 1; "
    "diffusivity: Chaouachi et al., Electrochim. Acta 366 (2021) 137428",
    placeholders=(
        "NMC622 exchange current density: rate constant of NMC811 (Chen 2020), "
        "no open source for NMC622 was found",
        "NMC622 bulk conductivity 0.1 S/m: order of NMC523 at mid charge (Amin & Chiang 2016), "
        "no open source for NMC622 was found",
        "NMC622 discharged stoichiometry 0.95: 180 mAh/g at 4.3 V, an assumed formation loss",
    ),
)
