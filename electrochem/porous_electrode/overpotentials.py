"""Where the voltage goes: parts that add up to it at every point of a curve.

Potentials are averaged over each electrode with the reaction as weight, so that the electrolyte's
and the solid's share are what their faces dissipate, divided by the current.
"""

from dataclasses import dataclass, fields

import numpy as np

from dem.jit import njit
from electrochem.kinetics import overpotential_of
from electrochem.porous_electrode.curve import Curve
from electrochem.porous_electrode.fluxes import (
    electrolyte_face,
    metal_overpotential,
    salt_at_metal,
)
from electrochem.porous_electrode.property_tables import EXCHANGE, at_surface
from electrochem.porous_electrode.reaction import exchange_current, potential_at

_LEAST_NET = 0.1  # of what reacts in an electrode; below it no mean by reaction has a meaning
_SMALL_CURRENT = 1e-9  # [A/m²]; below it a cell counts as at rest, and all surface weighs the same


@dataclass(frozen=True, eq=False)
class Overpotentials:
    """Parts of the voltage [V], each (nt,); losses of a discharge are negative, and all sum to it.

    equilibrium : between the electrodes' mean stoichiometries
    kinetic_negative, kinetic_positive : Butler–Volmer (lithium metal's stands in the former)
    film : on the reacting surfaces; contact : between coating and collector
    diffusion_negative, diffusion_positive : from a particle's mean to its surface
    uneven : particles that are fuller or emptier than their electrode
    electrolyte_ohmic, electrolyte_concentration : of the salt's current and of its gradient
    solid_ohmic : of the electrodes' solid networks
    """

    equilibrium: np.ndarray
    kinetic_negative: np.ndarray
    kinetic_positive: np.ndarray
    film: np.ndarray
    diffusion_negative: np.ndarray
    diffusion_positive: np.ndarray
    uneven: np.ndarray
    electrolyte_ohmic: np.ndarray
    electrolyte_concentration: np.ndarray
    solid_ohmic: np.ndarray
    contact: np.ndarray

    def sum(self) -> np.ndarray:
        """The voltage [V]."""
        return sum(getattr(self, field.name) for field in fields(self))


@njit
def _dissipated(chemistry, c_l, c_r, phi_l, phi_r, conductance, weight):
    """What the current through a face dissipates ohmically [W/m²]."""
    i, _, _, i_phi, _, _, _, _ = electrolyte_face(
        chemistry, c_l, c_r, np.log(c_l), np.log(c_r), phi_l, phi_r, conductance, weight
    )
    return i * i / i_phi if i_phi > 0.0 else 0.0


@njit
def _both_ways(particles, j, electrodes):
    """Whether lithium enters and leaves one electrode in all but equal parts."""
    net, gross = np.zeros(electrodes), np.zeros(electrodes)
    for k in range(j.shape[0]):
        net[particles.electrode[k]] += particles.area[k] * j[k]
        gross[particles.electrode[k]] += particles.area[k] * abs(j[k])
    return (np.abs(net) < _LEAST_NET * gross).any()


