"""What a pass between rolls would show: its figures in summary.json, its pressure in run.h5."""

from collections.abc import Sequence
from typing import Any

import h5py

from dem.calender import Calendering, State
from dem.calendering.nip import Nip
from dem.calendering.passes import Passes
from dem.calendering.targets import DENSITY, LINE_LOAD, PRESSURE, Target


def line_load(state: State) -> float:
    """Line load that a state took [N/mm], 0 where nothing pressed it."""
    return 0.0 if state.nip is None else state.nip.line_load / 1e3


_UNITS = {
    DENSITY: (1e-3, "", "target_density_g_cm3", 2),
    PRESSURE: (1e-6, "_MPa", "target_pressure_MPa", 0),
    LINE_LOAD: (1e-3, "_N_mm", "target_line_load_N_mm", 0),
}
"""Of a measure: factor to its unit, how a name ends, its column, fewest decimals in a name."""


_NAME_OFF = 1e-3
"""By how much a name may be off its target, as a share of it."""


def name_of_target(target: Target, digits: int) -> str:
    """Name of a state by its target, with so many digits more than tell it."""
    factor, unit, _, decimals = _UNITS[target.measure]
    value = factor * target.value
    while abs(float(f"{value:.{decimals}f}") - value) > _NAME_OFF * value:
        decimals += 1
    return f"{value:.{decimals + digits}f}{unit}"


def target_columns(target: Target | None) -> dict[str, float | None]:
    """The target density, blank for a state that was driven to anything else."""
    density = target is not None and target.measure == DENSITY
    return {"target_density_g_cm3": target.value / 1000 if density else None}


def applied_target(target: Target | None) -> dict[str, float]:
    """The column of a target that is no density."""
    if target is None or target.measure == DENSITY:
        return {}
    factor, _, column, _ = _UNITS[target.measure]
    return {column: _rounded(factor * target.value)}


def summary(
    pressing: Calendering | Passes, states: Sequence[State], names: Sequence[str]
) -> dict[str, Any]:
    """What summary.json holds of the nip under that name; nothing where nothing was pressed."""
    found = {
        name: figures(state.nip)
        for name, state in zip(names, states, strict=True)
        if state.nip is not None
    }
    rolls = pressing.pressing.rolls
    machine = {
        "roll_diameter_mm": _rounded(1e3 * rolls.diameter),
        "web_speed_m_min": _rounded(60.0 * rolls.web_speed),
        "coated_sides": rolls.coated_sides,
    }
    return {"nip": {**machine, "states": found}} if found else {}


def figures(nip: Nip) -> dict[str, float]:
    """The figures of a nip by their names in summary.json, to six digits."""
    found = {
        "line_load_N_mm": nip.line_load / 1e3,
        "line_load_in_N_mm": nip.load_in / 1e3,
        "line_load_out_N_mm": nip.load_out / 1e3,
        "thickness_before_um": 1e6 * nip.before,
        "gap_um": 1e6 * nip.gap,
        "thickness_after_um": 1e6 * nip.after,
        "compaction": nip.compaction,
        "contact_length_in_mm": 1e3 * nip.entry,
        "contact_length_out_mm": 1e3 * nip.exit,
        "residence_time_ms": 1e3 * nip.residence_time,
        "peak_pressure_MPa": 1e-6 * nip.peak_pressure,
        "peak_position_mm": 1e3 * nip.peak_position,
    }
    return {name: _rounded(value) for name, value in found.items()}


def write(group: h5py.Group, state: State) -> None:
    """Write the pressure along a state's nip, if it has one."""
    if state.nip is None:
        return
    group["nip/position_mm"] = 1e3 * state.nip.position
    group["nip/pressure_MPa"] = 1e-6 * state.nip.pressure


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")
