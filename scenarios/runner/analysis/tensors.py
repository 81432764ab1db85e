"""The full tensors of diffusion, electronic conduction and heat, a solution an axis."""

from collections.abc import Callable

import numpy as np

from electrochem.structure.phase_fractions import porosity
from electrochem.transport.effective import AXES, Conducted, Progress, conductivity_tensor
from electrochem.transport.electronic import conduct_electrons
from electrochem.transport.ionic import conduct_ions
from electrochem.transport.thermal import conduct_heat
from scenarios.runner.analysis.through_plane import contacts_of, foil_conductivity
from scenarios.runner.analysis.transport_columns import PAIRS
from scenarios.runner.schema.analysis import Analysis
from voxelize.volume import Volume

_FINEST = 1e-10
"""No tensor is solved finer."""
Solve = Callable[[str, Progress], Conducted]


def measure_tensors(volume: Volume, analysis: Analysis, row: dict, progress: Progress) -> None:
    """Put the entries of all tensors into the row, those over the thickness among them."""
    # A flux aside errs as the field does, the conductivity along as the square of that.
    tolerance = max(analysis.tolerance**2, _FINEST)

    def ions(axis: str, on: Progress) -> Conducted:
        return conduct_ions(volume, tolerance, on, axis)

    def electrons(axis: str, on: Progress) -> Conducted:
        return conduct_electrons(
            volume,
            analysis.am_conductivity,
            analysis.cbd_conductivity,
            foil_conductivity(analysis),
            tolerance,
            on,
            axis,
            contacts_of(analysis),
        )

    def heat(axis: str, on: Progress) -> Conducted:
        given = analysis.thermal_conductivity.model_dump()
        return conduct_heat(volume, given, tolerance, on, axis)

    asked = [("effective_diffusivity", "", ions), ("electronic_conductivity", "_S_m", electrons)]
    if analysis.thermal_conductivity is not None:
        asked.append(("thermal_conductivity", "_W_mK", heat))
    for number, (name, unit, solve) in enumerate(asked):
        row |= _entries(
            name, unit, solve,
            lambda share, note, begun=number: progress((begun + share) / len(asked), note),
        )  # fmt: skip
    space = porosity(volume)
    for axis in AXES:
        effective = row[f"effective_diffusivity_{axis}"]
        row[f"tortuosity_factor_{axis}"] = space / effective if effective > 0.0 else np.inf


def _entries(name: str, unit: str, solve: Solve, progress: Progress) -> dict[str, float]:
    """Columns of a tensor and of its asymmetry."""
    diagonal = {}

    def along(axis: str, on: Progress) -> Conducted:
        solved = solve(axis, on)
        # The solver's own figure: of all that the field gives the nearest.
        diagonal[axis] = solved.effective.value
        return solved

    found = conductivity_tensor(along, progress)
    row = {f"{name}_{axis}{unit}": value for axis, value in diagonal.items()}
    for one, other in PAIRS:
        row[f"{name}_{AXES[one]}{AXES[other]}{unit}"] = float(found.value[one, other])
    return row | {f"{name}_asymmetry": found.asymmetry}
