"""Newman's porous electrode, discretised in space, with its exact linearisation.

Doyle, Fuller & Newman, J. Electrochem. Soc. 140 (1993) 1526. All balances are written as current
densities [A/m²] of a column. The shells, then the reactions and lithium metal's current are
eliminated exactly; what is left are three unknowns a volume. The conserved sums are linear in the
state, so every full Newton update conserves lithium to rounding.
"""

from typing import NamedTuple

import numpy as np

from dem.jit import leaf, njit
from electrochem.kinetics import FARADAY, overpotential_of
from electrochem.porous_electrode.property_tables import (
    CONDUCTIVITY,
    DIFFUSIVITY,
    EXCHANGE,
    POTENTIAL,
    STRENGTH,
    TRANSFERENCE,
    at_surface,
    look_up,
)

# Nearer to 0 or 1 a surface's vacancy is lost to rounding.
SURFACE_MARGIN = 1e-13
# [V], as PyBaMM adds to every potential: 0.1 mV at 1 % from full or empty. A fitted potential stays
# finite where a surface is full, and the particle could then only stop the whole cell.
END_POLE = 1e-6

# The derivatives of a face's fluxes by what lies beyond it: salt and charge by c and φ_e, solid.
SALT_C, SALT_PHI, CHARGE_C, CHARGE_PHI, SOLID_PHI = range(5)


class System(NamedTuple):
    """The linearised balances of p columns of n volumes, and what was eliminated from them.

    Behind the cell's own columns stand those of the coarser levels of `plane.Hierarchy`.

    diagonal : (p, n, 3, 3), rows salt, charge, solid; columns c, φ_e, φ_s
    lower, upper : (p, n, 5) by the volumes before and after along the column
    before, after : (2, p, n, 5) by those of the columns before and after along y and x
    right : (p, n, 3) minus the residuals
    metal : (p, 4) residual, derivatives by current, c and φ_e of lithium metal's potential
    gain, reaction, by_salt : (m,) δj = reaction + gain (δφ_s − δφ_e − by_salt δc)
    shell_right, shell_upper : (m, nr) the shells' forward elimination; shell_last : (m,) what δj
        changes the last shell by; surface : (m, 3) stoichiometry, its change at no δj and by δj
    """

    diagonal: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    before: np.ndarray
    after: np.ndarray
    right: np.ndarray
    metal: np.ndarray
    gain: np.ndarray
    reaction: np.ndarray
    by_salt: np.ndarray
    shell_right: np.ndarray
    shell_upper: np.ndarray
    shell_last: np.ndarray
    surface: np.ndarray


def system_for(columns: int, volumes: int, particles: int, shells: int) -> System:
    """Room for the balances."""
    p, n, m = columns, volumes, particles
    plane = p if p > 1 else 0  # a single column has no neighbours
    return System(
        np.zeros((p, n, 3, 3)), np.zeros((p, n, 5)), np.zeros((p, n, 5)),
        np.zeros((2, plane, n, 5)), np.zeros((2, plane, n, 5)), np.zeros((p, n, 3)),
        np.zeros((p, 4)), np.zeros(m), np.zeros(m), np.zeros(m), np.zeros((m, shells)),
        np.zeros((m, shells)), np.zeros(m), np.zeros((m, 3)),
    )  # fmt: skip


@leaf
def electrolyte_face(chemistry, c_l, c_r, log_l, log_r, phi_l, phi_r, conductance, weight):
    """Current and salt flux (times F) from left to right, and each one's derivatives.

    Returns i, its derivatives by c on the left, c on the right and φ_e on the left, then the same
    of t₊ i − F D Δc; log : of the concentrations; weight : the right one's in the face's salt.
    """
    place = ((1.0 - weight) * c_l + weight * c_r) * chemistry.salt_nodes
    kappa, kappa_c = look_up(chemistry.salt, CONDUCTIVITY, place)
    diffusivity, diffusivity_c = look_up(chemistry.salt, DIFFUSIVITY, place)
    t_plus, t_plus_c = look_up(chemistry.salt, TRANSFERENCE, place)
    strength, strength_c = look_up(chemistry.salt, STRENGTH, place)
    nodes = chemistry.salt_nodes
    log_step = log_r - log_l
    drive = strength * log_step - (phi_r - phi_l)
    i_phi = kappa * conductance
    i = i_phi * drive
    common = conductance * nodes * (kappa_c * drive + kappa * strength_c * log_step)
    pull = i_phi * strength
    i_left = common * (1.0 - weight) - pull / c_l
    i_right = common * weight + pull / c_r
    step = c_r - c_l
    conduct = FARADAY * diffusivity * conductance
    m = t_plus * i - conduct * step
    common = nodes * (t_plus_c * i - FARADAY * diffusivity_c * conductance * step)
    m_left = common * (1.0 - weight) + t_plus * i_left + conduct
    m_right = common * weight + t_plus * i_right - conduct
    return i, i_left, i_right, i_phi, m, m_left, m_right, t_plus * i_phi


