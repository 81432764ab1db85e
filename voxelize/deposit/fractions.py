"""Phase fractions of each voxel: what whole voxels cannot show of a surface."""

from typing import NamedTuple

import numpy as np

from dem.bonds import Bonds
from dem.grains import Grains
from dem.jit import njit
from voxelize.deposit.electrode import MINIMUM_NANOPOROSITY, deposit
from voxelize.deposit.output import collector_layers, fitting_voxel_size
from voxelize.divide.decompose import Decomposition
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR


class Fractions(NamedTuple):
    """Shares of each voxel, (nz, ny, nx) float32; with the collector's and what lies above the
    coating they add up to 1.

    am, cbd : of active material and of carbon-binder domain; pore : cracks included
    """

    am: np.ndarray
    cbd: np.ndarray
    pore: np.ndarray


def phase_fractions(
    decomposition: Decomposition,
    grains: Grains,
    bonds: Bonds,
    thickness: float,
    *,
    voxel_size: float,
    minimum_nanoporosity: float = MINIMUM_NANOPOROSITY,
    cells_per_edge: int = 2,
) -> Fractions:
    """Deposit on voxels finer by a whole number and count them in each voxel.

    What the finer deposit keeps of each fragment's volume the fractions keep to its last digit.
    Time and memory are those of the finer volume: eight times a deposit's for two cells per edge.

    voxel_size : [m], of the result, moved to fit the footprint as `deposit` moves it
    Raises InputError where no size near it fits.
    """
    # Fitted before it is divided: finer and coarser voxels must share their edges.
    voxel_size = fitting_voxel_size(decomposition.volume, voxel_size)
    fine = deposit(
        decomposition, grains, bonds, thickness, voxel_size=voxel_size / cells_per_edge,
        minimum_nanoporosity=minimum_nanoporosity,
    ).volume  # fmt: skip
    foil = collector_layers(decomposition.volume, voxel_size / decomposition.volume.voxel_size)
    layers = foil + int(np.ceil(thickness / voxel_size - 1e-9))
    rows, columns = fine.labels.shape[1:]
    assert rows % cells_per_edge == 0 and columns % cells_per_edge == 0
    shape = (layers, rows // cells_per_edge, columns // cells_per_edge)
    found = Fractions(*(np.zeros(shape, np.float32) for _ in Fractions._fields))
    # Foils of a different number of layers meet at their upper face.
    offset = foil * cells_per_edge - fine.collector_layers
    _count(fine.labels, fine.layer_weights, cells_per_edge, offset, *found)
    return found


@njit
def _count(labels, weight, per_edge, offset, active, binder, pore):
    share = 1.0 / per_edge**3
    for k in range(labels.shape[0]):
        # A thickness of whole layers but for rounding may have one finer layer more.
        c = min((k + offset) // per_edge, active.shape[0] - 1)
        for j in range(labels.shape[1]):
            for i in range(labels.shape[2]):
                b, a = j // per_edge, i // per_edge
                if weight[k] == 0.0:
                    continue
                if labels[k, j, i] == ACTIVE_MATERIAL:
                    active[c, b, a] += weight[k] * share
                elif labels[k, j, i] == CARBON_BINDER:
                    binder[c, b, a] += weight[k] * share
                elif labels[k, j, i] != COLLECTOR:
                    pore[c, b, a] += weight[k] * share
