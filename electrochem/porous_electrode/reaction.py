"""Particles: diffusion in their spheres and the reaction on their surface, eliminated exactly."""

import numpy as np

from dem.jit import leaf, njit
from electrochem.kinetics import overpotential_of
from electrochem.porous_electrode.property_tables import EXCHANGE, POTENTIAL, at_surface, look_up

# Nearer to 0 or 1 a surface's vacancy is lost to rounding.
SURFACE_MARGIN = 1e-13
# [V], as PyBaMM adds to every potential: 0.1 mV at 1 % from full or empty. A fitted potential stays
# finite where a surface is full, and the particle could then only stop the whole cell.
END_POLE = 1e-6


@leaf
def potential_at(chemistry, electrode, x):
    """Open-circuit potential [V] as the solver takes it, and its slope by stoichiometry."""
    value, slope = at_surface(chemistry.surface[electrode], POTENTIAL, x)
    empty, full = 1.0 / x, 1.0 / (1.0 - x)
    return value + END_POLE * (empty - full), slope - END_POLE * (empty * empty + full * full)


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
def react_column(p, chemistry, particles, state, lead, history, frozen, system):
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
            potential, potential_x = potential_at(chemistry, electrode, surface)
            prefactor, slope = at_surface(chemistry.surface[electrode], EXCHANGE, surface)
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
