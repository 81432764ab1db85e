"""Newman's porous electrode on a macro grid with the particle radius beside it."""

from electrochem.materials.lithium_metal import LithiumMetal
from electrochem.porous_electrode.balance import (
    matched_negative,
    nominal_capacity,
    stoichiometry_window,
)
from electrochem.porous_electrode.cell import Cell, Electrode, Separator
from electrochem.porous_electrode.discharge import Discharge, discharge
from electrochem.porous_electrode.mesh import Resolution

__all__ = [
    "Cell",
    "Discharge",
    "Electrode",
    "LithiumMetal",
    "Resolution",
    "Separator",
    "discharge",
    "matched_negative",
    "nominal_capacity",
    "stoichiometry_window",
]
