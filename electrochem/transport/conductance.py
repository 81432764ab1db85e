"""A conducting volume as a network: cells on a grid, a conductance on each face."""

from typing import NamedTuple

import numpy as np

INSULATING = 0
"""Class of cells that conduct nothing, and of everything beyond no-flux sides."""


class Network(NamedTuple):
    """Cells of n classes between two electrodes; lengths in voxels, conductances per voxel length.

    classes : (nz+2, ny+2, nx+2) uint8, INSULATING, then conducting classes; the last is the
        electrodes. One layer of halo on every side: electrodes below and above, neighbours across
        a periodic seam or INSULATING around.
    tables : (t, n, n), conductance of a face from the classes of its (lower, upper) cell
    across : (nz+1,) int64, which table holds for the horizontal faces at this height
    within : (nz,) int64, which table holds for the vertical faces of this layer
    seam : an odd periodic length, so that cells of one colour touch across the seam
    """

    classes: np.ndarray
    tables: np.ndarray
    across: np.ndarray
    within: np.ndarray
    seam: bool


def face_conductances(conductivity: np.ndarray, lower: float, upper: float) -> np.ndarray:
    """(n, n) conductance of a unit face between two half cells in series.

    conductivity : (n,), may hold 0 (insulator) and inf (electrode); lower, upper : cell heights
    Two equal cells give the harmonic mean, a cell on an electrode its half-cell conductance.
    """
    with np.errstate(divide="ignore"):
        resistance = 0.5 * lower / conductivity[:, None] + 0.5 * upper / conductivity[None, :]
        conductance = 1.0 / resistance
    conductance[np.isinf(conductance)] = 0.0
    return conductance


def build_network(
    classes: np.ndarray, conductivity: np.ndarray, heights: np.ndarray, periodic: bool
) -> Network:
    """Put electrodes below the first and above the last layer of classified cells.

    classes : (nz, ny, nx) uint8, 0 insulating; conductivity : (n,) by class, conductivity[0] = 0
    heights : (nz,) layer heights in voxels; periodic : in-plane directions
    """
    layers, rows, columns = classes.shape
    electrode = len(conductivity)
    padded = np.zeros((layers + 2, rows + 2, columns + 2), np.uint8)
    padded[1:-1, 1:-1, 1:-1] = classes
    # A periodic direction of one cell has no face of its own: the cell would touch itself.
    if periodic and rows > 1:
        padded[:, 0], padded[:, -1] = padded[:, -2], padded[:, 1]
    if periodic and columns > 1:
        padded[:, :, 0], padded[:, :, -1] = padded[:, :, -2], padded[:, :, 1]
    padded[0] = padded[-1] = electrode

    with_electrode = np.append(conductivity, np.inf).astype(np.float64)
    tables: list[np.ndarray] = []
    index_of: dict[tuple, int] = {}

    def table(kind: str, lower: float, upper: float) -> int:
        key = (kind, lower, upper)
        if key not in index_of:
            index_of[key] = len(tables)
            if kind == "across":
                tables.append(face_conductances(with_electrode, lower, upper))
            else:
                tables.append(lower * face_conductances(with_electrode, 1.0, 1.0))
        return index_of[key]

    heights = [float(height) for height in heights]
    # An electrode is a perfect conductor: the height it is given beyond the ends is of no effect.
    stack = [heights[0], *heights, heights[-1]]
    across = [table("across", stack[f], stack[f + 1]) for f in range(layers + 1)]
    within = [table("within", height, height) for height in heights]
    odd = (rows > 1 and rows % 2 == 1) or (columns > 1 and columns % 2 == 1)
    return Network(
        classes=padded,
        tables=np.array(tables),
        across=np.array(across, np.int64),
        within=np.array(within, np.int64),
        seam=periodic and odd,
    )
