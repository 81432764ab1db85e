"""Why a step of a protocol ends."""

import numpy as np

from dem.jit import njit
from electrochem.porous_electrode import march as marching
from electrochem.porous_electrode.curve import summarise
from electrochem.porous_electrode.fluxes import salt_at_metal
from electrochem.porous_electrode.newton import Model, split
from electrochem.porous_electrode.state import Layout

LOWER_VOLTAGE = "lower voltage limit"
UPPER_VOLTAGE = "upper voltage limit"
CURRENT_LIMIT = "current limit"
DURATION = "duration"
POWER_LIMIT = "more power than the cell can give"
DEPLETED = "electrolyte depleted"
SATURATED = "particle surfaces full"
EMPTIED = "particle surfaces empty"
STALLED = "no further step converges"
REASONS = {
    marching.LOWER_VOLTAGE: LOWER_VOLTAGE,
    marching.UPPER_VOLTAGE: UPPER_VOLTAGE,
    marching.CURRENT_LIMIT: CURRENT_LIMIT,
    marching.DURATION: DURATION,
}
FAILURES = (DEPLETED, SATURATED, EMPTIED, STALLED)

DEPLETION = 0.01  # share of the initial salt below which a volume counts as depleted
SURFACE_END = 0.005  # stoichiometry from 0 or 1 within which a surface counts as empty or full


@njit
def _least_at_metal(model, state):
    """Least salt at lithium metal [mol/m³]; infinite without one."""
    c, _, _, metal, _, _, _ = split(model, state)
    least = np.inf
    for p in range(c.shape[0]):
        if model.grid.metal[p] > 0.0:
            per_current, _, _ = salt_at_metal(
                model.chemistry, metal[p], c[p, 0], model.grid.metal[p]
            )
            least = min(least, c[p, 0] + per_current * metal[p])
    return least


def what_limits(model: Model, layout: Layout, state: np.ndarray) -> str:
    """What keeps a load from going on from a state."""
    c = layout.parts(state)[0]
    if min(c.min(), _least_at_metal(model, state)) < DEPLETION * model.initial_salt:
        return DEPLETED
    surface, mean = np.empty((2, 1, layout.particles))
    summarise(model, state[None], surface, mean)
    if surface.max() > 1.0 - SURFACE_END:
        return SATURATED
    return EMPTIED if surface.min() < SURFACE_END else STALLED