@leaf
def salt_at_metal(chemistry, current, c, conductance):
    """Slope by current of the salt at lithium metal, the salt there [mol/m³], and κ [S/m]."""
    place = c * chemistry.salt_nodes
    kappa, _ = look_up(chemistry.salt, CONDUCTIVITY, place)
    diffusivity, _ = look_up(chemistry.salt, DIFFUSIVITY, place)
    t_plus, _ = look_up(chemistry.salt, TRANSFERENCE, place)
    per_current = (1.0 - t_plus) / (FARADAY * diffusivity * conductance)
    return per_current, max(c + per_current * current, 1e-6 * c), kappa


@leaf
def metal_potential(chemistry, current, c, phi_e, conductance):
    """Potential of lithium metal over the reference where it sends `current` into the electrolyte.

    Returns it with its derivatives by current, c and φ_e of the first volume.
    """
    nodes, place = chemistry.salt_nodes, c * chemistry.salt_nodes
    per_current, at_metal, kappa = salt_at_metal(chemistry, current, c, conductance)
    _, kappa_c = look_up(chemistry.salt, CONDUCTIVITY, place)
    diffusivity, diffusivity_c = look_up(chemistry.salt, DIFFUSIVITY, place)
    _, t_plus_c = look_up(chemistry.salt, TRANSFERENCE, place)
    strength, strength_c = look_up(chemistry.salt, STRENGTH, place)
    moved = t_plus_c / (FARADAY * diffusivity * conductance)
    by_c = 1.0 - nodes * current * (moved + per_current * diffusivity_c / diffusivity)
    prefactor, exponent, transfer = chemistry.metal[0], chemistry.metal[1], chemistry.metal[2]
    j0 = prefactor * at_metal**exponent
    eta, eta_j, eta_j0 = overpotential_of(current, j0, chemistry.thermal, transfer)
    log = np.log(at_metal / c)
    by_surface = (strength + eta_j0 * j0 * exponent) / at_metal
    resistance = 1.0 / (kappa * conductance)
    value = phi_e + current * resistance + strength * log + eta
    by_concentration = (
        nodes * (strength_c * log - current * resistance * kappa_c / kappa)
        - strength / c
        + by_surface * by_c
    )
    return value, resistance + by_surface * per_current + eta_j, by_concentration, 1.0


@leaf
def exchange_current(chemistry, electrode, c, x, prefactor, slope):
    """j0 [A/m²] and its derivatives by c_e and surface stoichiometry."""
    salt = chemistry.exponents[electrode, 0]
    vacancy = chemistry.exponents[electrode, 1]
    filling = chemistry.exponents[electrode, 2]
    if salt == 0.5 and vacancy == 0.5 and filling == 0.5:
        shape = np.sqrt(c * x * (1.0 - x))
    else:
        shape = c**salt * (1.0 - x) ** vacancy * x**filling
    value = prefactor * shape
    return value, value * salt / c, slope * shape + value * (filling / x - vacancy / (1.0 - x))


@leaf
def surface_of(chemistry, particles, k, j, outer):
    """Stoichiometry at a particle's surface, its slopes by the last shell's and by j."""
    nodes = chemistry.solid.shape[1] - 1.0
    diffusivity, slope = look_up(chemistry.solid[particles.electrode[k]], 0, outer * nodes)
    depth = particles.radius_squared[k] * particles.surface_distance * particles.uptake[k]
    drop = depth * j / diffusivity
    return outer - drop, 1.0 + drop * slope * nodes / diffusivity, -depth / diffusivity


