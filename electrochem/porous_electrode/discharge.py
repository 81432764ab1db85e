"""A constant-current discharge from the charged, rested cell to its lower voltage limit."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

import numpy as np

from dem.errors import InputError
from electrochem.porous_electrode.balance import SECONDS_PER_HOUR, stoichiometry_window
from electrochem.porous_electrode.cell import Cell
from electrochem.porous_electrode.curve import Curve
from electrochem.porous_electrode.endings import DEPLETION, LOWER_VOLTAGE
from electrochem.porous_electrode.grid import Resolution
from electrochem.porous_electrode.protocol import Step
from electrochem.porous_electrode.simulation import Simulation


@dataclass(frozen=True, eq=False)
class Discharge:
    """A discharge curve and how it came about.

    time [s], voltage [V], capacity [A h/m²] : (nt,)
    current_density [A/m²]; c_rate : current over nominal_capacity [A h/m²]
    end_reason : as in `endings`; note : what limits, in a sentence, or empty
    lithium_error : as `Curve.lithium_error`; curve : all fields over the time
    """

    time: np.ndarray
    voltage: np.ndarray
    capacity: np.ndarray
    current_density: float
    c_rate: float
    nominal_capacity: float
    end_reason: str
    note: str
    curve: Curve

    @property
    def lithium_error(self) -> float:
        """Largest error of any lithium sum as a share of the lithium that has passed."""
        return self.curve.lithium_error

    @property
    def warnings(self) -> tuple[str, ...]:
        """Where the curve left what its materials are known for, a sentence each."""
        return self.curve.warnings


def discharge(
    cell: Cell,
    *,
    c_rate: float | None = None,
    current_density: float | None = None,
    nominal: float | None = None,
    resolution: Resolution | None = None,
    tolerance: float = 1e-4,
    progress: Callable[[float, str], None] | None = None,
) -> Discharge:
    """Discharge a charged cell at constant current to its lower voltage limit.

    Give either c_rate or current_density [A/m²]; the C-rate's basis is `nominal` [A h/m²], by
    default `nominal_capacity(cell)`. tolerance : local error of a step, relative to the initial
    salt, to stoichiometry 1 and to 1 V. Raises InputError on a rate that is not above zero.
    """
    window = stoichiometry_window(cell)
    basis = window.charge if nominal is None else nominal
    if (c_rate is None) == (current_density is None):
        raise InputError("discharge: give either c_rate or current_density, not both")
    current = c_rate * basis if current_density is None else current_density
    if not (np.isfinite(current) and current > 0.0 and basis > 0.0):
        raise InputError(f"discharge: a current of {current:g} A/m² was asked; it must exceed zero")
    duration, last = basis * SECONDS_PER_HOUR / current, [monotonic()]

    def report(time, _):
        if monotonic() - last[0] > 0.2:
            last[0] = monotonic()
            progress(min(1.0, time / duration), f"{time:.0f} s discharged")

    simulation = Simulation(
        cell, resolution=resolution, nominal=basis, stoichiometry=window.charged,
        tolerance=tolerance,
        progress=report if progress is not None else None,
    )  # fmt: skip
    curve = simulation.run([Step(value=current, lower_voltage=cell.lower_voltage)])
    if progress is not None:
        progress(1.0, curve.end_reason)
    return Discharge(
        time=curve.time,
        voltage=curve.voltage,
        capacity=curve.time * current / SECONDS_PER_HOUR,
        current_density=current,
        c_rate=current / basis,
        nominal_capacity=basis,
        end_reason=curve.end_reason,
        note=_note(curve),
        curve=curve,
    )


def _note(curve: Curve) -> str:
    if curve.time.size == 1:
        if curve.end_reason == LOWER_VOLTAGE:
            return "the voltage falls below the limit as soon as the current flows"
        return "the particles cannot pass this current at all; the voltage given is at rest"
    if curve.salt[-1].min() < DEPLETION * curve.model.initial_salt:
        return "the electrolyte is depleted in part of the cell: its transport limits"
    return ""
