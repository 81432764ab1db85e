"""Faces that grains share: pairs, areas and the way from one to the other."""

import numpy as np

from dem.jit import njit, prange
from voxelize.divide.members import beside, place_of, voxels_by_label

_CHUNKS = 64


def faces_between_grains(grain, owner, is_hard, volume):
    """Pairs of grains of one particle, or of which one at least is binder, that share a face.

    grain : (nz, ny, nx) int32, −1 outside; owner, is_hard : (n,) of each grain; hard is all but
        binder
    returns first, second : (m,) int32, sorted, first < second; area : (m,) [voxels²], √Σ A_i² over
    the voxel faces A_i by direction: exact for a plane; upright faces in a cut layer count in part
    """
    voxel, start = voxels_by_label(grain, len(owner))
    told = (voxel, start, grain.reshape(-1), owner, is_hard, grain.shape, volume.periodic)
    pairs = np.zeros(len(owner) + 1, dtype=np.int64)
    _count_chunks(*told, pairs)
    np.cumsum(pairs, out=pairs)
    first, second = (np.empty(pairs[-1], dtype=np.int32) for _ in range(2))
    area = np.empty(pairs[-1])
    _write_chunks(*told, volume.layer_weights, pairs, first, second, area)
    return first, second, area


@njit(parallel=True)
def _count_chunks(voxel, start, grain, owner, is_hard, shape, periodic, pairs):
    for chunk in prange(_CHUNKS):
        _count_chunk(np.int64(chunk), voxel, start, grain, owner, is_hard, shape, periodic, pairs)


@njit
def _count_chunk(chunk, voxel, start, grain, owner, is_hard, shape, periodic, pairs):
    count = len(owner)
    seen_by = np.full(count, -1, np.int32)
    for number in range(chunk * count // _CHUNKS, (chunk + 1) * count // _CHUNKS):
        found = 0
        for at in range(start[number], start[number + 1]):
            layer, row, column = place_of(voxel[at], shape)
            for side in range(6):
                place = beside(layer, row, column, side, shape, periodic)
                if place < 0 or grain[place] <= number:
                    continue
                other = grain[place]
                bonded = owner[other] == owner[number] or not (is_hard[other] and
                                                               is_hard[number])  # fmt: skip
                if bonded and seen_by[other] != number:
                    seen_by[other] = number
                    found += 1
        pairs[number + 1] = found


@njit(parallel=True)
def _write_chunks(voxel, start, grain, owner, is_hard, shape, periodic, weights, pairs, first,
                  second, area):  # fmt: skip
    for chunk in prange(_CHUNKS):
        _write_chunk(np.int64(chunk), voxel, start, grain, owner, is_hard, shape, periodic,
                     weights, pairs, first, second, area)  # fmt: skip


@njit
def _write_chunk(chunk, voxel, start, grain, owner, is_hard, shape, periodic, weights, pairs,
                 first, second, area):  # fmt: skip
    count = len(owner)
    place_of_other = np.full(count, -1, np.int64)
    low, high = chunk * count // _CHUNKS, (chunk + 1) * count // _CHUNKS
    most = 0
    for number in range(low, high):
        most = max(most, pairs[number + 1] - pairs[number])
    faces = np.empty((most, 3))
    for number in range(low, high):
        begin, found = pairs[number], 0
        for at in range(start[number], start[number + 1]):
            layer, row, column = place_of(voxel[at], shape)
            for side in range(6):
                place = beside(layer, row, column, side, shape, periodic)
                if place < 0 or grain[place] <= number:
                    continue
                other = grain[place]
                if owner[other] != owner[number] and is_hard[other] and is_hard[number]:
                    continue
                mine = place_of_other[other] - begin
                if mine < 0 or mine >= found or second[begin + mine] != other:
                    mine = found
                    second[begin + mine] = other
                    place_of_other[other] = begin + mine
                    faces[mine, 0], faces[mine, 1], faces[mine, 2] = 0.0, 0.0, 0.0
                    found += 1
                faces[mine, side // 2] += 1.0 if side < 2 else weights[layer]
        for mine in range(found):
            first[begin + mine] = number
            area[begin + mine] = np.sqrt(
                faces[mine, 0] ** 2 + faces[mine, 1] ** 2 + faces[mine, 2] ** 2
            )
        _sort(second[begin : begin + found], area[begin : begin + found])


@njit
def _sort(second, area):
    """Sort a grain's faces by neighbour (Shell's sort: few as a rule, many for a large one)."""
    gap = 1
    while 3 * gap + 1 < len(second):
        gap = 3 * gap + 1
    while gap > 0:
        for at in range(gap, len(second)):
            key, value, place = second[at], area[at], at
            while place >= gap and second[place - gap] > key:
                second[place], area[place] = second[place - gap], area[place - gap]
                place -= gap
            second[place], area[place] = key, value
        gap //= 3


@njit
def ways(position, first, second, period):
    """Vectors (m, 3) from first to second, x, y, z; nearest images where `period` (3,) is not 0."""
    way = np.empty((len(first), 3))
    for bond in range(len(first)):
        for axis in range(3):
            apart = position[second[bond], axis] - position[first[bond], axis]
            if period[axis] > 0.0:
                apart -= period[axis] * np.round(apart / period[axis])
            way[bond, axis] = apart
    return way
