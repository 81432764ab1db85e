"""Columns coupled in the plane: GMRES with a multigrid of whole columns.

Every level keeps the columns' full depth and solves them exactly; from level to level two by two of
them are added up, until one is left, in which the cell's voltage is found as well. In a
one-dimensional cell that one is the whole solver.
"""

from typing import NamedTuple

import numpy as np

from dem.jit import njit
from electrochem.porous_electrode.balances import electrolyte_face
from electrochem.porous_electrode.columns import factor_column, solve_column

BASIS = 40  # vectors between restarts of GMRES
RESTARTS = 6
SMOOTHINGS = 1


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
def couple_columns(grid, chemistry, state, frozen, system):
    """Add the fluxes between neighbouring columns and their derivatives to the balances."""
    c, phi_e, phi_s = state[0], state[1], state[2]
    columns, n = c.shape
    for axis in range(2):
        for a in range(columns):
            b = grid.next_column[axis, a]
            if b < 0:
                continue
            for z in range(n):
                i, i_l, i_r, i_phi, m, m_l, m_r, m_phi = electrolyte_face(
                    chemistry, c[a, z], c[b, z], np.log(c[a, z]), np.log(c[b, z]),
                    phi_e[a, z], phi_e[b, z], grid.pore_plane[axis, a, z], 0.5,
                )  # fmt: skip
                conduct = grid.solid_plane[axis, a, z]
                flow = conduct * (phi_s[a, z] - phi_s[b, z])
                if frozen:
                    m, m_l, m_r, m_phi = 0.0, 0.0, 0.0, 0.0
                after, before = system.after[axis, a, z], system.before[axis, b, z]
                after[0], after[1], after[2], after[3], after[4] = (
                    m_r,
                    -m_phi,
                    i_r,
                    -i_phi,
                    -conduct,
                )
                before[0], before[1] = -m_l, -m_phi
                before[2], before[3], before[4] = -i_l, -i_phi, -conduct
                for volume, sign, other in ((a, 1.0, before), (b, -1.0, after)):
                    right = system.right[volume, z]
                    right[0] -= sign * m
                    right[1] -= sign * i
                    right[2] -= sign * flow
                    _add(system.diagonal[volume, z], other, -1.0)


@njit
def _add(block, entries, factor):
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
                        _add(system.diagonal[parent, z], after, 1.0)
                        _add(system.diagonal[parent, z], before, 1.0)
                        continue
                    for entry in range(5):
                        system.after[axis, parent, z, entry] += share * after[entry]
                        system.before[axis, other, z, entry] += share * before[entry]
                    _add(system.diagonal[parent, z], before, 1.0 - share)
                    _add(system.diagonal[other, z], after, 1.0 - share)


@njit
def _less_neighbours(hierarchy, system, column, x, right):
    """right −= what the neighbouring columns' x contribute to a column's balances."""
    for axis in range(2):
        b, a = hierarchy.next_column[axis, column], hierarchy.last_column[axis, column]
        if b >= 0:
            _less_coupled(system.after[axis, column], x[b], right)
        if a >= 0:
            _less_coupled(system.before[axis, column], x[a], right)


@njit
def _less_coupled(coupling, x, right):
    for z in range(right.shape[0]):
        right[z, 0] -= coupling[z, 0] * x[z, 0] + coupling[z, 1] * x[z, 1]
        right[z, 1] -= coupling[z, 2] * x[z, 0] + coupling[z, 3] * x[z, 1]
        right[z, 2] -= coupling[z, 4] * x[z, 2]


@njit
def _less_column(system, column, x, right):
    """right −= the column's own balances of its x."""
    n = right.shape[0]
    diagonal, lower, upper = system.diagonal[column], system.lower[column], system.upper[column]
    for z in range(n):
        a, b, c = x[z, 0], x[z, 1], x[z, 2]
        for row in range(3):
            right[z, row] -= (
                diagonal[z, row, 0] * a + diagonal[z, row, 1] * b + diagonal[z, row, 2] * c
            )
        if z > 0:
            right[z, 0] -= lower[z, 0] * x[z - 1, 0] + lower[z, 1] * x[z - 1, 1]
            right[z, 1] -= lower[z, 2] * x[z - 1, 0] + lower[z, 3] * x[z - 1, 1]
            right[z, 2] -= lower[z, 4] * x[z - 1, 2]
        if z + 1 < n:
            right[z, 0] -= upper[z, 0] * x[z + 1, 0] + upper[z, 1] * x[z + 1, 1]
            right[z, 1] -= upper[z, 2] * x[z + 1, 0] + upper[z, 3] * x[z + 1, 1]
            right[z, 2] -= upper[z, 4] * x[z + 1, 2]


