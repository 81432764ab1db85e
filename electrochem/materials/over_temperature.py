"""How values given at one temperature stand at another, and what is said where no source tells."""

from collections.abc import Sequence

import numpy as np

from electrochem.kinetics import GAS_CONSTANT

REFERENCE_TEMPERATURE = 298.15  # [K]
TEMPERATURE_TOLERANCE = 1.0  # [K]; a degree changes D_s and j0 by some 5 %


def arrhenius(energy: float, reference: float, temperature: float) -> float:
    """Arrhenius' factor from a reference to a temperature [K]; energy [J/mol]."""
    return float(np.exp(energy / GAS_CONSTANT * (1.0 / reference - 1.0 / temperature)))


def held_note(
    name: str, held: Sequence[str], temperature: float, reference: float = REFERENCE_TEMPERATURE
) -> tuple[str, ...]:
    """One sentence on the properties that stay as at the reference temperature [K]; none there."""
    if temperature == reference or not held:
        return ()
    listed = ", ".join(held)
    return (
        f"{name}, at {temperature:g} K: no source says how these change with temperature, so they "
        f"stand as at {reference:g} K: {listed}",
    )
