"""One multigrid cycle over levels of whole columns, and one column's solution with the voltage.

Every level keeps the columns' full depth and solves them exactly; on the last level one column is
left, in which the cell's voltage is found as well. In a one-dimensional cell that one is the whole
solver.
"""

from dem.jit import njit
from electrochem.porous_electrode.columns import solve_column

SMOOTHINGS = 1


@njit
def less_neighbours(hierarchy, system, column, x, right):
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
def less_column(system, column, x, right):
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
        less_neighbours(hierarchy, system, column, hierarchy.answer, work[0])
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
def cycle(hierarchy, system, by_current, by_voltage, rest, work):
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
            less_column(system, column, hierarchy.answer[column], work[0])
            less_neighbours(hierarchy, system, column, hierarchy.answer, work[0])
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
