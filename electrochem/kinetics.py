"""Charge transfer between a solid and the electrolyte: Butler–Volmer with one electron."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dem.jit import leaf, njit

FARADAY = 96485.33212  # [C/mol]
GAS_CONSTANT = 8.314462618  # [J/mol/K]


def current_density(overpotential, exchange_current_density, temperature, anodic_transfer=0.5):
    """Reaction current density [A/m²], positive when lithium leaves the solid.

    overpotential [V], exchange_current_density [A/m²], temperature [K]; anodic_transfer : α_a, the
    cathodic coefficient is 1 − α_a. Newman & Thomas-Alyea, Electrochemical Systems, 3rd ed.,
    eq. 8.24.
    """
    f = FARADAY / (GAS_CONSTANT * temperature) * np.asarray(overpotential)
    return exchange_current_density * (
        np.exp(anodic_transfer * f) - np.exp((anodic_transfer - 1.0) * f)
    )


def overpotential(current_density, exchange_current_density, temperature, anodic_transfer=0.5):
    """Overpotential [V] that drives a reaction current density: the inverse of `current_density`.

    Returns it with its derivatives by the current density and by the exchange current density.
    """
    thermal = GAS_CONSTANT * temperature / FARADAY
    return _overpotentials(current_density, exchange_current_density, thermal, anodic_transfer)


@leaf
def overpotential_of(j, j0, thermal, anodic_transfer):
    """One overpotential [V] and its derivatives by j and j0; thermal : RT/F [V]."""
    ratio = j / j0
    u = 2.0 * np.arcsinh(0.5 * ratio)
    if anodic_transfer == 0.5:
        root = np.sqrt(ratio * ratio + 4.0)
        slope = 2.0 / root
    else:
        slope = 0.0
        u *= 0.5 / (anodic_transfer if ratio > 0.0 else 1.0 - anodic_transfer)
        # Newton on arcsinh of both sides, which is near to straight: five rounds reach rounding.
        for _ in range(50):
            ahead, back = np.exp(anodic_transfer * u), np.exp((anodic_transfer - 1.0) * u)
            steepness = anodic_transfer * ahead + (1.0 - anodic_transfer) * back
            value = ahead - back
            slope = 1.0 / steepness
            change = (
                (np.arcsinh(0.5 * ratio) - np.arcsinh(0.5 * value))
                * np.sqrt(value * value + 4.0)
                * slope
            )
            u += change
            if abs(change) <= 1e-15 * max(1.0, abs(u)):
                break
    by_j = thermal * slope / j0
    return thermal * u, by_j, -ratio * by_j


@njit
def _overpotential_loop(j, j0, thermal, anodic_transfer, answer):
    for i in range(j.size):
        answer[0, i], answer[1, i], answer[2, i] = overpotential_of(
            j[i], j0[i], thermal, anodic_transfer
        )


def _overpotentials(j, j0, thermal, anodic_transfer):
    j, j0 = np.broadcast_arrays(np.asarray(j, dtype=float), np.asarray(j0, dtype=float))
    answer = np.empty((3, j.size))
    _overpotential_loop(j.ravel(), j0.ravel(), thermal, float(anodic_transfer), answer)
    return tuple(part.reshape(j.shape)[()] for part in answer)


@dataclass(frozen=True)
class Exchange:
    """Exchange current density of an insertion reaction, j0 = k(x) c_e^a (1 − x)^b x^d.

    prefactor : stoichiometry → (k, dk/dx), k in A/m² (mol/m³)^−a
    exponents : (a, b, d); anodic_transfer : α_a of Butler–Volmer, α_c = 1 − α_a
    """

    prefactor: Callable
    exponents: tuple[float, float, float] = (0.5, 0.5, 0.5)
    anodic_transfer: float = 0.5

    def __call__(self, concentration, stoichiometry):
        """j0 [A/m²] and its derivatives by c_e [mol/m³] and by surface stoichiometry."""
        salt, vacancy, filling = self.exponents
        k, slope = self.prefactor(stoichiometry)
        shape = concentration**salt * (1.0 - stoichiometry) ** vacancy * stoichiometry**filling
        value = k * shape
        by_concentration = value * salt / concentration
        by_stoichiometry = slope * shape + value * (
            filling / stoichiometry - vacancy / (1.0 - stoichiometry)
        )
        return value, by_concentration, by_stoichiometry


def insertion_exchange(
    rate_constant: float, maximum_concentration: float, anodic_transfer: float = 0.5
) -> Exchange:
    """Newman's j0 = m c_e^α_a (c_max − c_s)^α_a c_s^α_c.

    rate_constant : m [A m⁻² (m³/mol)^(1 + α_a)]; maximum_concentration : c_max [mol/m³]
    """
    value = rate_constant * maximum_concentration

    def prefactor(stoichiometry):
        return np.full_like(stoichiometry, value), np.zeros_like(stoichiometry)

    return Exchange(
        prefactor, (anodic_transfer, anodic_transfer, 1.0 - anodic_transfer), anodic_transfer
    )