@njit
def _split(model, c, phi_e, phi_s, metal, voltage, j, surface, mean, current, contact, parts):
    """The parts of one point's voltage, in the order of `Overpotentials`."""
    grid, particles, chemistry = model.grid, model.particles, model.chemistry
    columns, n = c.shape
    electrodes = chemistry.transfer.shape[0]
    at_rest = abs(current) < _SMALL_CURRENT or _both_ways(particles, j, electrodes)
    weight, held = np.zeros(electrodes), np.zeros(electrodes)
    # Over each electrode: mean stoichiometry; φ_s, φ_e, η, film, U(surface), U(mean).
    filling, means = np.zeros(electrodes), np.zeros((electrodes, 6))
    for p in range(columns):
        for z in range(n):
            for k in range(particles.first[p * n + z], particles.first[p * n + z + 1]):
                e, x = particles.electrode[k], surface[k]
                prefactor, _ = at_surface(chemistry.surface[e], EXCHANGE, x)
                j0, _, _ = exchange_current(chemistry, e, c[p, z], x, prefactor, 0.0)
                eta, _, _ = overpotential_of(j[k], j0, chemistry.thermal, chemistry.transfer[e])
                w = particles.area[k] * (1.0 if at_rest else j[k])
                weight[e] += w
                held[e] += particles.held[k]
                filling[e] += particles.held[k] * mean[k]
                means[e, 0] += w * phi_s[p, z]
                means[e, 1] += w * phi_e[p, z]
                means[e, 2] += w * eta
                means[e, 3] += w * particles.film[k] * j[k]
                means[e, 4] += w * potential_at(chemistry, e, x)[0]
                means[e, 5] += w * potential_at(chemistry, e, mean[k])[0]
    parts[:] = 0.0
    for e in range(electrodes):
        means[e] /= weight[e]
        sign = 1.0 if e == electrodes - 1 else -1.0
        balanced, _ = potential_at(chemistry, e, filling[e] / held[e])
        parts[0] += sign * balanced
        parts[2 if sign > 0.0 else 1] += sign * means[e, 2]
        parts[3] += sign * means[e, 3]
        parts[5 if sign > 0.0 else 4] += sign * (means[e, 4] - means[e, 5])
        parts[6] += sign * (means[e, 5] - balanced)
        parts[9] -= sign * means[e, 0]
    parts[9] += voltage
    through = current * columns
    dropped = 0.0
    for p in range(columns):
        out = grid.positive[p] * (phi_s[p, n - 1] - voltage)
        if out != 0.0:  # a column that does not touch the collector passes it nothing
            dropped += out * out * contact[p]
    if not at_rest:
        parts[10] = -dropped / through
    parts[9] -= parts[10]
    ohmic = 0.0
    for p in range(columns):
        for z in range(n - 1):
            ohmic += _dissipated(chemistry, c[p, z], c[p, z + 1], phi_e[p, z], phi_e[p, z + 1],
                                 grid.pore[p, z], grid.weight[p, z])  # fmt: skip
        for axis in range(2):
            b = grid.next_column[axis, p]
            if b >= 0:
                for z in range(n):
                    ohmic += _dissipated(chemistry, c[p, z], c[b, z], phi_e[p, z], phi_e[b, z],
                                         grid.pore_plane[axis, p, z], 0.5)  # fmt: skip
    between = means[electrodes - 1, 1]
    if electrodes == 2:
        between -= means[0, 1]
    else:
        for p in range(columns):
            share = 1.0 / columns if at_rest else metal[p] / through
            _, at_metal, kappa = salt_at_metal(chemistry, metal[p], c[p, 0], grid.metal[p])
            eta, _, _ = metal_overpotential(chemistry, metal[p], at_metal)
            parts[1] -= share * eta
            between += share * eta
            ohmic += metal[p] * metal[p] / (kappa * grid.metal[p])
    if not at_rest:
        parts[7] = -ohmic / through
    parts[8] = between - parts[7]


@njit
def _split_all(model, c, phi_e, phi_s, metal, voltage, j, surface, mean, current, contact, parts):
    for t in range(voltage.shape[0]):
        _split(
            model, c[t], phi_e[t], phi_s[t], metal[t], voltage[t], j[t], surface[t], mean[t],
            current[t], contact, parts[t],
        )  # fmt: skip


def overpotentials(curve: Curve, contact_resistance=0.0) -> Overpotentials:
    """The parts of a curve's voltage; contact_resistance : the cell's [Ω m²], (ny, nx) or one."""
    model = curve.model
    parts = np.empty((curve.time.size, len(fields(Overpotentials))))
    contact = np.zeros(model.grid.positive.size)
    contact[:] = np.ravel(contact_resistance)
    _split_all(
        model, curve.salt, curve.electrolyte_potential, curve.solid_potential,
        curve.metal_current, curve.voltage, curve.reaction, curve.surface, curve.mean,
        curve.current_density, contact, parts,
    )  # fmt: skip
    return Overpotentials(*parts.T)
