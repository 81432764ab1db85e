"""Lithium metal as counter electrode.

S. Xu et al., J. Electrochem. Soc. 166 (2019) A3456: j0 = F k c_Li^0.7 c_e^0.3.
"""

from dataclasses import dataclass

from electrochem.kinetics import FARADAY
from electrochem.materials.over_temperature import held_note


@dataclass(frozen=True)
class LithiumMetal:
    """A flat lithium foil; its potential is zero at equilibrium by definition.

    rate_constant : k [m/s]; metal_concentration : lithium in the metal [mol/m³]
    """

    rate_constant: float = 3.5e-8
    metal_concentration: float = 76900.0
    name: str = "lithium metal (Xu 2019)"
    source: str = "Xu et al., J. Electrochem. Soc. 166 (2019) A3456"
    placeholders: tuple[str, ...] = ()
    held: tuple[str, ...] = ("exchange current density",)

    @property
    def exchange(self) -> tuple[float, float, float]:
        """Prefactor k and exponent a of j0 = k c_e^a [A/m²], and Butler–Volmer's α_a."""
        return FARADAY * self.rate_constant * self.metal_concentration**0.7, 0.3, 0.5

    def exchange_current_density(self, concentration):
        """j0 [A/m²] at an electrolyte concentration [mol/m³]."""
        prefactor, exponent, _ = self.exchange
        return prefactor * concentration**exponent

    def held_at(self, temperature: float) -> tuple[str, ...]:
        """What stands at a temperature [K] as at 25 °C for want of a source, in a sentence."""
        return held_note(self.name, self.held, temperature)
