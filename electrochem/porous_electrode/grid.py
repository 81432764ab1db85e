"""Finite volumes of the cell in columns from collector to collector.

A column stands on each place of the plane; a one-dimensional cell has one. Index of a volume:
column · n + volume along the column, from the negative side to the positive collector.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from dem.errors import InputError
from electrochem.kinetics import FARADAY
from electrochem.porous_electrode.cell import Cell
from electrochem.porous_electrode.electrode import Electrode


@dataclass(frozen=True)
class Resolution:
    """Number of finite volumes: through an electrode, through the separator, along the radius.

    An electrode of local properties gets a multiple of their number of parts. outermost : thickness
    of the outermost shell over the radius, from which shells grow inwards by one factor; left out,
    they thin evenly to an eighth of the innermost.
    """

    electrode: int = 20
    separator: int = 8
    radial: int = 20
    outermost: float | None = None

    def __post_init__(self) -> None:
        counts = (self.electrode, self.separator, self.radial)
        if min(counts) < 1 or any(int(count) != count for count in counts) or self.radial < 2:
            raise InputError(
                f"Resolution is {self.electrode}, {self.separator}, {self.radial}; whole numbers "
                "from 1 on were expected, and two shells or more"
            )
        if self.outermost is not None and not 0.0 < self.outermost * self.radial <= 1.0:
            raise InputError(
                f"Resolution.outermost is {self.outermost:g}; at most 1/{self.radial} was expected"
            )


class Grid(NamedTuple):
    """p columns of n volumes; conductances are per area of a column.

    width : (n,) [m]; capacity : (p, n) F ε dz, charge of the salt a mol/m³ holds [C/m² m³/mol]
    pore, solid : (p, n − 1) between volumes of a column, porosity/τ² over distance [1/m] and σ over
        distance [S/m²] (zero at the separator); weight : (p, n − 1) of the upper volume's salt
        in the face's
    pore_plane, solid_plane : (2, p, n) to the next column along y and x; zero where there is none
    next_column : (2, p) that column, −1 where there is none
    solid_volume : (n,) whether a volume has a solid
    negative, positive : (p,) [S/m²] from the collectors to the first and last volume; negative is
        zero beside lithium metal
    metal : (p,) [1/m] porosity/τ² over distance from lithium metal to the first volume, else zero
    """

    width: np.ndarray
    capacity: np.ndarray
    pore: np.ndarray
    weight: np.ndarray
    solid: np.ndarray
    pore_plane: np.ndarray
    solid_plane: np.ndarray
    next_column: np.ndarray
    solid_volume: np.ndarray
    negative: np.ndarray
    positive: np.ndarray
    metal: np.ndarray


class Layer(NamedTuple):
    """A layer's properties on its volumes, (volumes, ny, nx) each, (2, …) those in the plane."""

    width: float
    porosity: np.ndarray
    transport: np.ndarray
    plane_transport: np.ndarray
    conductivity: np.ndarray
    plane_conductivity: np.ndarray
    electrode: Electrode | None


