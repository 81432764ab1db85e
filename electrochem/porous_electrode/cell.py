"""What a cell is made of; SI units throughout."""

import math
from dataclasses import dataclass, fields

from dem.errors import InputError
from electrochem.materials.active_material import ActiveMaterial
from electrochem.materials.electrolyte import Electrolyte
from electrochem.materials.lithium_metal import LithiumMetal

# The parameter sets hold at 25 °C; a degree off changes D_s and j0 by some 5 %.
REFERENCE_TEMPERATURE, TEMPERATURE_TOLERANCE = 298.15, 1.0


def _require_positive(part, names) -> None:
    for name in names:
        value = getattr(part, name)
        if not (math.isfinite(value) and value > 0.0):
            raise InputError(
                f"{type(part).__name__}.{name} is {value:g}; a finite value above zero was expected"
            )


@dataclass(frozen=True)
class Electrode:
    """A porous electrode, uniform over its thickness.

    thickness, particle_radius [m]; surface_area : reacting area per electrode volume [m²/m³]
    porosity : electrolyte's volume share; active_fraction : active material's volume share
    tortuosity_factor : τ² with D_eff = porosity · D / τ², likewise for the conductivity
    electronic_conductivity : effective, of the solid network [S/m]

    Surface and active fraction are independent: the reaction runs on `surface_area`, and a sphere
    takes up so much that lithium is kept, N = a R j / (3 ε_s F); with a = 3 ε_s / R that is j / F.
    Raises InputError on values that cannot be.
    """

    thickness: float
    porosity: float
    tortuosity_factor: float
    active_fraction: float
    surface_area: float
    particle_radius: float
    electronic_conductivity: float
    material: ActiveMaterial

    def __post_init__(self) -> None:
        _require_positive(self, [f.name for f in fields(self) if f.name != "material"])
        if self.porosity + self.active_fraction > 1.0 + 1e-9:
            raise InputError(
                f"Electrode.porosity {self.porosity:g} and active_fraction "
                f"{self.active_fraction:g} together exceed 1"
            )
        if self.tortuosity_factor < 1.0 - 1e-9:
            raise InputError(
                f"Electrode.tortuosity_factor is {self.tortuosity_factor:g}; "
                "at least 1 was expected (D_eff = porosity · D / tortuosity_factor)"
            )

    @property
    def lithium_capacity(self) -> float:
        """Lithium that the active material holds from stoichiometry 0 to 1 [mol/m²]."""
        return self.thickness * self.active_fraction * self.material.maximum_concentration


@dataclass(frozen=True)
class Separator:
    """The porous, insulating layer between the electrodes; units as in `Electrode`."""

    thickness: float
    porosity: float
    tortuosity_factor: float

    def __post_init__(self) -> None:
        _require_positive(self, ("thickness", "porosity", "tortuosity_factor"))
        if self.porosity > 1.0:
            raise InputError(f"Separator.porosity is {self.porosity:g}; at most 1 was expected")


@dataclass(frozen=True)
class Cell:
    """A full cell, or a half cell whose negative side is lithium metal.

    temperature [K]; lower_voltage, upper_voltage [V]; area of the electrodes [m²]
    contact_resistance : between coatings and collectors, both sides together [Ω m²]
    negative_stoichiometry, positive_stoichiometry : of the charged cell; left out, they follow
        from the voltage limits as `balance.stoichiometry_window` says (give both or neither; a
        half cell takes the positive one alone)

    Raises InputError on limits in the wrong order or a temperature that no parameter set covers.
    """

    negative: Electrode | LithiumMetal
    separator: Separator
    positive: Electrode
    electrolyte: Electrolyte
    lower_voltage: float
    upper_voltage: float
    temperature: float = REFERENCE_TEMPERATURE
    area: float = 1.0
    contact_resistance: float = 0.0
    negative_stoichiometry: float | None = None
    positive_stoichiometry: float | None = None

    def __post_init__(self) -> None:
        _require_positive(self, ("area", "temperature", "upper_voltage"))
        if not self.lower_voltage < self.upper_voltage:
            raise InputError(
                f"Cell.lower_voltage {self.lower_voltage:g} V is not below "
                f"upper_voltage {self.upper_voltage:g} V"
            )
        if abs(self.temperature - REFERENCE_TEMPERATURE) > TEMPERATURE_TOLERANCE:
            raise InputError(
                f"Cell.temperature is {self.temperature:g} K; the parameter sets hold at "
                f"{REFERENCE_TEMPERATURE:g} K"
            )
        if not self.contact_resistance >= 0.0:
            raise InputError("Cell.contact_resistance is negative; zero or more was expected")
        if not self.electrolyte.initial_concentration > 0.0:
            raise InputError("Electrolyte.initial_concentration must be above zero")
        given = (self.negative_stoichiometry is not None, self.positive_stoichiometry is not None)
        if self.is_half and given[0]:
            raise InputError("Cell.negative_stoichiometry has no meaning for lithium metal")
        if not self.is_half and given[0] != given[1]:
            raise InputError("Cell: give both charged stoichiometries or neither")

    @property
    def is_half(self) -> bool:
        """Whether the negative side is lithium metal."""
        return isinstance(self.negative, LithiumMetal)

    @property
    def electrodes(self) -> tuple[Electrode, ...]:
        """The porous electrodes from the negative collector to the positive one."""
        return (self.positive,) if self.is_half else (self.negative, self.positive)

    @property
    def placeholders(self) -> tuple[str, ...]:
        """One sentence for each parameter of the cell that has no source of its own."""
        parts = [electrode.material for electrode in self.electrodes] + [self.electrolyte]
        if self.is_half:
            parts.append(self.negative)
        return tuple(dict.fromkeys(note for part in parts for note in part.placeholders))
