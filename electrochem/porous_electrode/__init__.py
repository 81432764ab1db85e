"""Newman's porous electrode on a macro grid with the particle radius beside it."""

from electrochem.materials.lithium_metal import LithiumMetal
from electrochem.porous_electrode.balance import (
    matched_negative,
    nominal_capacity,
    stoichiometry_window,
)
from electrochem.porous_electrode.cell import Cell
from electrochem.porous_electrode.curve import Curve
from electrochem.porous_electrode.discharge import Discharge, discharge
from electrochem.porous_electrode.electrode import Electrode, Separator
from electrochem.porous_electrode.grid import Resolution
from electrochem.porous_electrode.protocol import Step, charge_at, cycle, discharge_at, hold, rest
from electrochem.porous_electrode.simulation import Simulation

__all__ = [
    "Cell",
    "Curve",
    "Discharge",
    "Electrode",
    "LithiumMetal",
    "Resolution",
    "Separator",
    "Simulation",
    "Step",
    "charge_at",
    "cycle",
    "discharge",
    "discharge_at",
    "hold",
    "matched_negative",
    "nominal_capacity",
    "rest",
    "stoichiometry_window",
]
