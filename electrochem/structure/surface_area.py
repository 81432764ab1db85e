"""Surface areas between phases, from voxel faces weighted with the local normal."""

from dataclasses import dataclass

import numpy as np

from electrochem.structure.percolation import enclosed
from electrochem.structure.phase_fractions import coating, down_to_foil
from electrochem.structure.surface_normals import normal_field
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, CRACK, PORE, Volume


@dataclass(frozen=True)
class SurfaceAreas:
    """Areas per electrode volume [m²/m³]; cracks count as pore: electrolyte wets their faces.

    Pores that active material encloses on all sides, such as voids inside particles, are not wetted
    and count in none of them.
    """

    am_pore: float
    am_cbd: float
    cbd_pore: float


def _neighbour(index: np.ndarray, step: int, length: int, wraps: bool) -> np.ndarray:
    """Index of the next cell along an axis; at a closed side the cell itself, its mirror image."""
    return (index + step) % length if wraps else np.clip(index + step, 0, length - 1)


def interface_area(
    first: np.ndarray,
    second: np.ndarray,
    field: np.ndarray,
    weights: np.ndarray,
    periodic: bool,
) -> float:
    """Area between two phases: the faces they share, each weighted with |n_d|  [voxel faces].

    A plane of normal n shows |n_d| faces of direction d per unit area and Σ n_d² = 1, so faces
    weighted with their own |n_d| sum to the area (plain counting gives a sphere 3/2 of it). Only
    shared faces count: thin films keep both sides, other phases' lines and the sides add nothing.

    first, second : (n, ny, nx) bool; field : (n, ny, nx), whose gradient is the normal
    weights : (n,) layer weights: a vertical face in a cut layer counts with its height
    """
    area = 0.0
    for axis in range(3):
        if first.shape[axis] == 1:
            continue
        # The axis across the faces comes first from here on.
        is_first, is_second, values = (np.moveaxis(a, axis, 0) for a in (first, second, field))
        wraps = [periodic and a > 0 for a in (axis, *(a for a in range(3) if a != axis))]
        shape = values.shape
        end = None if wraps[0] else -1
        after = np.roll(np.arange(shape[0]), -1)[:end]
        shared = is_first[:end] & is_second[after] | is_second[:end] & is_first[after]
        lower = np.nonzero(shared)
        upper = (_neighbour(lower[0], 1, shape[0], wraps[0]), *lower[1:])
        along = (values[upper] - values[lower]).astype(np.float64)
        squares = along**2
        for other in (1, 2):
            slope = np.zeros(len(along))
            for cell in (lower, upper):
                for step in (-1, 1):
                    beside = list(cell)
                    beside[other] = _neighbour(cell[other], step, shape[other], wraps[other])
                    slope += 0.25 * step * values[tuple(beside)]
            squares += slope**2
        # A field without any slope tells no direction: such a face counts in full.
        sloped = squares > 0.0
        weight = np.ones(len(along))
        weight[sloped] = np.abs(along[sloped]) / np.sqrt(squares[sloped])
        if axis > 0:
            weight *= weights[lower[1]]
        area += float(weight.sum())
    return area


def surface_areas(volume: Volume) -> SurfaceAreas:
    """Areas between active material, binder domain and pores in the coating.

    Normals come from the gradient of smoothed distances (`normal_field`): to the active material
    for its own faces, to binder domain and pores for theirs. docs/structure.md has the bias.
    """
    thickness = coating(volume)[1].sum()
    labels, weights = down_to_foil(volume)
    active, binder = labels == ACTIVE_MATERIAL, labels == CARBON_BINDER
    void = (labels == PORE) | (labels == CRACK)
    wetted = void & ~enclosed(void | binder, volume.periodic)
    per_volume = 1.0 / (labels[0].size * thickness * volume.voxel_size)
    of_active = normal_field(active, ~active, volume.periodic)
    areas = [
        interface_area(active, wetted, of_active, weights, volume.periodic),
        interface_area(active, binder, of_active, weights, volume.periodic),
    ]
    if binder.any():
        of_binder = normal_field(binder, void, volume.periodic)
        areas.append(interface_area(binder, wetted, of_binder, weights, volume.periodic))
    else:
        areas.append(0.0)
    return SurfaceAreas(*(float(area * per_volume) for area in areas))
