"""Closed forms of porous electrodes; nothing of the project is imported here."""

import numpy as np
from scipy.optimize import brentq

FARADAY, GAS_CONSTANT = 96485.33212, 8.314462618


def sphere_surface_rise(tau, terms=400):
    """Surface value of a sphere under constant flux: (c_s − c_0) D/(N R) at τ = D t/R².

    Crank, The Mathematics of Diffusion, eq. 6.45 at r = R; λ are the roots of tan λ = λ.
    """
    roots = [
        brentq(lambda x: np.sin(x) - x * np.cos(x), k * np.pi + 0.1, (k + 0.5) * np.pi)
        for k in range(1, terms + 1)
    ]
    square = np.array(roots) ** 2
    decay = np.exp(-np.outer(np.atleast_1d(tau), square)) / square
    return 3.0 * np.asarray(tau) + 0.2 - 2.0 * decay.sum(axis=1)


def concentration_step(current, thickness, t_plus, effective_diffusivity):
    """Steady concentration difference over a layer that passes a current without reacting."""
    return current * (1.0 - t_plus) * thickness / (FARADAY * effective_diffusivity)


def symmetric_overpotential(reaction_current, exchange_current, temperature):
    """Inverse of 2 j0 sinh(Fη/2RT)."""
    argument = reaction_current / (2.0 * exchange_current)
    return 2.0 * GAS_CONSTANT * temperature / FARADAY * np.arcsinh(argument)


def porous_electrode_resistance(thickness, pores, solid, exchange_per_volume, temperature):
    """Resistance [Ω m²] of a porous electrode, linear kinetics and even concentration.

    Newman & Tobias, J. Electrochem. Soc. 109 (1962) 1183; Newman & Thomas-Alyea, eq. 22.25.
    pores, solid : effective conductivities [S/m]; exchange_per_volume : a j0 [A/m³]
    """
    per_volume = exchange_per_volume * FARADAY / (GAS_CONSTANT * temperature)
    return transmission_line(thickness, pores, solid, per_volume)


def transmission_line(thickness, pores, solid, per_volume):
    """Impedance [Ω m²] of two rails, conductivities pores and solid [S/m], joined everywhere by an
    admittance per volume [S/m³], which may be complex; fed on opposite ends."""
    nu = thickness * np.sqrt(per_volume * (1.0 / pores + 1.0 / solid))
    mixed = (2.0 + (solid / pores + pores / solid) * np.cosh(nu)) / (nu * np.sinh(nu))
    return thickness / (pores + solid) * (1.0 + mixed)


def sphere_impedance(frequency, radius, diffusivity):
    """Diffusion in a sphere at a frequency [Hz]: its surface over the influx's N R/(D c_max).

    Jacobsen & West, Electrochim. Acta 40 (1995) 255.
    """
    root = np.sqrt(2j * np.pi * frequency * radius**2 / diffusivity)
    return 1.0 / (root / np.tanh(root) - 1.0)
