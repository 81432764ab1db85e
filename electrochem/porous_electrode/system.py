"""The linearised balances of all columns, and what was eliminated from them."""

from typing import NamedTuple

import numpy as np

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
