"""Levels of columns, each with two by two of the finer one's added up, until one is left."""

from typing import NamedTuple

import numpy as np

from dem.jit import njit
from electrochem.porous_electrode.columns import factor_column

BASIS = 40  # vectors between restarts of GMRES


class Hierarchy(NamedTuple):
    """Levels of columns in one numbering, the finest first.

    start : (levels + 1,) each level's columns; parent : (total,) −1 for the last
    next_column, last_column : (2, total) along y and x, −1 where there is none; colour : (total,)
    share : (levels, 2) of a coupling that is left where columns grow along an axis
    inverse : (total, n, 3, 3); right, answer : (total, n, 3); positive : (total,) [S/m²] summed
    basis : (BASIS + 1, p n 3 + 1)
    """

    start: np.ndarray
    parent: np.ndarray
    next_column: np.ndarray
    last_column: np.ndarray
    colour: np.ndarray
    share: np.ndarray
    inverse: np.ndarray
    right: np.ndarray
    answer: np.ndarray
    positive: np.ndarray
    basis: np.ndarray


def hierarchy_of(ny: int, nx: int, volumes: int, positive: np.ndarray) -> Hierarchy:
    """The levels above (ny, nx) columns; positive : (ny nx,) conductance to the collector."""
    shapes = [(ny, nx)]
    while shapes[-1] != (1, 1):
        shapes.append((-(-shapes[-1][0] // 2), -(-shapes[-1][1] // 2)))
    start = np.concatenate([[0], np.cumsum([a * b for a, b in shapes])])
    total = int(start[-1])
    parent, colour = np.full(total, -1), np.zeros(total, dtype=np.int64)
    neighbours = np.full((2, 2, total), -1)
    share = np.ones((len(shapes), 2))
    conductance = np.zeros(total)
    conductance[: ny * nx] = positive
    for level, shape in enumerate(shapes):
        number = start[level] + np.arange(shape[0] * shape[1]).reshape(shape)
        y, x = np.indices(shape)
        colour[number] = (y + x) % 2
        neighbours[0, 0][number[:-1]] = number[1:]
        neighbours[0, 1][number[:, :-1]] = number[:, 1:]
        neighbours[1, 0][number[1:]] = number[:-1]
        neighbours[1, 1][number[:, 1:]] = number[:, :-1]
        if level + 1 < len(shapes):
            parent[number] = start[level + 1] + (y // 2) * shapes[level + 1][1] + x // 2
            np.add.at(conductance, parent[number].ravel(), conductance[number].ravel())
            share[level] = [0.5 if count > 1 else 1.0 for count in shape]
    vectors = BASIS + 1 if ny * nx > 1 else 0
    return Hierarchy(
        start, parent, neighbours[0], neighbours[1], colour, share,
        np.zeros((total, volumes, 3, 3)), np.zeros((total, volumes, 3)),
        np.zeros((total, volumes, 3)), conductance,
        np.zeros((vectors, ny * nx * volumes * 3 + 1)),
    )  # fmt: skip


@njit
def add_coupling(block, entries, factor):
    """Add a multiple of a coupling's five entries to a volume's own (3, 3) balances."""
    block[0, 0] += factor * entries[0]
    block[0, 1] += factor * entries[1]
    block[1, 0] += factor * entries[2]
    block[1, 1] += factor * entries[3]
    block[2, 2] += factor * entries[4]


@njit
def build_levels(hierarchy, system):
    """Add the balances up from level to level and factor all columns."""
    levels = hierarchy.start.shape[0] - 1
    n = system.diagonal.shape[1]
    for level in range(levels):
        first, end = hierarchy.start[level], hierarchy.start[level + 1]
        for column in range(first, end):
            factor_column(column, system.diagonal, system.lower, system.upper, hierarchy.inverse)
        if level + 1 == levels:
            break
        for column in range(end, hierarchy.start[level + 2]):
            system.diagonal[column] = 0.0
            system.lower[column] = 0.0
            system.upper[column] = 0.0
            system.before[:, column] = 0.0
            system.after[:, column] = 0.0
        for a in range(first, end):
            parent = hierarchy.parent[a]
            system.diagonal[parent] += system.diagonal[a]
            system.lower[parent] += system.lower[a]
            system.upper[parent] += system.upper[a]
            for axis in range(2):
                b = hierarchy.next_column[axis, a]
                if b < 0:
                    continue
                other, share = hierarchy.parent[b], hierarchy.share[level, axis]
                for z in range(n):
                    after, before = system.after[axis, a, z], system.before[axis, b, z]
                    if other == parent:
                        add_coupling(system.diagonal[parent, z], after, 1.0)
                        add_coupling(system.diagonal[parent, z], before, 1.0)
                        continue
                    for entry in range(5):
                        system.after[axis, parent, z, entry] += share * after[entry]
                        system.before[axis, other, z, entry] += share * before[entry]
                    add_coupling(system.diagonal[parent, z], before, 1.0 - share)
                    add_coupling(system.diagonal[other, z], after, 1.0 - share)
