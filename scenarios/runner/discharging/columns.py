"""Fields of a cell in three dimensions, column by column of its plane."""

from dataclasses import dataclass

import numpy as np

from electrochem.porous_electrode.curve import Curve


@dataclass(frozen=True)
class Columns:
    """k times on n volumes from the negative side and (ny, nx) columns; fields as of `Profiles`.

    footprint : (y, x) [m]; salt, electrolyte_potential, solid_potential, reaction, surface, mean :
        (k, n, ny, nx)
    """

    footprint: tuple[float, float]
    salt: np.ndarray
    electrolyte_potential: np.ndarray
    solid_potential: np.ndarray
    reaction: np.ndarray
    surface: np.ndarray
    mean: np.ndarray


def columns_of(curve: Curve, index: np.ndarray) -> Columns | None:
    """The fields at points of a curve; None where nothing changes in the plane."""
    if curve.columns == (1, 1):
        return None
    grid, particles = curve.model.grid, curve.model.particles
    count, n = grid.capacity.shape
    volume = np.repeat(np.arange(count * n), np.diff(particles.first))

    def upright(values):
        """(k, p, n) → (k, n, ny, nx)."""
        return np.moveaxis(values, 1, 2).reshape(len(values), n, *curve.columns)

    def summed(values):
        """(k, m) of the particles → (k, p, n) sums over sizes; nan where there is no solid."""
        total = np.zeros((count * n, len(values)))
        np.add.at(total, volume, values.T)
        return np.where(grid.solid_volume, total.T.reshape(len(values), count, n), np.nan)

    def averaged(values, weight):
        return summed(values * weight) / summed(weight[None])

    fields = {
        "salt": curve.salt[index],
        "electrolyte_potential": curve.electrolyte_potential[index],
        "solid_potential": np.where(grid.solid_volume, curve.solid_potential[index], np.nan),
        "reaction": summed(curve.reaction[index] * particles.area) / grid.width,
        "surface": averaged(curve.surface[index], particles.area),
        "mean": averaged(curve.mean[index], particles.held),
    }
    return Columns(curve.footprint, **{name: upright(values) for name, values in fields.items()})
