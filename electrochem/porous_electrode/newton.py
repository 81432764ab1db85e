"""Newton's method on one implicit step, or on the potentials alone at held concentrations."""

from typing import NamedTuple

import numpy as np

from dem.jit import njit
from electrochem.porous_electrode.balances import assemble_column
from electrochem.porous_electrode.grid import Grid
from electrochem.porous_electrode.hierarchy import Hierarchy, build_levels
from electrochem.porous_electrode.multigrid import solve_one
from electrochem.porous_electrode.particles import Particles
from electrochem.porous_electrode.plane import couple_columns, solve_coupled
from electrochem.porous_electrode.property_tables import Chemistry
from electrochem.porous_electrode.reaction import surface_of
from electrochem.porous_electrode.system import System

NEWTON_LIMIT = 12
# Newton converges quadratically: an update of 1e-5 leaves an error of some 1e-10.
NEWTON_TOLERANCE = 1e-5
# No update may take a concentration or a vacancy closer than this share to zero.
KEEP_SHARE = 0.1
# In the plane GMRES goes so far below the residual; what is left is Newton's next update's.
PLANE_TOLERANCE = 1e-4

CURRENT, VOLTAGE, POWER = range(3)


class Model(NamedTuple):
    """A cell on its grid, with room for its balances; initial_salt : [mol/m³] at rest."""

    grid: Grid
    particles: Particles
    chemistry: Chemistry
    system: System
    hierarchy: Hierarchy
    change: np.ndarray
    work: np.ndarray
    initial_salt: float


@njit
def split(model, state):
    """Views of a state vector as `Layout.parts`; the voltage is an array of one."""
    p, n = model.grid.capacity.shape
    m, nr = model.system.shell_right.shape
    fields = p * n
    rest = 3 * fields
    return (
        state[:fields].reshape(p, n),
        state[fields : 2 * fields].reshape(p, n),
        state[2 * fields : rest].reshape(p, n),
        state[rest : rest + p],
        state[rest + p : rest + p + 1],
        state[rest + p + 1 : rest + p + 1 + m],
        state[rest + p + 1 + m :].reshape(m, nr),
    )


@njit
def current_of(model, state):
    """Mean current density [A/m²] that leaves through the positive collector."""
    _, _, phi_s, _, voltage, _, _ = split(model, state)
    total = 0.0
    for p in range(phi_s.shape[0]):
        total += model.grid.positive[p] * (phi_s[p, -1] - voltage[0])
    return total / phi_s.shape[0]


@njit
def assemble(model, state, lead, history, frozen):
    """Linearise all balances at a state; False where salt is used up or a surface at its end."""
    parts, past = split(model, state), split(model, history)
    for p in range(model.grid.capacity.shape[0]):
        if not assemble_column(
            p, model.grid, model.particles, model.chemistry, parts, lead, (past[0], past[6]),
            frozen, model.system,
        ):  # fmt: skip
            return False
    if model.grid.capacity.shape[0] > 1:
        couple_columns(model.grid, model.chemistry, parts, frozen, model.system)
    return True


@njit
def solve_linear(model, by_current, by_voltage, rest):
    """The update of c, φ_e, φ_s and the voltage into model.change; False where none is found."""
    hierarchy, system = model.hierarchy, model.system
    columns = hierarchy.start[1]
    build_levels(hierarchy, system)
    if columns == 1:
        hierarchy.right[0] = system.right[0]
        voltage = solve_one(hierarchy, system, 0, by_current, by_voltage, rest, 1, model.work)
        model.change[:-1] = hierarchy.answer[0].ravel()
        model.change[-1] = voltage
        return True
    return (
        solve_coupled(
            hierarchy, system, by_current, by_voltage, rest, PLANE_TOLERANCE, model.change
        )
        >= 0
    )


@njit
def _room(value, change, share):
    """The largest share of a change that keeps a value above KEEP_SHARE of itself."""
    if change < -(1.0 - KEEP_SHARE) * value:
        return min(share, (1.0 - KEEP_SHARE) * value / -change)
    return share


