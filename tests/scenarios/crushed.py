"""Particles that crush by a law instead of by mechanics."""

import numpy as np

from dem.crush import crush_stress
from scenarios.runner.calibration.crushes import Crush


def crush_by_law(material, diameter: float, seed: int, scatter: float = 0.0) -> Crush:
    """A crush with S ∝ E^0.05 σ^1.1 p^−0.15 d^−0.5, secant ∝ E^0.4 σ^0.25 p^0.35.

    Exponents add up to 1, as dimensions ask for. The inside has 0.7 of the bonds' modulus.
    """
    young, strength = material.bond_modulus / 200e9, material.bond_tensile_strength / 250e6
    yielding = material.contact_yield_pressure / 10e9
    draw, other = np.random.default_rng([seed, round(1e9 * diameter)]).normal(size=2)
    size = (diameter / 10e-6) ** -0.5
    crushed = 120e6 * young**0.05 * strength**1.1 * yielding**-0.15 * size
    crushed *= np.exp(scatter * draw)
    secant = 2.3e9 * young**0.4 * strength**0.25 * yielding**0.35 * np.exp(scatter * other)
    closing = crushed / secant
    force = crushed / crush_stress(1.0, diameter)
    # Straight up to the crush: half the force at half the closing.
    part = np.array([0.0, 0.5, 1.0, 1.05])
    carried = np.array([0.0, 0.5, 1.0, 0.1])
    curve = np.column_stack(
        [closing * part, force * carried, crushed * carried, [0.0, 0.0, 0.1, 0.3]]
    )
    return Crush(diameter, seed, curve, 0.7 * material.bond_modulus, 0.15, 300, True, 0.25)
