"""The impedance of a rested cell at the frequencies of `cell.impedance`."""

import numpy as np

from electrochem.porous_electrode.cell import Cell
from electrochem.porous_electrode.impedance import impedance
from scenarios.runner.discharging.protocol import stoichiometries_at
from scenarios.runner.schema.protocol import Impedance


def spectrum_of(cell: Cell, asked: Impedance) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies [Hz], rising, and the complex impedance [Ω m²] at each.

    Raises InputError where the cell changes in the plane or has no rest there.
    """
    low, high = asked.frequencies
    count = max(2, round(np.log10(high / low) * asked.per_decade) + 1)
    frequency = np.geomspace(low, high, count)
    at = stoichiometries_at(cell, asked.state_of_charge)
    return frequency, impedance(cell, frequency, at, double_layer=asked.double_layer)
