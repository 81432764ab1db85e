"""A cell of two electrodes and a separator; SI units throughout."""

from dataclasses import dataclass

import numpy as np

from dem.errors import InputError
from electrochem.materials.active_material import ActiveMaterial
from electrochem.materials.electrolyte import Electrolyte
from electrochem.materials.lithium_metal import LithiumMetal
from electrochem.materials.over_temperature import REFERENCE_TEMPERATURE
from electrochem.porous_electrode.electrode import Electrode, Separator, require_positive


@dataclass(frozen=True, eq=False)
class Cell:
    """A full cell, or a half cell whose negative side is lithium metal.

    temperature [K]; lower_voltage, upper_voltage [V]; area of the electrodes [m²]
    contact_resistance : between coatings and collectors, both sides together [Ω m²], or (ny, nx),
        infinite where a column does not touch
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
    contact_resistance: float | np.ndarray = 0.0
    negative_stoichiometry: float | None = None
    positive_stoichiometry: float | None = None

    def __post_init__(self) -> None:
        require_positive(self, ("area", "temperature", "upper_voltage"))
        if not self.lower_voltage < self.upper_voltage:
            raise InputError(
                f"Cell.lower_voltage {self.lower_voltage:g} V is not below "
                f"upper_voltage {self.upper_voltage:g} V"
            )
        if not 200.0 <= self.temperature <= 400.0:
            raise InputError(
                f"Cell.temperature is {self.temperature:g} K; 200 to 400 K was expected"
            )
        if not self.electrolyte.is_known_at(self.temperature):
            raise InputError(
                f"Cell.temperature is {self.temperature:g} K; {self.electrolyte.name} holds at "
                f"{REFERENCE_TEMPERATURE:g} K only"
            )
        for electrode in self.electrodes:
            electrode.material.at_temperature(self.temperature)
        columns = {electrode.columns for electrode in self.electrodes} - {None}
        footprints = {tuple(e.footprint) for e in self.electrodes if e.footprint is not None}
        if len(columns) > 1 or len(footprints) > 1:
            raise InputError("Cell: both electrodes must have the same columns and footprint")
        if np.shape(self.contact_resistance) not in ((), self.columns):
            raise InputError(
                f"Cell.contact_resistance has the shape {np.shape(self.contact_resistance)}; one "
                f"value or {self.columns} was expected"
            )
        contact = np.asarray(self.contact_resistance, dtype=float)
        if not (contact >= 0.0).all():
            raise InputError(
                f"Cell.contact_resistance is {contact[~(contact >= 0.0)].flat[0]:g} Ω m²; zero or "
                "more was expected"
            )
        if np.isinf(contact).all():
            raise InputError(
                "Cell.contact_resistance is infinite: the coating touches its collector nowhere, "
                "so no current can flow"
            )
        if not self.electrolyte.initial_concentration > 0.0:
            raise InputError("Electrolyte.initial_concentration must be above zero")
        given = (self.negative_stoichiometry is not None, self.positive_stoichiometry is not None)
        if self.is_half and given[0]:
            raise InputError("Cell.negative_stoichiometry has no meaning for lithium metal")
        if not self.is_half and given[0] != given[1]:
            raise InputError("Cell: give both charged stoichiometries or neither")
        for side in ("negative", "positive"):
            value = getattr(self, f"{side}_stoichiometry")
            if value is None:
                continue
            material = getattr(self, side).material
            low, high = material.stoichiometry_range
            if not low <= value <= high:
                raise InputError(
                    f"Cell.{side}_stoichiometry is {value:g}; the potential of {material.name} is "
                    f"known from {low:g} to {high:g}"
                )

    @property
    def is_half(self) -> bool:
        """Whether the negative side is lithium metal."""
        return isinstance(self.negative, LithiumMetal)

    @property
    def columns(self) -> tuple[int, int]:
        """(ny, nx) of the columns into which the cell is divided in the plane."""
        return next((e.columns for e in self.electrodes if e.columns is not None), (1, 1))

    @property
    def footprint(self) -> tuple[float, float] | None:
        """Size along y and x [m]; None where nothing changes in the plane."""
        return next((e.footprint for e in self.electrodes if e.footprint is not None), None)

    @property
    def electrodes(self) -> tuple[Electrode, ...]:
        """The porous electrodes from the negative collector to the positive one."""
        return (self.positive,) if self.is_half else (self.negative, self.positive)

    @property
    def materials(self) -> tuple[ActiveMaterial, ...]:
        """The active materials of the porous electrodes at the cell's temperature."""
        return tuple(e.material.at_temperature(self.temperature) for e in self.electrodes)

    @property
    def placeholders(self) -> tuple[str, ...]:
        """One sentence for each parameter without a source of its own at the cell's temperature."""
        parts = [electrode.material for electrode in self.electrodes] + [self.electrolyte]
        if self.is_half:
            parts.append(self.negative)
        notes = [part.placeholders + part.held_at(self.temperature) for part in parts]
        return tuple(dict.fromkeys(note for of_part in notes for note in of_part))
