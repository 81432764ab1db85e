"""What a cell needs to know of an active material."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from dem.errors import InputError
from electrochem.crossing import crossing
from electrochem.kinetics import Exchange
from electrochem.materials.over_temperature import (
    REFERENCE_TEMPERATURE,
    TEMPERATURE_TOLERANCE,
    arrhenius,
    held_note,
)


@dataclass(frozen=True)
class Constant:
    """A property that does not depend on stoichiometry; called, it gives value and slope."""

    value: float

    def __call__(self, stoichiometry):
        return np.full_like(stoichiometry, self.value), np.zeros_like(stoichiometry)


@dataclass(frozen=True)
class ActiveMaterial:
    """An insertion material at 25 °C; every function takes arrays and returns value and slope.

    maximum_concentration : lithium at stoichiometry 1 [mol/m³]
    open_circuit_potential : stoichiometry → (U [V against lithium], dU/dx)
    diffusivity : stoichiometry → (D_s [m²/s], dD_s/dx)
    exchange_current_density : (c_e [mol/m³], surface stoichiometry) → (j0 [A/m²], ∂c_e, ∂x)
    diffusion_activation, exchange_activation : Arrhenius energies of D_s and j0 [J/mol]; None where
        no source gives them: the material then holds at 25 °C only
    entropic_coefficient : dU/dT [V/K], one value or stoichiometry → (value, slope)
    stoichiometry_range : where the potential is known
    discharged_stoichiometry : as a positive beside graphite, where the empty cell stands after
        the lithium that formation took; None for a material only used as negative
    bulk_conductivity : electronic, of the dense material [S/m]
    source : where the numbers come from
    placeholders : values without a source of their own, one sentence each; a report prints them
    held : properties that no source follows over temperature, by name: they stand as at 25 °C
    """

    name: str
    maximum_concentration: float
    open_circuit_potential: Callable
    diffusivity: Callable
    exchange_current_density: Exchange
    stoichiometry_range: tuple[float, float]
    bulk_conductivity: float
    source: str
    discharged_stoichiometry: float | None = None
    placeholders: tuple[str, ...] = ()
    diffusion_activation: float | None = None
    exchange_activation: float | None = None
    entropic_coefficient: float | Callable = 0.0
    held: tuple[str, ...] = ()

    def potential(self, stoichiometry: float) -> float:
        """Open-circuit potential [V] at one stoichiometry."""
        return float(self.open_circuit_potential(np.array([stoichiometry]))[0][0])

    def stoichiometry_at(self, potential: float) -> float:
        """Stoichiometry whose open-circuit potential is `potential` [V].

        Raises InputError where the material never stands at that potential.
        """
        low, high = self.stoichiometry_range
        top, bottom = self.potential(low), self.potential(high)
        if not bottom <= potential <= top:
            raise InputError(
                f"{self.name} has no open-circuit potential of {potential:.3f} V; "
                f"it is known from {bottom:.3f} to {top:.3f} V"
            )
        return crossing(lambda x: self.potential(x) - potential, low, high)

    def at_temperature(
        self, temperature: float, reference: float = REFERENCE_TEMPERATURE
    ) -> "ActiveMaterial":
        """The material at a temperature [K], by Arrhenius' law from where its values hold [K].

        Raises InputError where its source gives no activation energies.
        """
        change = temperature - reference
        if change == 0.0:
            return self
        energies = (self.diffusion_activation, self.exchange_activation)
        if None in energies:
            if abs(change) <= TEMPERATURE_TOLERANCE:
                return self
            raise InputError(
                f"{self.name} at {temperature:g} K: its source gives no activation energies, so it "
                f"holds at {reference:g} K only"
            )
        diffusion, exchange = (arrhenius(energy, reference, temperature) for energy in energies)
        kinetics = self.exchange_current_density
        return replace(
            self,
            open_circuit_potential=_shifted(
                self.open_circuit_potential, self.entropic_coefficient, change
            ),
            diffusivity=_scaled(self.diffusivity, diffusion),
            exchange_current_density=replace(
                kinetics, prefactor=_scaled(kinetics.prefactor, exchange)
            ),
        )

    def held_at(self, temperature: float) -> tuple[str, ...]:
        """What stands at a temperature [K] as at 25 °C for want of a source, in a sentence."""
        return held_note(self.name, self.held, temperature)


def _scaled(function, factor):
    def scaled(x):
        value, slope = function(x)
        return factor * value, factor * slope

    return scaled


def _shifted(potential, entropic_coefficient, change):
    def shifted(x):
        value, slope = potential(x)
        if not callable(entropic_coefficient):
            return value + entropic_coefficient * change, slope
        entropy, entropy_slope = entropic_coefficient(x)
        return value + entropy * change, slope + entropy_slope * change

    return shifted
