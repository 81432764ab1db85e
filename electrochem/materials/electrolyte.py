"""What a cell needs to know of its electrolyte."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from electrochem.materials.over_temperature import (
    REFERENCE_TEMPERATURE,
    TEMPERATURE_TOLERANCE,
    held_note,
)

RANGE_MARGIN = 0.05  # share of the range of concentrations that lies a little beyond its ends


@dataclass(frozen=True)
class ConstantProperty:
    """A property that depends on neither concentration nor temperature."""

    value: float

    def __call__(self, concentration, temperature):
        return np.full_like(concentration, self.value), np.zeros_like(concentration)


@dataclass(frozen=True)
class Electrolyte:
    """A binary salt in a solvent; every function is (c [mol/m³], T [K]) → (value, d value/dc).

    initial_concentration : [mol/m³]
    conductivity : ionic [S/m]; diffusivity : of the salt [m²/s]
    transference_number : of Li⁺, against the solvent; thermodynamic_factor : 1 + dln f±/dln c
    fixed_temperature : whether its source knows 25 °C only
    concentrations [mol/m³], temperatures [K] : range of what was measured; None where not known
    second_hand : whether that range is not out of the source itself
    """

    name: str
    initial_concentration: float
    conductivity: Callable
    diffusivity: Callable
    transference_number: Callable
    thermodynamic_factor: Callable
    source: str
    placeholders: tuple[str, ...] = ()
    fixed_temperature: bool = False
    concentrations: tuple[float, float] | None = None
    temperatures: tuple[float, float] | None = None
    second_hand: bool = False

    @property
    def _known(self) -> str:
        return f"{self.name} is known{', as others say,' if self.second_hand else ''}"

    def is_known_at(self, temperature: float) -> bool:
        """Whether it may be solved at a temperature [K]."""
        away = abs(temperature - REFERENCE_TEMPERATURE) > TEMPERATURE_TOLERANCE
        return not (self.fixed_temperature and away)

    def held_at(self, temperature: float) -> tuple[str, ...]:
        """What is known at a temperature [K] only from others, in a sentence."""
        if self.fixed_temperature:
            properties = ("conductivity", "diffusivity", "transference number")
            return held_note(self.name, properties, temperature)
        if self.temperatures is None:
            return ()
        low, high = self.temperatures
        if low - TEMPERATURE_TOLERANCE <= temperature <= high + TEMPERATURE_TOLERANCE:
            return ()
        return (
            f"{self._known} from {low:g} to {high:g} K and goes on beyond as its fits do: "
            f"the cell stands at {temperature:g} K",
        )

    def beyond(self, least: float, most: float) -> tuple[str, ...]:
        """That salt [mol/m³] left the range of what was measured by more than a little, in a
        sentence."""
        if self.concentrations is None:
            return ()
        low, high = self.concentrations
        margin = RANGE_MARGIN * (high - low)
        left = []
        if least < low - margin:
            left.append(f"fell to {least / 1000:.3g}")
        if most > high + margin:
            left.append(f"rose to {most / 1000:.3g}")
        if not left:
            return ()
        return (
            f"{self._known} from {low / 1000:g} to {high / 1000:g} mol/L and goes on beyond "
            f"as its fits do: the salt {' and '.join(left)} mol/L",
        )