@njit
def _smooth(hierarchy, system, level, colour, work):
    """Solve every second column of a level exactly, its neighbours held."""
    for column in range(hierarchy.start[level], hierarchy.start[level + 1]):
        if hierarchy.colour[column] != colour:
            continue
        work[0] = hierarchy.right[column]
        _less_neighbours(hierarchy, system, column, hierarchy.answer, work[0])
        solve_column(0, hierarchy.inverse[column : column + 1],
                     system.lower[column : column + 1], system.upper[column : column + 1],
                     work, work)  # fmt: skip
        hierarchy.answer[column] = work[0]


@njit
def solve_one(hierarchy, system, column, by_current, by_voltage, rest, count, work):
    """Solve one column with the voltage: answer of the column, and the voltage's change.

    by_current times the mean current to the collector's change, plus by_voltage times the
    voltage's, must make `rest`; count : columns that were added up in this one.
    """
    n = hierarchy.right.shape[1]
    last = n - 1
    inverse = hierarchy.inverse[column : column + 1]
    lower, upper = system.lower[column : column + 1], system.upper[column : column + 1]
    answer = hierarchy.answer[column : column + 1]
    solve_column(0, inverse, lower, upper, hierarchy.right[column : column + 1], answer)
    conductance = hierarchy.positive[column]
    work[:] = 0.0
    work[0, last, 2] = conductance
    solve_column(0, inverse, lower, upper, work, work)
    mean = conductance / count
    voltage = (rest - by_current * mean * answer[0, last, 2]) / (
        by_current * mean * (work[0, last, 2] - 1.0) + by_voltage
    )
    for z in range(n):
        for row in range(3):
            answer[0, z, row] += voltage * work[0, z, row]
    return voltage


@njit
def _cycle(hierarchy, system, by_current, by_voltage, rest, work):
    """One multigrid cycle for hierarchy.right of the finest level; returns the voltage's change."""
    levels = hierarchy.start.shape[0] - 1
    last = hierarchy.right.shape[1] - 1
    count = hierarchy.start[1]
    for level in range(levels - 1):
        first, end = hierarchy.start[level], hierarchy.start[level + 1]
        hierarchy.answer[first:end] = 0.0
        for _ in range(SMOOTHINGS):
            _smooth(hierarchy, system, level, 0, work)
            _smooth(hierarchy, system, level, 1, work)
        hierarchy.right[end : hierarchy.start[level + 2]] = 0.0
        for column in range(first, end):
            work[0] = hierarchy.right[column]
            _less_column(system, column, hierarchy.answer[column], work[0])
            _less_neighbours(hierarchy, system, column, hierarchy.answer, work[0])
            hierarchy.right[hierarchy.parent[column]] += work[0]
            rest -= (
                by_current * hierarchy.positive[column] * hierarchy.answer[column, last, 2] / count
            )
    voltage = solve_one(
        hierarchy, system, hierarchy.start[levels - 1], by_current, by_voltage, rest, count, work
    )
    for level in range(levels - 2, -1, -1):
        for column in range(hierarchy.start[level], hierarchy.start[level + 1]):
            hierarchy.answer[column] += hierarchy.answer[hierarchy.parent[column]]
            hierarchy.right[column, last, 2] += hierarchy.positive[column] * voltage
        for _ in range(SMOOTHINGS):
            _smooth(hierarchy, system, level, 1, work)
            _smooth(hierarchy, system, level, 0, work)
    return voltage


@njit
def _apply(hierarchy, system, by_current, by_voltage, vector, product, work):
    """The balances and the voltage's condition of a vector of changes."""
    columns, n = hierarchy.start[1], hierarchy.right.shape[1]
    x = vector[:-1].reshape(columns, n, 3)
    y = product[:-1].reshape(columns, n, 3)
    voltage, current = vector[-1], 0.0
    for column in range(columns):
        work[0] = 0.0
        _less_column(system, column, x[column], work[0])
        _less_neighbours(hierarchy, system, column, x, work[0])
        work[0, n - 1, 2] += hierarchy.positive[column] * voltage
        y[column] = -work[0]
        current += hierarchy.positive[column] * (x[column, n - 1, 2] - voltage)
    product[-1] = by_current * current / columns + by_voltage * voltage