def spread_parts(values, count, columns, turned):
    """Values of even parts on `count` volumes and all columns; axis −3 runs through the layer."""
    values = np.repeat(values, count // values.shape[-3], axis=-3)
    if turned:
        values = np.flip(values, axis=-3)
    return np.broadcast_to(values, (*values.shape[:-3], count, *columns))


def _electrode_layer(electrode: Electrode, count, columns, turned) -> Layer:
    count = electrode.parts * -(-count // electrode.parts)
    through = electrode.transport_efficiency
    conductivity = electrode.local("electronic_conductivity")
    plane = np.broadcast_to(through, (2, *through.shape))
    if electrode.plane_tortuosity_factor is not None:
        plane = electrode.local("porosity") / electrode.plane_tortuosity_factor
    plane_conductivity = electrode.plane_conductivity
    if plane_conductivity is None:
        plane_conductivity = np.broadcast_to(conductivity, (2, *conductivity.shape))

    def spread(values):
        return spread_parts(values, count, columns, turned)

    return Layer(
        electrode.thickness / count, spread(electrode.local("porosity")), spread(through),
        spread(plane), spread(conductivity), spread(plane_conductivity), electrode,
    )  # fmt: skip


def _separator_layer(separator, count, columns) -> Layer:
    porosity = np.full((count, *columns), separator.porosity)
    transport = np.full_like(porosity, separator.transport_efficiency)
    nothing = np.zeros_like(porosity)
    return Layer(
        separator.thickness / count, porosity, transport, np.stack([transport] * 2), nothing,
        np.stack([nothing] * 2), None,
    )  # fmt: skip


def layers_of(cell: Cell, resolution: Resolution) -> list[Layer]:
    """The layers from the negative side to the positive collector."""
    columns = cell.columns
    layers = [
        _separator_layer(cell.separator, resolution.separator, columns),
        _electrode_layer(cell.positive, resolution.electrode, columns, turned=True),
    ]
    if not cell.is_half:
        layers.insert(0, _electrode_layer(cell.negative, resolution.electrode, columns, False))
    return layers


def columns_first(values) -> np.ndarray:
    """(…, n, ny, nx) → (…, p, n), contiguous."""
    lead, (n, ny, nx) = values.shape[:-3], values.shape[-3:]
    return np.ascontiguousarray(np.moveaxis(values.reshape(*lead, n, ny * nx), -1, -2))


def _in_series(first, second, distance_first, distance_second):
    """Conductance per area of two parts one behind the other, or none."""
    with np.errstate(divide="ignore"):
        return 1.0 / (distance_first / first + distance_second / second)


def grid_of(cell: Cell, resolution: Resolution) -> Grid:
    """The finite volumes of a cell."""
    layers = layers_of(cell, resolution)
    ny, nx = cell.columns

    def along(name):
        return columns_first(np.concatenate([getattr(layer, name) for layer in layers], axis=-3))

    counts = [layer.porosity.shape[0] for layer in layers]
    width = np.repeat([layer.width for layer in layers], counts)
    transport, conductivity = along("transport"), along("conductivity")
    resistance = 0.5 * width / transport
    solid_volume = np.repeat([layer.electrode is not None for layer in layers], counts)
    half = 0.5 * width
    number = np.arange(ny * nx).reshape(ny, nx)
    next_column = np.full((2, ny, nx), -1)
    next_column[0, :-1], next_column[1, :, :-1] = number[1:], number[:, 1:]
    next_column = next_column.reshape(2, ny * nx)
    planes = []
    for values in (along("plane_transport"), along("plane_conductivity")):
        plane = np.zeros_like(values)
        for axis, count in enumerate((ny, nx)):
            if count == 1:
                continue
            step = cell.footprint[axis] / count
            here = next_column[axis] >= 0
            there = values[axis][next_column[axis][here]]
            between = _in_series(values[axis][here], there, 0.5 * step, 0.5 * step)
            plane[axis][here] = between * width / step
        planes.append(plane)
    contact = np.broadcast_to(cell.contact_resistance, (ny, nx)).ravel()
    still = np.zeros(ny * nx)
    first = resistance[:, 0] if cell.is_half else np.full(ny * nx, np.inf)
    return Grid(
        width=width,
        capacity=FARADAY * along("porosity") * width,
        pore=1.0 / (resistance[:, :-1] + resistance[:, 1:]),
        weight=resistance[:, :-1] / (resistance[:, :-1] + resistance[:, 1:]),
        solid=_in_series(conductivity[:, :-1], conductivity[:, 1:], half[:-1], half[1:]),
        pore_plane=planes[0],
        solid_plane=planes[1],
        next_column=next_column,
        solid_volume=solid_volume,
        negative=still if cell.is_half else conductivity[:, 0] / half[0],
        positive=1.0 / (half[-1] / conductivity[:, -1] + contact),
        metal=1.0 / first,
    )
