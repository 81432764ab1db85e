"""What a cell needs to know of an active material."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from dem.errors import InputError


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
    stoichiometry_range : where the potential is known
    discharged_stoichiometry : as a positive beside graphite, where the empty cell stands after
        the lithium that formation took; None for a material only used as negative
    bulk_conductivity : electronic, of the dense material [S/m]
    source : where the numbers come from
    placeholders : values without a source of their own, one sentence each; a report prints them
    """

    name: str
    maximum_concentration: float
    open_circuit_potential: Callable
    diffusivity: Callable
    exchange_current_density: Callable
    stoichiometry_range: tuple[float, float]
    bulk_conductivity: float
    source: str
    discharged_stoichiometry: float | None = None
    placeholders: tuple[str, ...] = ()

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
        return float(brentq(lambda x: self.potential(x) - potential, low, high, xtol=1e-14))