@njit
def _precondition(hierarchy, system, by_current, by_voltage, vector, answer, work):
    columns, n = hierarchy.start[1], hierarchy.right.shape[1]
    hierarchy.right[:columns] = vector[:-1].reshape(columns, n, 3)
    answer[-1] = _cycle(hierarchy, system, by_current, by_voltage, vector[-1], work)
    answer[:-1] = hierarchy.answer[:columns].ravel()


@njit
def _make_sums_exact(hierarchy, system, by_current, by_voltage, rest, change, spare, work):
    """Correct all columns alike, so that lithium and charge are kept to rounding."""
    _apply(hierarchy, system, by_current, by_voltage, change, spare, work)
    columns, n = hierarchy.start[1], hierarchy.right.shape[1]
    top = hierarchy.start[-2]
    left = spare[:-1].reshape(columns, n, 3)
    fields = change[:-1].reshape(columns, n, 3)
    hierarchy.right[top] = 0.0
    for column in range(columns):
        hierarchy.right[top] += system.right[column] - left[column]
    change[-1] += solve_one(
        hierarchy, system, top, by_current, by_voltage, rest - spare[-1], columns, work
    )
    for column in range(columns):
        fields[column] += hierarchy.answer[top]


@njit
def solve_coupled(hierarchy, system, by_current, by_voltage, rest, tolerance, change):
    """GMRES for all columns and the voltage into `change`; returns its iterations, −1 if in vain.

    change : (p n 3 + 1,); tolerance : of the residual's norm, relative to the start's.
    """
    columns, n = hierarchy.start[1], hierarchy.right.shape[1]
    basis = hierarchy.basis
    size = BASIS
    hessenberg, cosine, sine = np.zeros((size + 1, size)), np.zeros(size), np.zeros(size)
    target = np.zeros(size + 1)
    work, spare = np.zeros((1, n, 3)), np.zeros_like(change)
    change[:] = 0.0
    start, iterations = -1.0, 0
    for _ in range(RESTARTS):
        _apply(hierarchy, system, by_current, by_voltage, change, spare, work)
        basis[0, :-1] = system.right[:columns].ravel() - spare[:-1]
        basis[0, -1] = rest - spare[-1]
        norm = np.sqrt(np.sum(basis[0] * basis[0]))
        if start < 0.0:
            start = norm
        if norm <= tolerance * start or norm == 0.0:
            _make_sums_exact(hierarchy, system, by_current, by_voltage, rest, change, spare, work)
            return iterations
        basis[0] /= norm
        target[:] = 0.0
        target[0] = norm
        used = 0
        for k in range(size):
            _precondition(hierarchy, system, by_current, by_voltage, basis[k], spare, work)
            _apply(hierarchy, system, by_current, by_voltage, spare, basis[k + 1], work)
            for i in range(k + 1):
                hessenberg[i, k] = np.sum(basis[i] * basis[k + 1])
                basis[k + 1] -= hessenberg[i, k] * basis[i]
            length = np.sqrt(np.sum(basis[k + 1] * basis[k + 1]))
            hessenberg[k + 1, k] = length
            if length > 0.0:
                basis[k + 1] /= length
            for i in range(k):
                a, b = hessenberg[i, k], hessenberg[i + 1, k]
                hessenberg[i, k] = cosine[i] * a + sine[i] * b
                hessenberg[i + 1, k] = cosine[i] * b - sine[i] * a
            radius = np.hypot(hessenberg[k, k], hessenberg[k + 1, k])
            cosine[k], sine[k] = hessenberg[k, k] / radius, hessenberg[k + 1, k] / radius
            hessenberg[k, k] = radius
            target[k + 1] = -sine[k] * target[k]
            target[k] *= cosine[k]
            used = k + 1
            iterations += 1
            if abs(target[k + 1]) <= tolerance * start:
                break
        for i in range(used - 1, -1, -1):
            for k in range(i + 1, used):
                target[i] -= hessenberg[i, k] * target[k]
            target[i] /= hessenberg[i, i]
        spare[:] = 0.0
        for i in range(used):
            spare += target[i] * basis[i]
        _precondition(hierarchy, system, by_current, by_voltage, spare, basis[0], work)
        change += basis[0]
    return -1
