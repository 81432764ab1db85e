"""From Voronoi cells to grains: each a connected piece, slivers joined to what they touch most."""

import numpy as np

from dem.jit import njit
from voxelize.divide.members import beside, place_of

SLIVER = 0.25
"""Share of the mean cell under which a piece of a cell is no grain of its own."""


@njit
def grains_of_cells(voxel, number, region, cell, cells, shape, periodic, grain):
    """Number a region's grains from 0 and write −2 − number into `grain`; how many there are.

    voxel : (n,) places of region `number` in the flattened volume; cell : (n,), of 0 … cells−1
    region, grain : flattened volume; only the region's own voxels are written

    A sliver joins the neighbour of its region with which it shares most faces, others' slivers
    last. One that shares no face (binder that touches by edges) stays with its cell's main piece.
    """
    for at in range(len(voxel)):
        grain[voxel[at]] = cell[at]
    piece_cell, size = _pieces(voxel, number, region, cell, shape, periodic, grain)
    host = _hosts(voxel, number, region, piece_cell, size, cells, shape, periodic, grain)
    rank, grains = np.full(len(size), -1, np.int32), 0
    for at in range(len(voxel)):
        piece = host[-2 - grain[voxel[at]]]
        if rank[piece] < 0:
            rank[piece] = grains
            grains += 1
        grain[voxel[at]] = -2 - rank[piece]
    return grains


@njit
def _pieces(voxel, number, region, cell, shape, periodic, grain):
    """Write −2 − piece into `grain`, pieces connected by faces; cell and size of each piece."""
    stack = np.empty(len(voxel), np.int64)
    piece_cell, size = np.empty(len(voxel), np.int32), np.empty(len(voxel), np.int64)
    pieces = 0
    for at in range(len(voxel)):
        if grain[voxel[at]] < 0:
            continue
        mark, mine, members = -2 - pieces, cell[at], 0
        stack[0], waiting = voxel[at], 1
        grain[voxel[at]] = mark
        while waiting > 0:
            waiting -= 1
            members += 1
            layer, row, column = place_of(stack[waiting], shape)
            for side in range(6):
                other = beside(layer, row, column, side, shape, periodic)
                if other >= 0 and region[other] == number and grain[other] == mine:
                    grain[other] = mark
                    stack[waiting] = other
                    waiting += 1
        piece_cell[pieces], size[pieces] = mine, members
        pieces += 1
    return piece_cell[:pieces].copy(), size[:pieces].copy()


@njit
def _hosts(voxel, number, region, piece_cell, size, cells, shape, periodic, grain):
    """The piece that each piece becomes part of; its own number where it is a grain."""
    pieces = len(size)
    host = np.arange(pieces)
    pending = size < SLIVER * len(voxel) / cells
    pending[np.argmax(size)] = False
    if not pending.any():
        return host
    listed, start = _voxels_of(pending, voxel, grain)
    main = np.full(cells, -1, np.int64)
    for piece in range(pieces):
        largest = main[piece_cell[piece]]
        if largest < 0 or size[piece] > size[largest]:
            main[piece_cell[piece]] = piece
    faces, joins = np.zeros(pieces, np.int64), np.full(pieces, -1, np.int64)
    while True:
        joined = False
        for piece in range(pieces):
            if pending[piece]:
                joins[piece] = _most_faces(listed[start[piece]:start[piece + 1]], number, region,
                                           pending, shape, periodic, grain, faces)  # fmt: skip
        for piece in range(pieces):
            if pending[piece] and joins[piece] >= 0:
                host[piece] = host[joins[piece]]
                joined = True
        if not joined:
            break
        for piece in range(pieces):
            if joins[piece] >= 0:
                pending[piece] = False
    for piece in range(pieces):
        if pending[piece]:
            host[piece] = host[main[piece_cell[piece]]]
    return host


@njit
def _voxels_of(pending, voxel, grain):
    """List the voxels of pending pieces by piece."""
    start = np.zeros(len(pending) + 1, np.int64)
    for at in range(len(voxel)):
        piece = -2 - grain[voxel[at]]
        if pending[piece]:
            start[piece + 1] += 1
    for piece in range(len(pending)):
        start[piece + 1] += start[piece]
    place, listed = start[:-1].copy(), np.empty(start[-1], np.int64)
    for at in range(len(voxel)):
        piece = -2 - grain[voxel[at]]
        if pending[piece]:
            listed[place[piece]] = voxel[at]
            place[piece] += 1
    return listed, start


@njit
def _most_faces(voxel, number, region, pending, shape, periodic, grain, faces):
    """Piece that is not pending and shares most faces with these voxels, −1 where none does."""
    touched = np.empty(6 * len(voxel), np.int64)
    count = 0
    for at in range(len(voxel)):
        layer, row, column = place_of(voxel[at], shape)
        for side in range(6):
            other = beside(layer, row, column, side, shape, periodic)
            if other >= 0 and region[other] == number and not pending[-2 - grain[other]]:
                touched[count] = -2 - grain[other]
                faces[touched[count]] += 1
                count += 1
    best = -1
    for at in range(count):
        piece = touched[at]
        if best < 0 or (faces[piece], -piece) > (faces[best], -best):
            best = piece
    for at in range(count):
        faces[touched[at]] = 0
    return best
