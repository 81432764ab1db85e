"""The companion of a series: the same loading path, but of bonds that hold.

Where particles break, stress is gone: how much of the material is loaded beyond its strength shows
only while nothing breaks. Contacts yield and binder flows as on the first path; all else is equal.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from dem.grains import ACTIVE
from dem.loading import Pressing, load
from dem.second_path import SecondPath
from dem.simulation import Simulation
from dem.stress import grain_stress, von_mises

LIMITS = (100e6, 150e6)
"""Von Mises stresses [Pa] between which secondary particles of NMC yield (Lim et al. 2025)."""
_SPACING = 0.01
"""Relative spacing in density of the readings along the path."""


class Peak(NamedTuple):
    """The unbroken electrode at the loaded density of a state of the series.

    density [kg/m³], pressure [Pa]; von_mises : (n,) [Pa], of the grains
    """

    density: float
    pressure: float
    von_mises: np.ndarray


@dataclass
class Companion(SecondPath):
    """The loading path of unbroken bonds, which notes its stress at each of the densities.

    densities : (k,) loaded ones [kg/m³], rising; peaks : as far as it has come, in their order
    readings : density [kg/m³], pressure [Pa] and volume share above each of LIMITS along the path
    """

    densities: tuple[float, ...] = ()
    peaks: list[Peak] = field(default_factory=list)
    readings: list[tuple[float, ...]] = field(default_factory=list)

    def advance(self) -> None:
        """Load to the next state; note the stress at each density that it is the first to reach."""
        super().advance()
        if self.fault is not None:
            return
        value, pressure = self.record[-1][0], load(self.sim)
        due = sum(density <= value for density in self.densities) - len(self.peaks)
        if due > 0 or not self.readings or value > self.readings[-1][0] * (1 + _SPACING):
            self._read(value, pressure, due)
        if pressure > self.pressing.pressure_limit and not self.finished:
            self.ended = (
                f"unbroken, the electrode takes {pressure / 1e6:.0f} MPa at "
                f"{value / 1000:.3g} g/cm³, beyond calendering.pressure_limit"
            )

    def _read(self, density: float, pressure: float, due: int) -> None:
        stress = von_mises(grain_stress(self.sim))
        shares = [
            volume_above(stress, self.sim.volume, self.sim.material, limit) for limit in LIMITS
        ]
        self.readings.append((density, pressure, *shares))
        self.peaks += [Peak(density, pressure, stress)] * due

    def peak_at(self, density: float) -> Peak | None:
        """The peak at one of the densities; None where it did not come so far."""
        index = self.densities.index(density)
        return self.peaks[index] if index < len(self.peaks) else None


def unbroken(sim: Simulation, pressing: Pressing, densities: list[float]) -> Companion:
    """The companion from the unloaded picture `sim`, whose bonds will hold from now on.

    densities : loaded ones [kg/m³] at which its stress is wanted, in any order
    """
    sim.breaking = False
    rising = tuple(sorted(set(densities)))
    return Companion(sim, pressing, until=rising[-1], densities=rising)


def volume_above(
    stress: np.ndarray, volume: np.ndarray, material: np.ndarray, limit: float
) -> float:
    """Share of the active volume whose von Mises stress exceeds a limit.

    stress : (n,) [Pa], volume : (n,) [m³], material : (n,), of the grains; limit [Pa]
    """
    active = material == ACTIVE
    above = active & (stress > limit)
    return float(volume[above].sum() / volume[active].sum())
