"""Charge transfer between a solid and the electrolyte: Butler–Volmer with one electron."""

from dataclasses import dataclass

import numpy as np

FARADAY = 96485.33212  # [C/mol]
GAS_CONSTANT = 8.314462618  # [J/mol/K]


def current_density(overpotential, exchange_current_density, temperature):
    """Reaction current density [A/m²], positive when lithium leaves the solid.

    overpotential [V], exchange_current_density [A/m²], temperature [K]: Newman & Thomas-Alyea,
    Electrochemical Systems, 3rd ed., eq. 8.24 with both transfer coefficients one half.
    """
    half = FARADAY / (2.0 * GAS_CONSTANT * temperature)
    return 2.0 * exchange_current_density * np.sinh(half * overpotential)


def overpotential(current_density, exchange_current_density, temperature):
    """Overpotential [V] that drives a reaction current density: the inverse of `current_density`.

    Returns it with its derivatives by the current density and by the exchange current density.
    """
    twice = 2.0 * GAS_CONSTANT * temperature / FARADAY
    root = np.sqrt(current_density**2 + 4.0 * exchange_current_density**2)
    value = twice * np.arcsinh(current_density / (2.0 * exchange_current_density))
    return value, twice / root, -twice * current_density / (exchange_current_density * root)


@dataclass(frozen=True)
class InsertionExchange:
    """Exchange current density of an insertion reaction, j0 = m √(c_e c_s (c_max − c_s)).

    rate_constant : m [A m⁻² (m³/mol)^1.5]; maximum_concentration : c_max [mol/m³]
    """

    rate_constant: float
    maximum_concentration: float

    def __call__(self, concentration, stoichiometry):
        """j0 [A/m²] and its derivatives by c_e [mol/m³] and by surface stoichiometry."""
        vacancy = stoichiometry * (1.0 - stoichiometry)
        value = self.rate_constant * self.maximum_concentration * np.sqrt(concentration * vacancy)
        by_concentration = value / (2.0 * concentration)
        by_stoichiometry = value * (1.0 - 2.0 * stoichiometry) / (2.0 * vacancy)
        return value, by_concentration, by_stoichiometry