@leaf
def _shells(chemistry, particles, k, x, j, lead, history, system):
    """Fick's law in a sphere, eliminated from the centre to the surface."""
    table = chemistry.solid[particles.electrode[k]]
    nodes = table.shape[0] - 1.0
    steady = particles.constant_diffusivity[particles.electrode[k]]
    inverse = 1.0 / particles.radius_squared[k]
    shells = x.shape[0]
    value, slope = look_up(table, 0, x[0] * nodes)
    flux_in, lower, from_inside = 0.0, 0.0, 0.0
    right, upper = 0.0, 0.0
    per_j = 0.0
    for s in range(shells):
        volume = particles.shell_volume[s]
        diagonal = volume * lead - from_inside
        balance = volume * (lead * x[s] + history[s]) - flux_in
        beyond = 0.0
        next_lower = 0.0
        if s + 1 < shells:
            if steady:
                next_value, next_slope = value, 0.0
            else:
                next_value, next_slope = look_up(table, 0, x[s + 1] * nodes)
            geometry = particles.face[s] * inverse
            step = x[s + 1] - x[s]
            conduct = 0.5 * (value + next_value) * geometry
            inner = conduct - 0.5 * slope * nodes * geometry * step
            beyond = -conduct - 0.5 * next_slope * nodes * geometry * step
            flux_in = -conduct * step
            balance += flux_in
            diagonal += inner
            next_lower, from_inside = -inner, beyond
            value, slope = next_value, next_slope
        else:
            balance += particles.uptake[k] * j
        pivot = 1.0 / (diagonal - lower * upper)
        right = (-balance - lower * right) * pivot
        upper = beyond * pivot
        system.shell_right[k, s], system.shell_upper[k, s] = right, upper
        per_j = -particles.uptake[k] * pivot
        lower = next_lower
    system.shell_last[k] = per_j


@njit
def _react_column(p, chemistry, particles, state, lead, history, frozen, system):
    """Eliminate a column's particles: what their reactions add to the balances of their volumes.

    One loop without calls that take the structures: those would count references particle by
    particle. Returns whether every surface is neither full nor empty.
    """
    c, phi_e, phi_s, _, _, j, x = state
    n, outer = c.shape[1], x.shape[1] - 1
    diagonal, right = system.diagonal[p], system.right[p]
    first, electrodes, area = particles.first, particles.electrode, particles.area
    films, summary = particles.film, system.surface
    inside = True
    if not frozen:
        for k in range(first[p * n], first[p * n + n]):
            _shells(chemistry, particles, k, x[k], j[k], lead, history[k], system)
    for z in range(n):
        for k in range(first[p * n + z], first[p * n + z + 1]):
            if frozen:
                system.shell_right[k, outer] = system.shell_last[k] = 0.0
            still, per_j = system.shell_right[k, outer], system.shell_last[k]
            surface, by_outer, by_j = surface_of(chemistry, particles, k, j[k], x[k, outer])
            inside = inside and SURFACE_MARGIN <= surface <= 1.0 - SURFACE_MARGIN
            surface = min(max(surface, SURFACE_MARGIN), 1.0 - SURFACE_MARGIN)
            electrode = electrodes[k]
            potential, potential_x = at_surface(chemistry.surface[electrode], POTENTIAL, surface)
            prefactor, slope = at_surface(chemistry.surface[electrode], EXCHANGE, surface)
            empty, full = 1.0 / surface, 1.0 / (1.0 - surface)
            potential += END_POLE * (empty - full)
            potential_x -= END_POLE * (empty * empty + full * full)
            j0, j0_c, j0_x = exchange_current(
                chemistry, electrode, c[p, z], surface, prefactor, slope
            )
            eta, eta_j, eta_j0 = overpotential_of(
                j[k], j0, chemistry.thermal, chemistry.transfer[electrode]
            )
            kinetic = eta + films[k] * j[k] + potential - phi_s[p, z] + phi_e[p, z]
            by_surface = potential_x + eta_j0 * j0_x
            surface_still, surface_per_j = by_outer * still, by_outer * per_j + by_j
            gain = 1.0 / (eta_j + films[k] + by_surface * surface_per_j)
            by_salt = eta_j0 * j0_c
            reaction = -gain * (kinetic + by_surface * surface_still)
            system.gain[k], system.by_salt[k], system.reaction[k] = gain, by_salt, reaction
            summary[k, 0], summary[k, 1], summary[k, 2] = surface, surface_still, surface_per_j
            source = area[k] * (j[k] + reaction)
            right[z, 0] += source
            right[z, 1] += source
            right[z, 2] -= source
            pull = area[k] * gain
            diagonal[z, 0, 0] += pull * by_salt
            diagonal[z, 0, 1] += pull
            diagonal[z, 0, 2] -= pull
            diagonal[z, 1, 0] += pull * by_salt
            diagonal[z, 1, 1] += pull
            diagonal[z, 1, 2] -= pull
            diagonal[z, 2, 0] -= pull * by_salt
            diagonal[z, 2, 1] -= pull
            diagonal[z, 2, 2] += pull
    return inside


