"""NMC711, LiNi0.7Mn0.15Co0.15O2, from measurements on single particles.

J. H. Song et al., Energy Environ. Sci. 18 (2025) 3129: diffusivity eq. 3, exchange current
density eq. 13 (of lithium content alone), maximum concentration and limits of lithiation Table 2.
It prints no open-circuit potential; that of NMC622 at the same lithium content stands in for it.
"""

import numpy as np

from electrochem.kinetics import Exchange
from electrochem.materials import nmc622
from electrochem.materials.active_material import ActiveMaterial

# NMC622's lithium content at full occupancy, and content per occupancy (see `nmc622`).
FULL_CONTENT, CONTENT = 0.958, 0.811
# Below 2.5 V the last 1e-5 of the sites fills: straight on there.
_HIGHEST = float(nmc622.MATERIAL.stoichiometry_at(2.5))


def open_circuit_potential(stoichiometry):
    """Potential [V] of NMC622 at the same lithium content, and its slope."""
    occupancy = 1.0 - (FULL_CONTENT - np.asarray(stoichiometry, dtype=float)) / CONTENT
    inside = np.minimum(occupancy, _HIGHEST)
    value, slope = nmc622.open_circuit_potential(inside)
    return value + slope * (occupancy - inside), slope / CONTENT


def diffusivity(stoichiometry):
    """D_s [m²/s] and its slope: eq. 3."""
    above = stoichiometry - 0.1
    value = 3e-14 * np.exp(-6.0 * above**5)
    return value, -30.0 * above**4 * value


def exchange_prefactor(stoichiometry):
    """j0 [A/m²] and its slope: eq. 13."""
    above = stoichiometry - 0.1
    value = 26.0 * np.exp(-7.0 * above**2)
    return value, -14.0 * above * value


def _content(occupancy: float) -> float:
    return FULL_CONTENT - CONTENT * (1.0 - occupancy)


MATERIAL = ActiveMaterial(
    name="NMC711 (Song 2025)",
    maximum_concentration=49122.0,
    open_circuit_potential=open_circuit_potential,
    diffusivity=diffusivity,
    exchange_current_density=Exchange(exchange_prefactor, (0.0, 0.0, 0.0)),
    stoichiometry_range=(_content(nmc622.MATERIAL.stoichiometry_range[0]), _content(_HIGHEST)),
    discharged_stoichiometry=0.91,
    bulk_conductivity=0.1,
    held=("diffusivity", "exchange current density", "open-circuit potential"),
    source="Song et al., Energy Environ. Sci. 18 (2025) 3129, eqs 3 and 13, Table 2",
    placeholders=(
        "NMC711 open-circuit potential: that of NMC622 (Verbrugge 2017) at the same lithium "
        "content, Song 2025 prints none",
        "NMC711 bulk conductivity 0.1 S/m: order of NMC523 at mid charge (Amin & Chiang 2016), "
        "Song 2025 prints none",
    ),
)
