"""Impedance spectra: the linearised balances at iω instead of a time step's rate.

The same kernels as for time steps run on complex numbers, with the shells, the reactions and the
columns eliminated as exactly as there.
"""

import numpy as np

from dem.errors import InputError
from dem.jit import njit
from electrochem.porous_electrode.balances import System, system_for
from electrochem.porous_electrode.cell import Cell
from electrochem.porous_electrode.grid import Resolution
from electrochem.porous_electrode.newton import CURRENT, Model, assemble
from electrochem.porous_electrode.plane import build_levels, hierarchy_of, solve_one
from electrochem.porous_electrode.simulation import model_of, rest_state, under_load


@njit
def _response(model, state, lead):
    """Minus the voltage's change with the current at d/dt = lead; nan where the state cannot be."""
    if not assemble(model, state, lead, state, False):
        return lead * np.nan
    build_levels(model.hierarchy, model.system)
    model.hierarchy.right[:] = 0.0
    return -solve_one(model.hierarchy, model.system, 0, 1.0, 0.0, 1.0 + 0.0 * lead, 1, model.work)


def _complex(parts: tuple) -> tuple:
    return tuple(part.astype(complex) for part in parts)


def impedance(
    cell: Cell, frequency, stoichiometry: tuple[float, ...], resolution: Resolution | None = None
) -> np.ndarray:
    """Impedance [Ω m²] of a rested cell at frequencies [Hz], as frequency's shape, complex.

    stoichiometry : of each porous electrode, the negative first. Raises InputError on a frequency
    that is not above zero, and for cells whose properties change in the plane.
    """
    frequency = np.asarray(frequency, dtype=float)
    if not (frequency > 0.0).all():
        raise InputError("impedance: frequencies above zero were expected")
    if cell.columns != (1, 1):
        raise InputError("impedance: it is known for cells that are even in the plane only")
    model, layout = model_of(cell, resolution)
    state = rest_state(cell, model, layout, stoichiometry)
    state, _ = under_load(model, layout, state, CURRENT, 0.0)
    if state is None:
        raise InputError(f"impedance: the cell has no rest at the stoichiometries {stoichiometry}")
    system = system_for(1, layout.volumes, layout.particles, layout.shells)
    hierarchy = hierarchy_of(1, 1, layout.volumes, model.grid.positive)
    complex_model: Model = model._replace(
        system=System(*_complex(system)),
        hierarchy=hierarchy._replace(
            inverse=hierarchy.inverse.astype(complex),
            right=hierarchy.right.astype(complex),
            answer=hierarchy.answer.astype(complex),
        ),
        work=model.work.astype(complex),
    )
    spectrum = [_response(complex_model, state, 2j * np.pi * f) for f in frequency.ravel()]
    return np.array(spectrum).reshape(frequency.shape)
