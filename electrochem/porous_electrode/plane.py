"""Columns coupled in the plane: GMRES with a multigrid of whole columns."""

import numpy as np

from dem.jit import njit
from electrochem.porous_electrode.fluxes import electrolyte_face
from electrochem.porous_electrode.hierarchy import BASIS, add_coupling
from electrochem.porous_electrode.multigrid import (
    cycle,
    less_column,
    less_neighbours,
    solve_one,
)

RESTARTS = 6


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
                    add_coupling(system.diagonal[volume, z], other, -1.0)


@njit
def _apply(hierarchy, system, by_current, by_voltage, vector, product, work):
    """The balances and the voltage's condition of a vector of changes."""
    columns, n = hierarchy.start[1], hierarchy.right.shape[1]
    x = vector[:-1].reshape(columns, n, 3)
    y = product[:-1].reshape(columns, n, 3)
    voltage, current = vector[-1], 0.0
    for column in range(columns):
        work[0] = 0.0
        less_column(system, column, x[column], work[0])
        less_neighbours(hierarchy, system, column, x, work[0])
        work[0, n - 1, 2] += hierarchy.positive[column] * voltage
        y[column] = -work[0]
        current += hierarchy.positive[column] * (x[column, n - 1, 2] - voltage)
    product[-1] = by_current * current / columns + by_voltage * voltage


@njit
def _precondition(hierarchy, system, by_current, by_voltage, vector, answer, work):
    columns, n = hierarchy.start[1], hierarchy.right.shape[1]
    hierarchy.right[:columns] = vector[:-1].reshape(columns, n, 3)
    answer[-1] = cycle(hierarchy, system, by_current, by_voltage, vector[-1], work)
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

    change : (p n 3 + 1,); tolerance : of the residual's norm, relative to the start's. Whether it
    is met the balances themselves say, also after the last restart.
    """
    columns, n = hierarchy.start[1], hierarchy.right.shape[1]
    basis = hierarchy.basis
    size = BASIS
    hessenberg, cosine, sine = np.zeros((size + 1, size)), np.zeros(size), np.zeros(size)
    target = np.zeros(size + 1)
    work, spare = np.zeros((1, n, 3)), np.zeros_like(change)
    change[:] = 0.0
    start, iterations = -1.0, 0
    for restart in range(RESTARTS + 1):
        _apply(hierarchy, system, by_current, by_voltage, change, spare, work)
        basis[0, :-1] = system.right[:columns].ravel() - spare[:-1]
        basis[0, -1] = rest - spare[-1]
        norm = np.sqrt(np.sum(basis[0] * basis[0]))
        if start < 0.0:
            start = norm
        if norm <= tolerance * start or norm == 0.0:
            _make_sums_exact(hierarchy, system, by_current, by_voltage, rest, change, spare, work)
            return iterations
        if restart == RESTARTS or not np.isfinite(norm):
            break
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
