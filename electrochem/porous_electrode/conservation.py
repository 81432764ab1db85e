"""How well lithium is kept over a curve."""

import numpy as np

from electrochem.kinetics import FARADAY
from electrochem.porous_electrode.newton import Model
from electrochem.porous_electrode.state import Layout


def lithium_error(
    model: Model, layout: Layout, start: np.ndarray, time, held_current, salt, mean
) -> float:
    """Largest deviation of a lithium sum from what has passed, as a share of it.

    start : the state at the beginning; time : (nt,) [s]; held_current : (nt,) [A/m²], nan where it
    is not constant; salt : (nt, p, n), mean : (nt, m) as of `Curve`. What has passed is I t where I
    is constant, else what the positive electrode gained.
    """
    electrodes = model.chemistry.transfer.size
    gained = _gained(model, layout, start, mean, electrodes - 1)
    constant = held_current[1:] == held_current[:-1]
    by_current = held_current[1:] * np.diff(time) * layout.columns / FARADAY
    moved = np.concatenate([[0.0], np.cumsum(np.where(constant, by_current, np.diff(gained)))])
    passed = np.abs(np.diff(moved)).sum()
    if passed == 0.0:
        return 0.0
    salt_change = ((salt - model.initial_salt) * model.grid.capacity).sum(axis=(1, 2))
    errors = [np.abs(salt_change).max() / FARADAY, np.abs(gained - moved).max()]
    if electrodes == 2:
        errors.append(np.abs(_gained(model, layout, start, mean, 0) + moved).max())
    return float(max(errors) / passed)


def _gained(model: Model, layout: Layout, start, mean, which: int) -> np.ndarray:
    """(nt,) lithium that an electrode holds more than at the start [mol/m²] of all columns."""
    here = model.particles.electrode == which
    before = 3.0 * layout.parts(start)[6][here] @ model.particles.shell_volume
    return (mean[:, here] - before) @ model.particles.held[here]
