"""Laws of the pores over the states of a run: Bruggeman's exponent, and capacity over rate."""

from typing import Any

import numpy as np

from dem.errors import InputError
from electrochem.materials import ELECTROLYTES
from electrochem.transport.bruggeman import BruggemanFit, bruggeman_exponent, fit_bruggeman
from electrochem.transport.penetration_depth import (
    Salt,
    capacity_share,
    critical_current_density,
    penetration_depth,
    salt_of,
)
from scenarios.runner.discharges import nominal_capacity_of
from scenarios.runner.results import Rows
from scenarios.runner.schema.cell import Cell
from scenarios.runner.states import StateFigures

CONFIDENCE = 0.95
FEWEST = 3
"""States of different porosity that a fit of two constants with an interval takes."""
RATES = (1.0, 2.0, 5.0, 10.0, 20.0)
"""C-rates that the estimate is told at, beside those of the scenario."""
ESTIMATE = (
    "Tambio et al. (2020): all lithium reacts beyond the depth that salt reaches; within a factor "
    "of two up to seven times the critical current, not a discharge curve"
)


def percolating(rows: Rows) -> list[tuple[str, float, float]]:
    """State, porosity and tortuosity factor of the states whose pores percolate."""
    found = []
    for row in rows:
        space, factor = row.get("porosity"), row.get("tortuosity_factor_z")
        if space is not None and factor is not None and np.isfinite([space, factor]).all():
            found.append((str(row.get("state", "")), float(space), float(factor)))
    return found


def fitted(rows: Rows, prefactor: bool = True) -> BruggemanFit | str:
    """τ² = a ε^(1−α) over the states of a table, or why there is no fit."""
    states = percolating(rows)
    different = len({space for _, space, _ in states})
    if different < FEWEST:
        return (
            f"{different} states of different porosity whose pores percolate; a fit takes at "
            f"least {FEWEST}"
        )
    try:
        return fit_bruggeman(
            [space for _, space, _ in states], [factor for *_, factor in states], CONFIDENCE,
            prefactor,
        )  # fmt: skip
    except InputError as error:
        return str(error)


def plain(figures: list[StateFigures], cell: Cell) -> dict[str, Any]:
    """What summary.json holds of both, under `bruggeman` and `penetration_depth`."""
    rows = [{**of.row, "state": of.name} for of in figures]
    return {"bruggeman": _plain_fits(rows), "penetration_depth": _penetration(figures, cell)}


def _plain_fits(rows: Rows) -> dict[str, Any]:
    free, tied = fitted(rows), fitted(rows, prefactor=False)
    if isinstance(free, str) or isinstance(tied, str):
        return {"fitted": False, "reason": free if isinstance(free, str) else tied}
    states = percolating(rows)
    return {
        "fitted": True,
        "law": "tortuosity_factor = prefactor * porosity**(1 - exponent)",
        "confidence": CONFIDENCE,
        "states": [name for name, *_ in states],
        "porosity": [_rounded(space) for space in free.porosity],
        "exponent": _interval(free.exponent, free.exponent_interval),
        "prefactor": _interval(free.prefactor, free.prefactor_interval),
        "scatter": _rounded(free.scatter),
        "without_prefactor": {
            "exponent": _interval(tied.exponent, tied.exponent_interval),
            "scatter": _rounded(tied.scatter),
        },
        "exponent_of_state": {
            name: _rounded(bruggeman_exponent(space, factor)) for name, space, factor in states
        },
    }


def _penetration(figures: list[StateFigures], cell: Cell) -> dict[str, Any]:
    if cell.kind == "none":
        return {"estimated": False, "reason": 'no cell is asked for (cell.kind is "none")'}
    salt = salt_of(ELECTROLYTES[cell.electrolyte](cell.concentration), cell.temperature)
    rates = sorted({*RATES, *cell.rates})
    states = {}
    for of in figures:
        try:
            states[of.name] = _of_state(of, cell, salt, rates)
        except InputError as error:
            states[of.name] = {"estimated": False, "reason": str(error)}
    return {
        "estimated": any(each["estimated"] for each in states.values()),
        "estimate": ESTIMATE,
        "salt_diffusivity_m2_s": _rounded(salt.diffusivity),
        "salt_concentration_mol_m3": _rounded(salt.concentration),
        "transference_number": _rounded(salt.transference_number),
        "rates_C": rates,
        "of_state": states,
    }


def _of_state(of: StateFigures, cell: Cell, salt: Salt, rates: list[float]) -> dict[str, Any]:
    row = of.row
    pores = row["porosity"], row["tortuosity_factor_z"], salt
    thickness = 1e-6 * row["thickness_um"]
    if not np.isfinite(row["tortuosity_factor_z"]):
        raise InputError("its pores do not percolate")
    critical = critical_current_density(thickness, *pores)
    nominal = nominal_capacity_of(of, cell)
    currents = nominal * np.array(rates)
    return {
        "estimated": True,
        "nominal_capacity_mAh_cm2": _rounded(0.1 * nominal),
        "critical_current_density_mA_cm2": _rounded(0.1 * critical),
        "critical_rate_C": _rounded(critical / nominal),
        "penetration_depth_um": _rounded(1e6 * penetration_depth(currents, *pores)),
        "capacity_share": _rounded(capacity_share(currents, thickness, *pores)),
    }


def _interval(value: float, interval: tuple[float, float]) -> dict[str, float]:
    low, high = interval
    return {"value": _rounded(value), "low": _rounded(low), "high": _rounded(high)}


def _rounded(value: Any) -> Any:
    if np.ndim(value):
        return [_rounded(each) for each in value]
    return float(f"{value:.6g}")
