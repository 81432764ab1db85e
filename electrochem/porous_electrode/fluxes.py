"""Current and salt through the electrolyte and out of lithium metal, with exact derivatives."""

import numpy as np

from dem.jit import leaf
from electrochem.kinetics import FARADAY, overpotential_of
from electrochem.porous_electrode.property_tables import (
    CONDUCTIVITY,
    DIFFUSIVITY,
    STRENGTH,
    TRANSFERENCE,
    look_up,
)


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
def metal_overpotential(chemistry, current, at_metal):
    """Overpotential of lithium metal [V], its slopes by current and by the salt's logarithm."""
    prefactor, exponent, transfer = chemistry.metal[0], chemistry.metal[1], chemistry.metal[2]
    j0 = prefactor * at_metal**exponent
    eta, eta_j, eta_j0 = overpotential_of(current, j0, chemistry.thermal, transfer)
    return eta, eta_j, eta_j0 * j0 * exponent


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
    eta, eta_j, eta_log = metal_overpotential(chemistry, current, at_metal)
    log = np.log(at_metal / c)
    by_surface = (strength + eta_log) / at_metal
    resistance = 1.0 / (kappa * conductance)
    value = phi_e + current * resistance + strength * log + eta
    by_concentration = (
        nodes * (strength_c * log - current * resistance * kappa_c / kappa)
        - strength / c
        + by_surface * by_c
    )
    return value, resistance + by_surface * per_current + eta_j, by_concentration, 1.0
