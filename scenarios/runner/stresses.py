"""How much of the active material was loaded beyond its strength, breaking and unbroken."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dem.calender import Calendering, State
from dem.companion import LIMITS, Companion, volume_above
from dem.grains import ACTIVE
from dem.stress import von_mises
from voxelize.volume import Volume

OFF = "mechanics.companion is off: nothing was pressed with bonds that hold"
"""Why the columns are blank where no companion was asked for."""


@dataclass(frozen=True, eq=False)
class GrainStress:
    """Von Mises stress of the grains at peak load, (n,) [Pa].

    breaking : of the run itself; unbroken : of its companion, None where there is none
    pressure : [Pa], on the companion's plates
    """

    breaking: np.ndarray
    unbroken: np.ndarray | None = None
    pressure: float | None = None

    def by_name(self) -> dict[str, np.ndarray]:
        """Stresses of the grains by their names for ParaView, (n,) [MPa]."""
        known = {"von_mises_MPa": self.breaking, "unbroken_von_mises_MPa": self.unbroken}
        return {name: 1e-6 * values for name, values in known.items() if values is not None}


def loaded_density(state: State, pressing: Calendering) -> float:
    """Density of a state at its peak load [kg/m³]."""
    return pressing.pressing.coating_mass / (pressing.path.box.area * state.loaded_thickness)


def stress_of(state: State, pressing: Calendering, companion: Companion | None) -> GrainStress:
    """Stress of a state's grains and that of its companion; unloaded, both are zero."""
    breaking = von_mises(state.stress)
    if companion is None:
        return GrainStress(breaking)
    if state.skeleton is None:
        return GrainStress(breaking, np.zeros(len(breaking)), 0.0)
    peak = companion.peak_at(loaded_density(state, pressing))
    if peak is None:
        return GrainStress(breaking)
    return GrainStress(breaking, peak.von_mises, peak.pressure)


def stress_row(stress: GrainStress, state: State) -> dict[str, Any]:
    """Columns of summary.csv; blank where the companion did not come to this state."""
    grains = state.grains
    row = {}
    for prefix, values in (("", stress.unbroken), ("breaking_", stress.breaking)):
        for limit in LIMITS:
            share = None
            if values is not None:
                share = volume_above(values, grains.volume, grains.material, limit)
            row[f"{prefix}am_volume_above_{limit / 1e6:.0f}MPa"] = share
    pressure = stress.pressure
    return {**row, "companion_pressure_MPa": None if pressure is None else pressure / 1e6}


def stress_profile(
    stress: GrainStress, state: State, volume: Volume, grain: np.ndarray
) -> dict[str, list[float]]:
    """Share of each layer's active material whose grain was above a stress at peak load.

    grain : (nz, ny, nx), grain of each voxel of the released state, −1 for none
    Returns by name in run.h5 the layers from the collector up; nan where one holds none.
    """
    coating = grain[volume.coating]
    # Index −1, no grain, reads the appended last entry.
    active = np.append(state.grains.material == ACTIVE, False)
    held = np.array([np.count_nonzero(active[layer]) for layer in coating], float)
    held[held == 0.0] = np.nan
    found = {}
    for prefix, values in (("", stress.unbroken), ("breaking_", stress.breaking)):
        for limit in LIMITS if values is not None else ():
            above = active.copy()
            above[:-1] &= values > limit
            count = np.array([np.count_nonzero(above[layer]) for layer in coating])
            name = f"profile_{prefix}am_above_{limit / 1e6:.0f}MPa"
            found[name] = (count / held).tolist()
    return found


def plain(companion: Companion | None, asked: bool) -> dict[str, Any]:
    """What summary.json says of the companion: how far it came, or why there is none."""
    if companion is None:
        return {"pressed": False, "reason": "nothing was pressed" if asked else OFF}
    found = {"pressed": True, "density_g_cm3": float(f"{companion.record[-1][0] / 1000:.6g}")}
    return {**found, "ended": companion.ended} if companion.ended else found


def companion_warnings(
    companion: Companion | None, pressing: Calendering, states: list[State], names: list[str]
) -> list[str]:
    """Says which states have no figures of the companion, and why; states : as coated first."""
    if companion is None or not companion.ended:
        return []
    missing = [
        name
        for name, state in zip(names[1:], states[1:], strict=True)
        if companion.peak_at(loaded_density(state, pressing)) is None
    ]
    return [
        f"{', '.join(missing)}: how much active material would be loaded beyond its strength is "
        f"not known: {companion.ended}"
    ]
