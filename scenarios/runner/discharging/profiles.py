"""Fields of a discharge over the cell's thickness at some of its times."""

from dataclasses import dataclass

import numpy as np

from electrochem.porous_electrode.curve import Curve
from scenarios.runner.discharging.columns import Columns, columns_of

NEGATIVE, SEPARATOR, POSITIVE = "negative", "separator", "positive"
TIMES = 10
"""Profiles stand at the start and after every tenth of the capacity."""


@dataclass(frozen=True)
class Profiles:
    """k times of a discharge on n volumes from the negative side; nan where there is no solid.

    index : (k,) points of the curve; time : (k,) [s]; capacity : (k,) [A h/m²]
    edge : (n + 1,), height : (n,) faces and centres of the volumes [m]; layer : (n,) names
    salt [mol/m³], electrolyte_potential, solid_potential [V], reaction [A/m³] of electrode volume,
        positive where lithium leaves the particles, surface and mean stoichiometry : (k, n), of
        several sizes by their area and by their lithium, of a cell's columns the means
    columns : the same column by column; None where nothing changes in the plane
    """

    index: np.ndarray
    time: np.ndarray
    capacity: np.ndarray
    edge: np.ndarray
    height: np.ndarray
    layer: list[str]
    columns: Columns | None
    salt: np.ndarray
    electrolyte_potential: np.ndarray
    solid_potential: np.ndarray
    reaction: np.ndarray
    surface: np.ndarray
    mean: np.ndarray


def points_of(curve: Curve, times: int = TIMES) -> np.ndarray:
    """The points nearest to even steps of the capacity, first and last included."""
    capacity = curve.capacity
    wanted = np.linspace(capacity[0], capacity[-1], times + 1)
    return np.unique(np.abs(capacity[None] - wanted[:, None]).argmin(axis=1))


def profiles_of(curve: Curve, index: np.ndarray | None = None) -> Profiles:
    """The fields at points of the curve, by default those of `points_of`."""
    index = points_of(curve) if index is None else index
    capacity = curve.capacity
    grid, particles = curve.model.grid, curve.model.particles
    solid = grid.solid_volume
    columns, n = grid.capacity.shape
    volume = np.repeat(np.arange(columns * n), np.diff(particles.first)) % n

    def summed(values):
        """(k, m) of the particles → (k, n) sums over columns and sizes."""
        total = np.zeros((n, len(index)))
        np.add.at(total, volume, values.T)
        return total.T

    def averaged(values, weight):
        weights = np.bincount(volume, weight, minlength=n)
        means = np.full((len(index), n), np.nan)
        means[:, solid] = summed(values * weight)[:, solid] / weights[solid]
        return means

    reaction = summed(curve.reaction[index] * particles.area) / (columns * grid.width)
    edge = np.concatenate([[0.0], np.cumsum(grid.width)])
    return Profiles(
        index=index,
        time=curve.time[index],
        capacity=capacity[index],
        edge=edge,
        height=0.5 * (edge[1:] + edge[:-1]),
        layer=layers_of(solid),
        columns=columns_of(curve, index),
        salt=curve.salt[index].mean(axis=1),
        electrolyte_potential=curve.electrolyte_potential[index].mean(axis=1),
        solid_potential=np.where(solid, curve.solid_potential[index].mean(axis=1), np.nan),
        reaction=np.where(solid, reaction, np.nan),
        surface=averaged(curve.surface[index], particles.area),
        mean=averaged(curve.mean[index], particles.held),
    )


def layers_of(solid: np.ndarray) -> list[str]:
    """Layer of each volume, by whether it has a solid. A half cell begins with its separator."""
    first_of_separator = int(np.argmin(solid))
    return [
        SEPARATOR if not has_solid else NEGATIVE if z < first_of_separator else POSITIVE
        for z, has_solid in enumerate(solid)
    ]
