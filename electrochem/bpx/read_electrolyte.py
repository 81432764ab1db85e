"""The electrolyte of a BPX file."""

from dataclasses import dataclass

import numpy as np

from electrochem.bpx.functions import Table
from electrochem.bpx.section import Section
from electrochem.materials.active_material import Constant
from electrochem.materials.electrolyte import ConstantProperty, Electrolyte
from electrochem.materials.over_temperature import REFERENCE_TEMPERATURE, arrhenius
from electrochem.porous_electrode.property_tables import SALT_RANGE

# Of the user's own keys these are read: PyBaMM's name, and what `write` adds to it.
THERMODYNAMIC = "Thermodynamic factor"
TRANSFERENCE = "Cation transference number"
AGAINST_CONCENTRATION = " against concentration [mol.m-3]"
LEAST_CONCENTRATION = 1e-3  # [mol/m³] below which nothing changes: roots have no slope at zero


@dataclass(frozen=True)
class OfConcentration:
    """A function of concentration with Arrhenius' factor; (c, T) → value and slope by c."""

    function: object
    activation: float = 0.0
    reference: float = REFERENCE_TEMPERATURE

    def __call__(self, concentration, temperature):
        value, slope = self.function(np.maximum(concentration, LEAST_CONCENTRATION))
        factor = arrhenius(self.activation, self.reference, temperature)
        return factor * value, factor * slope


def read_electrolyte(
    fluid: Section, own: Section, title: str, concentration: float, reference: float
) -> Electrolyte:
    """The electrolyte of its section and of the user's own keys. Raises InputError."""
    salt = np.linspace(LEAST_CONCENTRATION, SALT_RANGE * concentration, 65)

    def against_temperature(key):
        function = fluid.function_at(key, [concentration], above=0.0, reach=salt)
        energy = fluid.number(key.split(" [")[0] + " activation energy [J.mol-1]", 0.0)
        return OfConcentration(function, energy, reference)

    def own_or(key, value):
        if key + AGAINST_CONCENTRATION in own.content:
            own.take(key, required=False)  # beside the table, the number that stands in for it
            return OfConcentration(own.function_at(key + AGAINST_CONCENTRATION, salt))
        return value

    factor = own.function_at(THERMODYNAMIC, [concentration], 1.0, above=0.0, reach=salt)
    t_plus = fluid.number(TRANSFERENCE, above=0.0)
    if t_plus >= 1.0:
        raise fluid.wrong(TRANSFERENCE, f"{t_plus:g}", "a number below 1")
    factor = ConstantProperty(factor.value) if isinstance(factor, Constant) else factor
    properties = {
        "conductivity": against_temperature("Conductivity [S.m-1]"),
        "diffusivity": against_temperature("Diffusivity [m2.s-1]"),
        "transference_number": own_or(TRANSFERENCE, ConstantProperty(t_plus)),
        "thermodynamic_factor": own_or(
            THERMODYNAMIC,
            factor if isinstance(factor, ConstantProperty) else OfConcentration(factor),
        ),
    }
    return Electrolyte(
        name=f"electrolyte of {title}",
        initial_concentration=concentration,
        source=title,
        concentrations=_tabulated(properties.values()),
        **properties,
    )


def _tabulated(properties) -> tuple[float, float] | None:
    """The concentrations that all tables reach; None where nothing is a table."""
    tables = [p.function for p in properties if isinstance(getattr(p, "function", None), Table)]
    if not tables:
        return None
    return max(float(t.x[0]) for t in tables), min(float(t.x[-1]) for t in tables)
