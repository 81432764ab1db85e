"""Impedance spectra: the linearised balances at iω instead of a time step's rate.

The same kernels as for time steps run on complex numbers, with the shells, the reactions and the
columns eliminated as exactly as there.
"""

import numpy as np

from dem.errors import InputError
from dem.jit import njit
from electrochem.porous_electrode.beginning import Beginning
from electrochem.porous_electrode.cell import Cell
from electrochem.porous_electrode.grid import Resolution
from electrochem.porous_electrode.hierarchy import build_levels
from electrochem.porous_electrode.multigrid import solve_one
from electrochem.porous_electrode.newton import Model, assemble
from electrochem.porous_electrode.start import model_of, rest_state
from electrochem.porous_electrode.steps import Record
from electrochem.porous_electrode.system import System

THINNEST_SHELL = 2e-9  # of the radius: thinner ones are lost to rounding


@njit
def _response(model, state, lead, double_layer):
    """Minus the voltage's change with the current at d/dt = lead; nan where the state cannot be."""
    if not assemble(model, state, lead, state, False):
        return lead * np.nan
    first, diagonal = model.particles.first, model.system.diagonal
    for z in range(diagonal.shape[1]):
        for k in range(first[z], first[z + 1]):
            # Charges the surface with Li⁺ beside the reaction.
            pull = lead * double_layer * model.particles.area[k]
            for row in range(3):
                sign = -1.0 if row == 2 else 1.0
                diagonal[0, z, row, 1] += sign * pull
                diagonal[0, z, row, 2] -= sign * pull
    build_levels(model.hierarchy, model.system)
    model.hierarchy.right[:] = 0.0
    return -solve_one(model.hierarchy, model.system, 0, 1.0, 0.0, 1.0 + 0.0 * lead, 1, model.work)


def _complex(parts: tuple) -> tuple:
    return tuple(part.astype(complex) for part in parts)


def impedance(
    cell: Cell,
    frequency,
    stoichiometry: tuple[float, ...],
    *,
    double_layer: float = 0.0,
    resolution: Resolution | None = None,
) -> np.ndarray:
    """Impedance [Ω m²] of a rested cell at frequencies [Hz], as frequency's shape, complex.

    stoichiometry : of each porous electrode, the negative first; double_layer : capacity of the
    reacting surfaces [F/m²], lithium metal's left out. Raises InputError on a frequency that is not
    above zero or so high that nothing is found, and for cells whose properties change in the plane.
    Without a resolution, shells thin to a twentieth of how deep the highest frequency reaches.
    """
    frequency = np.asarray(frequency, dtype=float)
    if frequency.size == 0 or not (np.isfinite(frequency) & (frequency > 0.0)).all():
        raise InputError("impedance: finite frequencies above zero were expected")
    if len(stoichiometry) != len(cell.electrodes):
        raise InputError(
            f"impedance: {len(cell.electrodes)} stoichiometries were expected, one an electrode"
        )
    if cell.columns != (1, 1):
        raise InputError("impedance: it is known for cells that are even in the plane only")
    if resolution is None:
        resolution = _fine_enough(cell, frequency.max(), stoichiometry)
    model, layout = model_of(cell, resolution)
    state = rest_state(cell, model, layout, stoichiometry)
    room = Record(np.zeros(2), np.zeros((2, layout.size)), np.zeros(2))
    state = Beginning(model, layout, room).rested(state)
    if state is None:
        raise InputError(f"impedance: the cell has no rest at the stoichiometries {stoichiometry}")
    room = model.hierarchy
    complex_model: Model = model._replace(
        system=System(*_complex(model.system)),
        hierarchy=room._replace(
            inverse=room.inverse.astype(complex),
            right=room.right.astype(complex),
            answer=room.answer.astype(complex),
        ),
        work=model.work.astype(complex),
    )
    spectrum = np.array(
        [_response(complex_model, state, 2j * np.pi * f, double_layer) for f in frequency.ravel()]
    ).reshape(frequency.shape)
    if not np.isfinite(spectrum).all():
        lost = frequency[~np.isfinite(spectrum)].flat[0]
        raise InputError(
            f"impedance: none is found at {lost:g} Hz; lower frequencies were expected"
        )
    return spectrum


def _fine_enough(cell: Cell, highest: float, stoichiometry) -> Resolution:
    """100 volumes an electrode; shells that follow the layer √(D/ω) under the surface."""
    reaches = []
    for electrode, material, x in zip(cell.electrodes, cell.materials, stoichiometry, strict=True):
        diffusivity = float(material.diffusivity(np.array([x]))[0][0])
        reaches.append(np.sqrt(diffusivity / (2.0 * np.pi * highest)) / electrode.sizes[0].max())
    outermost = min(0.05 * min(reaches), 1.0 / 80.0)
    if outermost < THINNEST_SHELL:
        raise InputError(
            f"impedance: at {highest:g} Hz diffusion reaches {min(reaches):.1g} of a particle's "
            f"radius; lower frequencies, with {THINNEST_SHELL / 0.05:g} or more, were expected"
        )
    # Shells that grow by a fifth from one to the next.
    count = int(np.ceil(np.log(1.0 + 0.2 / outermost) / np.log(1.2)))
    return Resolution(electrode=100, separator=20, radial=max(count, 20), outermost=outermost)
