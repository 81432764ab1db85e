"""What a cell needs to know of its electrolyte."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


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
