"""The voxels of a label volume listed label by label, and steps from a voxel to its neighbours."""

import numpy as np

from dem.jit import leaf, njit


def voxels_of_labels(label: np.ndarray) -> np.ndarray:
    """Number of voxels of each label 0 … n−1, (n,); those outside are negative."""
    return np.diff(_starts(label.reshape(-1), int(label.max()) + 1))


def voxels_by_label(label: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """List voxels by label, in raster order within each.

    label : (nz, ny, nx) int, 0 … count−1, negative outside
    returns voxel : (n,) int32 (int64 in volumes beyond 2³¹), places in the flattened volume;
    start : (count + 1,) int64, the voxels of label l are voxel[start[l] : start[l + 1]]
    """
    flat = label.reshape(-1)
    start = _starts(flat, count)
    index = np.int32 if flat.size < 2**31 else np.int64
    voxel = np.empty(start[-1], dtype=index)
    _list(flat, start[:-1].copy(), voxel)
    return voxel, start


@njit
def _starts(label, count):
    start = np.zeros(count + 1, np.int64)
    for at in range(len(label)):
        if label[at] >= 0:
            start[label[at] + 1] += 1
    for number in range(count):
        start[number + 1] += start[number]
    return start


@njit
def _list(label, place, voxel):
    for at in range(len(label)):
        number = label[at]
        if number >= 0:
            voxel[place[number]] = at
            place[number] += 1


@leaf
def place_of(voxel, shape):
    """Layer, row and column of a place in the flattened volume."""
    row = voxel // shape[2]
    layer = row // shape[1]
    return layer, row - layer * shape[1], voxel - row * shape[2]


@leaf
def beside(layer, row, column, side, shape, periodic):
    """Place in the flattened volume of the voxel across face `side` (0 … 5), −1 where none is."""
    if side == 0:
        layer -= 1
    elif side == 1:
        layer += 1
    elif side == 2:
        row -= 1
    elif side == 3:
        row += 1
    elif side == 4:
        column -= 1
    else:
        column += 1
    if layer < 0 or layer >= shape[0]:
        return -1
    if row < 0 or row >= shape[1]:
        if not periodic:
            return -1
        row = row + shape[1] if row < 0 else row - shape[1]
    if column < 0 or column >= shape[2]:
        if not periodic:
            return -1
        column = column + shape[2] if column < 0 else column - shape[2]
    return (layer * shape[1] + row) * shape[2] + column
