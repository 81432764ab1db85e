"""A conducting volume as a network: cells on a grid, a conductance on each face."""

from typing import NamedTuple

import numpy as np

from dem.jit import leaf, njit, prange


class Network(NamedTuple):
    """Conductances of the faces between cells and of those on the electrodes below and above.

    All float32: rounding moves an answer by some 1e-8. Lengths in voxels, so that the face between
    two cubes of conductivity k has the conductance k; 0 where nothing conducts.

    z : (nz+1, ny, nx), the face below each layer; first and last are half cells on the electrodes
    y, x : (nz, ny, nx), the face before each row and column; at index 0 the periodic seam, or 0
    """

    z: np.ndarray
    y: np.ndarray
    x: np.ndarray


@njit(parallel=True)
def look_up(table, labels, out):
    """out = table[labels], labels (nz, ny, nx) uint8."""
    for k in prange(labels.shape[0]):
        for j in range(labels.shape[1]):
            for i in range(labels.shape[2]):
                out[k, j, i] = table[labels[k, j, i]]


@leaf
def _series(one, other):
    """Of two half cells, each given by its conductivity over its length."""
    both = one + other
    return 2.0 * one * other / both if both > 0.0 else 0.0 * both


@leaf
def _row_between(one, other, along, beside, out):
    """Faces between the cells of two rows; beside : edges of the cells along the rows."""
    for i in range(out.shape[0]):
        out[i] = along * beside[i] * _series(one[i], other[i])


@njit(fastmath={"nsz"})
def _fill_layer(kz, ky, kx, depth, width, breadth, seam_y, seam_x, z, y, x, k):
    layers, rows, columns = kz.shape
    here, there = np.empty(columns, np.float32), np.empty(columns, np.float32)
    for j in range(rows):
        here[:] = kz[k, j] / depth[k]
        if k == 0:
            z[0, j] = 2.0 * width[j] * breadth * here
        else:
            there[:] = kz[k - 1, j] / depth[k - 1]
            _row_between(there, here, width[j], breadth, z[k, j])
        if k == layers - 1:
            z[layers, j] = 2.0 * width[j] * breadth * here
        before = j - 1 if j > 0 else rows - 1
        if j > 0 or seam_y:
            here[:] = ky[k, j] / width[j]
            there[:] = ky[k, before] / width[before]
            _row_between(there, here, depth[k], breadth, y[k, j])
        else:
            y[k, j] = 0.0
        here[:] = kx[k, j] / breadth
        area = depth[k] * width[j]
        out = x[k, j]
        for i in range(1, columns):
            out[i] = area * _series(here[i - 1], here[i])
        out[0] = area * _series(here[columns - 1], here[0]) if seam_x else 0.0


@njit(parallel=True)
def _fill(kz, ky, kx, depth, width, breadth, seam_y, seam_x, z, y, x):
    for k in prange(kz.shape[0]):
        _fill_layer(kz, ky, kx, depth, width, breadth, seam_y, seam_x, z, y, x, np.int64(k))


def faces_between(
    conductivity: tuple[np.ndarray, np.ndarray, np.ndarray],
    spacing: tuple[np.ndarray, np.ndarray, np.ndarray],
    periodic: tuple[bool, bool],
) -> Network:
    """Faces of two half cells in series, electrodes on the lower and upper planes themselves.

    conductivity : of the cells along z, y and x, each (nz, ny, nx) float32, ≥ 0; may be one array
    spacing : (nz,), (ny,), (nx,), edges of the cells [voxels]; periodic : along y and x
    """
    layers, rows, columns = conductivity[0].shape
    net = Network(
        np.empty((layers + 1, rows, columns), np.float32),
        np.empty((layers, rows, columns), np.float32),
        np.empty((layers, rows, columns), np.float32),
    )
    # A periodic direction of one cell has no face of its own: the cell would touch itself.
    seam_y, seam_x = periodic[0] and rows > 1, periodic[1] and columns > 1
    edges = (np.asarray(each, np.float32) for each in spacing)
    _fill(*conductivity, *edges, seam_y, seam_x, *net)
    return net


@njit
def _resist(face, area, resistance):
    return face / (1.0 + face * resistance / area) if face > 0.0 else 0.0


@njit
def _add_resistance_layer(z, y, x, body, table, apart, depth, width, breadth, k):
    """`add_resistance` of one layer."""
    phase, particle = body
    rows, columns = phase.shape[1], phase.shape[2]
    for j in range(rows):
        before = j - 1 if j > 0 else rows - 1
        for i in range(columns):
            left = i - 1 if i > 0 else columns - 1
            own, of = phase[k, j, i], particle[k, j, i]
            for axis in range(3):
                if axis == 0:
                    if k == 0:
                        continue
                    other, away = phase[k - 1, j, i], particle[k - 1, j, i]
                elif axis == 1:
                    other, away = phase[k, before, i], particle[k, before, i]
                else:
                    other, away = phase[k, j, left], particle[k, j, left]
                resistance = table[own, other]
                if own == other:
                    resistance = apart if of != away and of >= 0 and away >= 0 else 0.0
                if resistance == 0.0:
                    continue
                if axis == 0:
                    z[k, j, i] = _resist(z[k, j, i], width[j] * breadth[i], resistance)
                elif axis == 1:
                    y[k, j, i] = _resist(y[k, j, i], depth[k] * breadth[i], resistance)
                else:
                    x[k, j, i] = _resist(x[k, j, i], depth[k] * width[j], resistance)


@njit(parallel=True)
def add_resistance(z, y, x, body, table, apart, depth, width, breadth):
    """Put a contact resistance in series with every face between two bodies.

    body : phases (nz, ny, nx) uint8 and particles (nz, ny, nx) int32, −1 for none
    table : (n, n) symmetric, by the phases of both cells, resistance × area [voxel² / conductance];
    apart : between two particles of one phase; depth, width, breadth : edges of the cells [voxels]
    """
    for k in prange(y.shape[0]):
        _add_resistance_layer(z, y, x, body, table, apart, depth, width, breadth, np.int64(k))
