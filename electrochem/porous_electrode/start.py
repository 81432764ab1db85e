"""Where a cell starts: its model on a grid, its state at rest and an even reaction."""

import numpy as np

from dem.errors import InputError
from electrochem.porous_electrode.cell import Cell
from electrochem.porous_electrode.grid import Resolution, grid_of
from electrochem.porous_electrode.hierarchy import hierarchy_of
from electrochem.porous_electrode.newton import Model
from electrochem.porous_electrode.particles import particles_of
from electrochem.porous_electrode.property_tables import chemistry_of
from electrochem.porous_electrode.reaction import END_POLE
from electrochem.porous_electrode.state import Layout
from electrochem.porous_electrode.system import system_for


def model_of(cell: Cell, resolution: Resolution | None = None) -> tuple[Model, Layout]:
    """A cell's grid, particles and materials with room to solve them, and its state's layout."""
    resolution = resolution or Resolution()
    grid, particles = grid_of(cell, resolution), particles_of(cell, resolution)
    columns, volumes = grid.capacity.shape
    layout = Layout(columns, volumes, particles.area.size, particles.shell_volume.size)
    hierarchy = hierarchy_of(*cell.columns, volumes, grid.positive)
    model = Model(
        grid=grid,
        particles=particles,
        chemistry=chemistry_of(cell),
        system=system_for(int(hierarchy.start[-1]), volumes, layout.particles, layout.shells),
        hierarchy=hierarchy,
        change=np.zeros(3 * columns * volumes + 1),
        work=np.zeros((1, volumes, 3)),
        initial_salt=float(cell.electrolyte.initial_concentration),
    )
    return model, layout


def rest_state(cell: Cell, model: Model, layout: Layout, stoichiometry) -> np.ndarray:
    """The state at rest: even salt, each electrode at its stoichiometry, no reaction.

    The negative collector is the zero of potential, or lithium metal. Raises InputError for a
    stoichiometry that is not between 0 and 1.
    """
    if not all(0.0 < value < 1.0 for value in stoichiometry):
        raise InputError(
            f"the cell's stoichiometries are {', '.join(f'{x:g}' for x in stoichiometry)}; values "
            "between 0 and 1 were expected"
        )
    state = np.zeros(layout.size)
    c, phi_e, phi_s, _, _, _, x = layout.parts(state)
    c[:] = model.initial_salt
    potentials = [
        material.potential(value) + END_POLE * (1.0 / value - 1.0 / (1.0 - value))
        for material, value in zip(cell.materials, stoichiometry, strict=True)
    ]
    ground = 0.0 if cell.is_half else -potentials[0]
    phi_e[:] = ground
    number = np.cumsum(np.diff(model.grid.solid_volume.astype(int), prepend=0) == 1) - 1
    for which, (value, potential) in enumerate(zip(stoichiometry, potentials, strict=True)):
        x[model.particles.electrode == which] = value
        phi_s[:, model.grid.solid_volume & (number == which)] = potential + ground
    state[voltage_at(layout)] = potentials[-1] + ground
    return state


def voltage_at(layout: Layout) -> int:
    """Where the voltage stands in a state."""
    return 3 * layout.columns * layout.volumes + layout.columns


def uniform_reaction(model: Model, layout: Layout, state, current: float) -> np.ndarray:
    """A copy of a state in which the current reacts evenly over each electrode."""
    state = state.copy()
    _, _, _, metal, _, j, _ = layout.parts(state)
    metal[model.grid.metal > 0.0] = current
    electrodes = model.chemistry.transfer.size
    for which in range(electrodes):
        here = model.particles.electrode == which
        sign = -1.0 if which == electrodes - 1 else 1.0
        j[here] = sign * current * layout.columns / model.particles.area[here].sum()
    return state
