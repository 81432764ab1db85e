"""The loading path once more at half the inertial number: does the speed show in its figures?"""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from dem.loading import PATH_COLUMNS, Pressing
from dem.second_path import SecondPath
from dem.simulation import Simulation

LIMIT = 0.05
"""Relative change from speed to half the speed up to which a path counts as quasi-static."""
_SEATINGS = 20.0
"""Pressures are compared from so many seating pressures on: below, a few grains carry the plate."""
FEWEST_BROKEN = 0.01
"""Broken-bond shares are compared from here on: below, single bonds are the change."""
_WINDOW = 0.005
"""Single readings fluctuate with the waves between the planes; means over ± this density do not."""


@dataclass
class HalfSpeed(SecondPath):
    """The second path, at half the inertial number."""


def at_half_speed(sim: Simulation, pressing: Pressing, until: float) -> HalfSpeed:
    """The second path, from the unloaded picture `sim`."""
    half = replace(pressing, inertial_number=0.5 * pressing.inertial_number)
    return HalfSpeed(sim, half, until)


def speed_shows(
    record: list[tuple[float, ...]], half: list[tuple[float, ...]], seating_pressure: float
) -> dict[str, Any]:
    """How far a path's loading pressure and broken-bond share change at half the speed.

    record, half : rows of PATH_COLUMNS; changes are relative to the first path and signed, the
        largest by size, None where nothing can be compared; densities [kg/m³] are where they are
    """
    densities, pressure, broken = _smoothed(record, half)
    found = {}
    for name, (first, second), least in (
        ("pressure", pressure, _SEATINGS * seating_pressure),
        ("broken_bond", broken, FEWEST_BROKEN),
    ):
        counts = (first > least) & (pressure[0] > _SEATINGS * seating_pressure)
        change, at = None, None
        if counts.any():
            relative = np.where(counts, second / np.where(counts, first, 1.0) - 1.0, 0.0)
            largest = int(np.argmax(np.abs(relative)))
            change, at = float(relative[largest]), float(densities[largest])
        found[f"{name}_change"], found[f"{name}_change_at"] = change, at
    changes = [found["pressure_change"], found["broken_bond_change"]]
    met = [abs(change) < LIMIT for change in changes if change is not None]
    return {**found, "limit": LIMIT, "quasi_static": bool(met) and all(met)}


class Extrapolated(NamedTuple):
    """A reading at full speed, at half of it, and what the two say of none.

    Inertia adds to it in proportion to the speed, to first order (the μ(I) rheology, GDR MiDi
    2004): at rest it is twice the second less the first. error : what half the speed changed.
    """

    full: float
    half: float
    at_rest: float
    error: float


def at_rest(
    record: list[tuple[float, ...]], half: list[tuple[float, ...]], density: float
) -> tuple[Extrapolated, Extrapolated] | None:
    """Loading pressure [Pa] and broken-bond share of a loaded density [kg/m³], without speed.

    record, half : rows of PATH_COLUMNS; None where one of them did not come to this density
    """
    rows = _rows(record, half)
    if not all(path[0, 0] <= density <= path[-1, 0] for path in rows):
        return None
    pressure, broken = (
        Extrapolated(first, second, 2.0 * second - first, abs(second - first))
        for first, second in np.transpose([_means(path, np.array([density])) for path in rows])[0]
    )
    return pressure, broken


def _rows(*paths):
    return [np.array(path).reshape(-1, len(PATH_COLUMNS)) for path in paths]


def _smoothed(record, half):
    """Densities that both paths passed, and both paths' mean pressures and broken-bond shares."""
    rows = _rows(record, half)
    end = min(path[-1, 0] for path in rows)
    steps = max(int(np.log(end / rows[0][0, 0]) / _WINDOW), 1)
    densities = np.geomspace(rows[0][0, 0], end, steps + 1)
    pressures, shares = zip(*(_means(path, densities) for path in rows), strict=True)
    return densities, pressures, shares


def _means(path, densities):
    """Mean pressure and broken-bond share of a path's states around each density, (2, k)."""
    near = np.abs(path[:, 0] / densities[:, None] - 1.0) <= _WINDOW
    weight = near / np.maximum(near.sum(axis=1, keepdims=True), 1)
    broken = path[:, PATH_COLUMNS.index("broken_bond_fraction")]
    return np.array([weight @ path[:, 2:4].mean(axis=1), weight @ broken])
