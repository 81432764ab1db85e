"""The particles in the finite volumes of a cell, and the shells along their radius."""

from typing import NamedTuple

import numpy as np

from electrochem.crossing import crossing
from electrochem.kinetics import FARADAY
from electrochem.materials.active_material import Constant
from electrochem.porous_electrode.cell import Cell
from electrochem.porous_electrode.grid import Resolution, columns_first, layers_of, spread_parts


class Particles(NamedTuple):
    """m particles, one for each size in each volume of an electrode, in the order of the volumes.

    first : (p n + 1,) the slice of each volume; electrode : (m,) which of the cell's
    area : (m,) reacting surface per area of a column; film : (m,) resistance on it [Ω m²]
    uptake : (m,) what j empties a sphere by, over three [m²/(A s)]; held : (m,) [mol/m²] at x = 1
    radius_squared : (m,) [m²]; constant_diffusivity : (electrodes,) whether D_s depends on nothing
    shell_volume : (nr,) ∫ρ² dρ, ρ = r/R; face : (nr − 1,) ρ² over the distance of the means beside
        it; surface_distance : from the last mean to ρ = 1
    """

    first: np.ndarray
    electrode: np.ndarray
    area: np.ndarray
    film: np.ndarray
    uptake: np.ndarray
    held: np.ndarray
    radius_squared: np.ndarray
    constant_diffusivity: np.ndarray
    shell_volume: np.ndarray
    face: np.ndarray
    surface_distance: float


def _shell_edges(resolution: Resolution) -> np.ndarray:
    """(radial + 1,) ρ = r/R of the shells' faces; gradients gather under the surface."""
    count, outermost = resolution.radial, resolution.outermost
    thickness = np.linspace(8.0, 1.0, count)
    if outermost is not None:
        inwards = np.arange(count)[::-1]
        growth = crossing(lambda q: outermost * (q**inwards).sum() - 1.0, 1.0, 1e3)
        thickness = growth**inwards
    return np.concatenate([[0.0], np.cumsum(thickness)]) / thickness.sum()


def particles_of(cell: Cell, resolution: Resolution) -> Particles:
    """The particles of a cell's volumes, with shells that thin towards the surface."""
    layers = layers_of(cell, resolution)
    areas, uptakes, helds, squares, films, which, counts = [], [], [], [], [], [], []
    number = 0
    for layer in layers:
        size = layer.porosity.shape[0]
        if layer.electrode is None:
            counts.append(np.zeros(size, dtype=int))
            continue
        electrode = layer.electrode
        radii, shares = electrode.sizes
        turned = number == len(cell.electrodes) - 1

        def spread(name, electrode=electrode, size=size, turned=turned):
            values = spread_parts(electrode.local(name), size, cell.columns, turned)
            return columns_first(values)[..., None]

        surface = spread("surface_area") * (shares / radii) / (shares / radii).sum()
        filled = spread("active_fraction") * shares * electrode.material.maximum_concentration
        ones = np.ones_like(surface)
        areas.append(surface * layer.width)
        uptakes.append(surface / (3.0 * filled * FARADAY))
        helds.append(filled * layer.width)
        squares.append(ones * radii**2)
        films.append(ones * electrode.film_resistance)
        which.append(number * ones)
        counts.append(np.full(size, radii.size))
        number += 1

    def in_order(parts):
        """(p, n, k) of each electrode → (m,), column after column."""
        return np.concatenate([part.reshape(part.shape[0], -1) for part in parts], axis=1).ravel()

    columns = cell.columns[0] * cell.columns[1]
    first = np.concatenate([[0], np.cumsum(np.tile(np.concatenate(counts), columns))])
    edge = _shell_edges(resolution)
    # Distances that make differences of shell means exact for c ∝ ρ², the profile under a steady
    # flux: mean ρ² differs by 2 ρ_face times the distance.
    mean_square = 0.6 * np.diff(edge**5) / np.diff(edge**3)
    return Particles(
        first=first,
        electrode=in_order(which).astype(np.int64),
        area=in_order(areas),
        film=in_order(films),
        uptake=in_order(uptakes),
        held=in_order(helds),
        radius_squared=in_order(squares),
        constant_diffusivity=np.array(
            [isinstance(electrode.material.diffusivity, Constant) for electrode in cell.electrodes]
        ),
        shell_volume=np.diff(edge**3) / 3.0,
        face=edge[1:-1] ** 2 * (2.0 * edge[1:-1]) / np.diff(mean_square),
        surface_distance=float(0.5 * (1.0 - mean_square[-1])),
    )
