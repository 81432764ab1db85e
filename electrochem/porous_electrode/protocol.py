"""What is done to a cell, step by step: currents, voltages, powers, rests and tables."""

from dataclasses import dataclass

import numpy as np

from dem.errors import InputError
from electrochem.porous_electrode.newton import CURRENT, POWER, VOLTAGE

MODES = {"current": CURRENT, "voltage": VOLTAGE, "power": POWER}


@dataclass(frozen=True, eq=False)
class Step:
    """One step of a protocol; positive currents discharge.

    mode : "current" [A/m²], "voltage" [V] or "power" [W/m²]; value : what is held
    c_rate : instead of value, of the nominal capacity; times, values : instead of value, a table
        of currents [A/m²] over times [s] since the step began, straight between them
    duration : [s]; lower_voltage, upper_voltage : limits [V], None for none
    least_current : [A/m²] magnitude, or least_c_rate, at which a held voltage or power ends
    Of a current or a power the lower limit counts while it discharges, the upper while it charges.
    A limit that is passed already ends the step at once.

    Raises InputError on a step that would never end or that has no value.
    """

    mode: str = "current"
    value: float | None = None
    c_rate: float | None = None
    times: tuple[float, ...] | None = None
    values: tuple[float, ...] | None = None
    duration: float = np.inf
    lower_voltage: float | None = None
    upper_voltage: float | None = None
    least_current: float = 0.0
    least_c_rate: float = 0.0

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise InputError(f"Step.mode is {self.mode!r}; one of {', '.join(MODES)} was expected")
        given = [self.value is not None, self.c_rate is not None, self.times is not None]
        if sum(given) != 1 or (self.times is None) != (self.values is None):
            raise InputError("Step: give either value, c_rate, or times with values")
        if self.c_rate is not None and self.mode != "current":
            raise InputError("Step.c_rate goes with the mode current alone")
        if self.times is not None and (
            len(self.times) != len(self.values) or (np.diff(self.times) <= 0.0).any()
        ):
            raise InputError("Step.times must rise, with one of Step.values for each")
        if self.times is not None and not self.times:
            raise InputError("Step.times is empty")
        numbers = [
            self.value, self.c_rate, *(self.values or ()), *(self.times or ()),
            self.lower_voltage, self.upper_voltage,
        ]  # fmt: skip
        given_numbers = [number for number in numbers if number is not None]
        if not all(isinstance(number, int | float) for number in given_numbers):
            raise InputError("Step: numbers were expected")
        if not np.isfinite(given_numbers).all():
            raise InputError("Step: a finite value was expected")
        if not self.duration > 0.0:
            raise InputError(f"Step.duration is {self.duration:g} s; above zero was expected")
        low, high = self.lower_voltage, self.upper_voltage
        if low is not None and high is not None and not low < high:
            raise InputError(f"Step.lower_voltage {low:g} V is not below upper_voltage {high:g} V")
        held = self.mode != "current" and (self.least_current > 0.0 or self.least_c_rate > 0.0)
        last = self.values[-1] if self.values else self.c_rate if self.value is None else self.value
        meets = low is not None or high is not None
        if self.mode != "voltage":
            meets = (low is not None and last > 0.0) or (high is not None and last < 0.0)
        ends = held or meets
        if not np.isfinite(self.duration) and not ends:
            raise InputError("Step: it would never end; give a duration or a limit")

    def table(self, nominal: float) -> tuple[np.ndarray, np.ndarray]:
        """Times and held values; nominal : capacity per area [A h/m²]."""
        if self.times is not None:
            return np.array(self.times, dtype=float), np.array(self.values, dtype=float)
        value = self.value if self.c_rate is None else self.c_rate * nominal
        return np.zeros(1), np.array([float(value)])


def discharge_at(c_rate: float, lower_voltage: float) -> Step:
    """Constant current until the lower voltage limit."""
    return Step(c_rate=c_rate, lower_voltage=lower_voltage)


def charge_at(c_rate: float, upper_voltage: float) -> Step:
    """Constant current until the upper voltage limit; c_rate above zero."""
    return Step(c_rate=-c_rate, upper_voltage=upper_voltage)


def hold(voltage: float, until_c_rate: float) -> Step:
    """Constant voltage until the current has fallen to a C-rate."""
    return Step("voltage", voltage, least_c_rate=until_c_rate)


def rest(duration: float) -> Step:
    """No current for so many seconds."""
    return Step("current", 0.0, duration=duration)


def cycle(c_rate, lower_voltage, upper_voltage, until_c_rate=0.05, pause=600.0) -> list[Step]:
    """Discharge, rest, charge by constant current and then constant voltage, rest."""
    return [
        discharge_at(c_rate, lower_voltage),
        rest(pause),
        charge_at(c_rate, upper_voltage),
        hold(upper_voltage, until_c_rate),
        rest(pause),
    ]