@njit
def assemble_column(p, grid, particles, chemistry, state, lead, history, frozen, system):
    """Residuals and derivatives of a column's balances, its particles and metal eliminated.

    state : (c, φ_e, φ_s, metal, voltage, j, x); history : (c, x) of the implicit step, whose rate
    is lead · new + history. frozen holds concentrations and shells. Returns False where salt is
    used up or a surface is full or empty.
    """
    c, phi_e, phi_s, metal, voltage, _, _ = state
    history_c, history_x = history
    n = c.shape[1]
    diagonal, right = system.diagonal[p], system.right[p]
    lower, upper = system.lower[p], system.upper[p]
    diagonal[:] = 0.0
    right[:] = 0.0
    for z in range(n):
        if not c[p, z] > 0.0:
            return False
    log_here = np.log(c[p, 0])
    for z in range(n):
        if z + 1 < n:
            log_next = np.log(c[p, z + 1])
            i, i_l, i_r, i_phi, m, m_l, m_r, m_phi = electrolyte_face(
                chemistry, c[p, z], c[p, z + 1], log_here, log_next, phi_e[p, z], phi_e[p, z + 1],
                grid.pore[p, z], grid.weight[p, z],
            )  # fmt: skip
            log_here = log_next
            conduct = grid.solid[p, z]
            flow = conduct * (phi_s[p, z] - phi_s[p, z + 1])
            right[z, 0] -= m
            right[z + 1, 0] += m
            right[z, 1] -= i
            right[z + 1, 1] += i
            right[z, 2] -= flow
            right[z + 1, 2] += flow
            diagonal[z, 0, 0] += m_l
            diagonal[z, 0, 1] += m_phi
            diagonal[z, 1, 0] += i_l
            diagonal[z, 1, 1] += i_phi
            diagonal[z, 2, 2] += conduct
            diagonal[z + 1, 0, 0] -= m_r
            diagonal[z + 1, 0, 1] += m_phi
            diagonal[z + 1, 1, 0] -= i_r
            diagonal[z + 1, 1, 1] += i_phi
            diagonal[z + 1, 2, 2] += conduct
            upper[z, SALT_C], upper[z, SALT_PHI] = m_r, -m_phi
            upper[z, CHARGE_C], upper[z, CHARGE_PHI] = i_r, -i_phi
            upper[z, SOLID_PHI] = -conduct
            lower[z + 1, SALT_C], lower[z + 1, SALT_PHI] = -m_l, -m_phi
            lower[z + 1, CHARGE_C], lower[z + 1, CHARGE_PHI] = -i_l, -i_phi
            lower[z + 1, SOLID_PHI] = -conduct
        if not grid.solid_volume[z]:
            diagonal[z, 2, 2] = 1.0
    right[0, 2] -= grid.negative[p] * phi_s[p, 0]
    diagonal[0, 2, 2] += grid.negative[p]
    right[n - 1, 2] -= grid.positive[p] * (phi_s[p, n - 1] - voltage[0])
    diagonal[n - 1, 2, 2] += grid.positive[p]
    if grid.metal[p] > 0.0:
        per_current, _, _ = salt_at_metal(chemistry, metal[p], c[p, 0], grid.metal[p])
        if not c[p, 0] + per_current * metal[p] > 0.0:
            return False
        value, by_i, by_c, by_phi = metal_potential(
            chemistry, metal[p], c[p, 0], phi_e[p, 0], grid.metal[p]
        )
        system.metal[p, 0], system.metal[p, 1] = value, by_i
        system.metal[p, 2], system.metal[p, 3] = by_c, by_phi
        for row in range(2):  # its whole current enters the electrolyte as Li⁺
            right[0, row] += metal[p] - value / by_i
            diagonal[0, row, 0] += by_c / by_i
            diagonal[0, row, 1] += by_phi / by_i
    if not _react_column(p, chemistry, particles, state, lead, history_x, frozen, system):
        return False
    for z in range(n):
        if frozen:
            right[z, 0] = 0.0
            for column in range(3):
                diagonal[z, 0, column] = 1.0 if column == 0 else 0.0
            lower[z, SALT_C] = lower[z, SALT_PHI] = 0.0
            upper[z, SALT_C] = upper[z, SALT_PHI] = 0.0
        else:
            right[z, 0] -= grid.capacity[p, z] * (lead * c[p, z] + history_c[p, z])
            diagonal[z, 0, 0] += grid.capacity[p, z] * lead
    return True