@njit
def _update(model, state, frozen):
    """Add the solved update to a state, shortened where it would empty something.

    Returns the update's size and whether it was taken whole.
    """
    c, phi_e, phi_s, metal, voltage, j, x = split(model, state)
    particles, system = model.particles, model.system
    columns, n = c.shape
    fields = model.change[:-1].reshape(columns, n, 3)
    share, size = 1.0, abs(model.change[-1])
    least = 1e-3 * model.initial_salt
    outer = x.shape[1] - 1
    for p in range(columns):
        for z in range(n):
            change = fields[p, z]
            share = _room(c[p, z], change[0], share)
            size = max(size, abs(change[0]) / max(c[p, z], least), abs(change[1]), abs(change[2]))
            for k in range(particles.first[p * n + z], particles.first[p * n + z + 1]):
                by_field = change[2] - change[1] - system.by_salt[k] * change[0]
                step = system.reaction[k] + system.gain[k] * by_field
                system.reaction[k] = step
                surface = system.surface[k, 0]
                moved = system.surface[k, 1] + system.surface[k, 2] * step
                share = _room(surface, moved, share)
                share = _room(1.0 - surface, -moved, share)
                if frozen:
                    continue
                last = system.shell_right[k, outer] + system.shell_last[k] * step
                system.shell_right[k, outer] = last
                size = max(size, abs(last))
                for s in range(outer - 1, -1, -1):
                    last = system.shell_right[k, s] - system.shell_upper[k, s] * last
                    system.shell_right[k, s] = last
                    size = max(size, abs(last))
    for p in range(columns):
        for z in range(n):
            change = fields[p, z]
            c[p, z] += share * change[0]
            phi_e[p, z] += share * change[1]
            phi_s[p, z] += share * change[2]
        if model.grid.metal[p] > 0.0:
            value, by_i = system.metal[p, 0], system.metal[p, 1]
            by_c, by_phi = system.metal[p, 2], system.metal[p, 3]
            metal[p] -= share * (value + by_c * fields[p, 0, 0] + by_phi * fields[p, 0, 1]) / by_i
    voltage[0] += share * model.change[-1]
    for k in range(j.shape[0]):
        j[k] += share * system.reaction[k]
        if not frozen:
            for s in range(outer + 1):
                x[k, s] += share * system.shell_right[k, s]
    return size, share == 1.0


@njit
def converge(model, state, lead, history, frozen, mode, target):
    """Newton from a guess, in place; returns the number of updates, negative where in vain.

    mode, target : the current density [A/m²], the voltage [V] or the power [W/m²] to be held.
    """
    for count in range(1, NEWTON_LIMIT + 1):
        if not assemble(model, state, lead, history, frozen):
            return -count
        current, voltage = current_of(model, state), split(model, state)[4][0]
        if mode == CURRENT:
            by_current, by_voltage, rest = 1.0, 0.0, target - current
        elif mode == VOLTAGE:
            by_current, by_voltage, rest = 0.0, 1.0, target - voltage
        else:
            by_current, by_voltage, rest = voltage, current, target - current * voltage
        if not solve_linear(model, by_current, by_voltage, rest):
            return -count
        size, whole = _update(model, state, frozen)
        if not np.isfinite(size):
            return -count
        if whole and size < NEWTON_TOLERANCE:
            return count
    return -NEWTON_LIMIT


@njit
def keep_inside(model, guess, latest):
    """Bring a predicted state back to where salt and surfaces exist."""
    c, _, _, _, _, j, x = split(model, guess)
    c_latest, _, _, _, _, j_latest, x_latest = split(model, latest)
    for p in range(c.shape[0]):
        for z in range(c.shape[1]):
            c[p, z] = max(c[p, z], KEEP_SHARE * c_latest[p, z])
    for k in range(j.shape[0]):
        surface, _, _ = surface_of(model.chemistry, model.particles, k, j[k], x[k, -1])
        if not 0.0 < surface < 1.0:
            j[k] = j_latest[k]
            x[k] = x_latest[k]
