"""Stiffness of the layer at its peak load and after its release, by columns and arrays of a run."""

import h5py
import numpy as np

from dem.calender import State
from dem.stiffness import LEGS, Stiffness, unloading_modulus

COLUMNS = {
    "reloading": "reloading_modulus_GPa",
    "compression": "compression_modulus_x_GPa",
    "tension": "tension_modulus_x_GPa",
}
HELD = ("residual_pressure_x_MPa", "held_modulus_x_GPa")
"""Columns of what pressing left of pressure in plane, and of the stiffness from there."""


def unloading_row(state: State) -> dict[str, float | None]:
    """The stiffness with which a state began to spring back, by its column."""
    thickness, pressure = state.release["thickness_m"], state.release["pressure_Pa"]
    modulus = unloading_modulus(np.array(thickness), np.array(pressure))
    return {"unloading_modulus_GPa": None if modulus is None else modulus / 1e9}


def stiffness_row(tests: Stiffness | None, index: int) -> dict[str, float | None]:
    """Moduli of the tests of a state, by their columns; nothing where none were made.

    index : of the state, as coated 0, which is not tested
    """
    if tests is None:
        return {}
    if index == 0:
        return dict.fromkeys((*COLUMNS.values(), *HELD))
    moduli = tests.moduli(index - 1)
    row = {column: _scaled(moduli[leg], 1e-9) for leg, column in COLUMNS.items()}
    pressure, modulus = tests.held(index - 1)
    return row | dict(zip(HELD, (_scaled(pressure, 1e-6), _scaled(modulus, 1e-9)), strict=True))


def _scaled(value: float | None, factor: float) -> float | None:
    return None if value is None else factor * value


def write_tests(group: h5py.Group, tests: Stiffness | None, index: int) -> None:
    """Write strain and stress of each test of a state."""
    if tests is None or index == 0:
        return
    for place, leg in enumerate(LEGS):
        curve = tests.curves[len(LEGS) * (index - 1) + place]
        if curve:
            strain, stress = np.array(curve).T
            group[f"stiffness/{leg}/strain"] = strain
            group[f"stiffness/{leg}/stress_MPa"] = 1e-6 * stress
    if readings := tests.letting_go[index - 1]:
        strain, pressure = np.array(readings).T
        group["stiffness/letting_go/strain"] = strain
        group["stiffness/letting_go/stress_MPa"] = -1e-6 * pressure


def stiffness_warnings(tests: Stiffness | None) -> list[str]:
    """Says which tests blew up."""
    return [] if tests is None else [f"stiffness of the layer: {text}" for text in tests.failed]
