"""Which cells of a network join both electrodes."""

import numpy as np

from dem.jit import njit
from electrochem.transport.conductance import Network
from voxelize.union_find import join, root_of


def keep_spanning(net: Network) -> bool:
    """Cut off the clusters of a network that do not join both electrodes; whether any does."""
    shape = net.y.shape
    parent = np.arange(net.y.size, dtype=np.int32)
    _join_cells(*net, parent)
    ends = np.zeros((2, net.y.size), bool)
    _mark_ends(net.z, parent, ends)
    both = ends[0] & ends[1]
    if not both.any():
        return False
    _cut(*net, parent.reshape(shape), both)
    return True


@njit
def _join_cells(z, y, x, parent):
    layers, rows, columns = y.shape
    for k in range(layers):
        for j in range(rows):
            for i in range(columns):
                here = (k * rows + j) * columns + i
                if k > 0 and z[k, j, i] > 0.0:
                    join(parent, here, here - rows * columns)
                if y[k, j, i] > 0.0:
                    before = j - 1 if j > 0 else rows - 1
                    join(parent, here, (k * rows + before) * columns + i)
                if x[k, j, i] > 0.0:
                    left = i - 1 if i > 0 else columns - 1
                    join(parent, here, (k * rows + j) * columns + left)
    for at in range(len(parent)):
        parent[at] = root_of(parent, at)


@njit
def _mark_ends(z, parent, ends):
    layers, rows, columns = z.shape[0] - 1, z.shape[1], z.shape[2]
    for j in range(rows):
        for i in range(columns):
            if z[0, j, i] > 0.0:
                ends[0, parent[j * columns + i]] = True
            if z[layers, j, i] > 0.0:
                ends[1, parent[((layers - 1) * rows + j) * columns + i]] = True


@njit
def _cut(z, y, x, root, both):
    for k in range(y.shape[0]):
        for j in range(y.shape[1]):
            for i in range(y.shape[2]):
                if not both[root[k, j, i]]:
                    # The faces after a cell are the next cells' own, of the same cluster.
                    z[k, j, i] = y[k, j, i] = x[k, j, i] = 0.0
                    if k == y.shape[0] - 1:
                        z[k + 1, j, i] = 0.0
