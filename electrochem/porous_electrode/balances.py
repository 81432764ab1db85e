"""Newman's porous electrode, discretised in space, with its exact linearisation.

Doyle, Fuller & Newman, J. Electrochem. Soc. 140 (1993) 1526. All balances are written as current
densities [A/m²] of a column. The shells, then the reactions and lithium metal's current are
eliminated exactly; what is left are three unknowns a volume. The conserved sums are linear in the
state, so every full Newton update conserves lithium to rounding.
"""

import numpy as np

from dem.jit import njit
from electrochem.porous_electrode.fluxes import electrolyte_face, metal_potential, salt_at_metal
from electrochem.porous_electrode.reaction import react_column
from electrochem.porous_electrode.system import CHARGE_C, CHARGE_PHI, SALT_C, SALT_PHI, SOLID_PHI


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
    if not react_column(p, chemistry, particles, state, lead, history_x, frozen, system):
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
