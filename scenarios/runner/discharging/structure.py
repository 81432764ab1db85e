"""The cell whose positive electrode has the structure of a state."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from dem.errors import InputError
from dem.fragments import diameter_by_volume
from electrochem.graded import LocalProperties, graded_electrode
from electrochem.homogenise import NotPercolatingError, positive_electrode
from electrochem.materials import (
    ELECTROLYTES,
    NEGATIVE_MATERIALS,
    POSITIVE_MATERIALS,
    LithiumMetal,
)
from electrochem.porous_electrode.balance import matched_negative
from electrochem.porous_electrode.cell import Cell, Electrode, Separator
from scenarios.runner import schema
from scenarios.runner.states import StateFigures

_NEEDED = (
    "thickness_um", "porosity", "tortuosity_factor_z", "am_fraction", "am_pore_area_m2_m3",
    "am_cbd_area_m2_m3", "cbd_nanoporosity", "electronic_conductivity_z_S_m",
    "particle_diameter_um",
)  # fmt: skip
"""Columns of a state's row of which its cell is made."""


def refuse_older(states: Sequence[StateFigures], run: Path) -> None:
    """Raises InputError where a run's rows lack what a cell is made of."""
    lacking = [name for name in _NEEDED if any(name not in state.row for state in states)]
    if lacking:
        raise InputError(
            f"{run}: its states have no {', '.join(lacking)}, as an earlier version wrote the run; "
            "run the scenario again to discharge it"
        )


def cell_of(
    state: StateFigures, settings: schema.cell.Cell, local: LocalProperties | None = None
) -> Cell:
    """The cell of a state; local : its structure part by part, None where its means stand for it.

    Several sizes need the state's particles; without them all have the median diameter. Raises
    NotPercolatingError where a network ends, InputError on what cannot be.
    """
    row = state.row
    radius = 0.5e-6 * row["particle_diameter_um"]
    material = POSITIVE_MATERIALS[settings.active_material]
    if local is None:
        positive = positive_electrode(
            thickness=row["thickness_um"] * 1e-6,
            porosity=row["porosity"],
            tortuosity_factor=row["tortuosity_factor_z"],
            am_fraction=row["am_fraction"],
            am_pore_area=row["am_pore_area_m2_m3"],
            am_cbd_area=row["am_cbd_area_m2_m3"],
            cbd_nanoporosity=row["cbd_nanoporosity"],
            electronic_conductivity=row["electronic_conductivity_z_S_m"],
            particle_radius=radius,
            material=material,
        )
    else:
        positive = graded_electrode(local, material, radius)
    if settings.sizes > 1 and state.diameters is not None:
        radii = 0.5 * median_diameters(state.diameters, settings.sizes)
        shares = (1.0 / settings.sizes,) * settings.sizes
        positive = replace(positive, particle_radius=tuple(radii), radius_shares=shares)
    positive = replace(positive, film_resistance=settings.film_resistance)
    return Cell(
        negative=_negative(positive, settings),
        separator=Separator(
            settings.separator_thickness,
            settings.separator_porosity,
            settings.separator_tortuosity_factor,
        ),
        positive=positive,
        electrolyte=ELECTROLYTES[settings.electrolyte](settings.concentration),
        lower_voltage=settings.lower_voltage,
        upper_voltage=settings.upper_voltage,
        temperature=settings.temperature,
        contact_resistance=contact_resistance(row, settings.contact_resistance),
    )


def median_diameters(diameters: np.ndarray, classes: int) -> np.ndarray:
    """(classes,) median diameters by volume [m] of classes that hold equal volumes of the spheres
    of the diameters (n,) [m]."""
    volumes = np.pi / 6.0 * np.asarray(diameters) ** 3
    middles = (np.arange(classes) + 0.5) / classes
    return np.array([diameter_by_volume(volumes, share) for share in middles])


def contact_resistance(row: Mapping[str, Any], specific: float) -> float:
    """Resistance [Ω m²] between coating and collector; specific : of a foil touched all over.

    Over the share of the foil that active material and binder touch; a structure without a foil
    touches all over. Raises NotPercolatingError where it touches nothing.
    """
    if specific == 0.0 or "am_collector_area_m2_m2" not in row:
        return specific
    share = row["am_collector_area_m2_m2"] + row["cbd_collector_area_m2_m2"]
    if not share > 0.0:
        raise NotPercolatingError("the coating touches the collector nowhere: no discharge curve")
    return specific / share


def _negative(positive: Electrode, settings: schema.cell.Cell) -> Electrode | LithiumMetal:
    if settings.kind == "half":
        return LithiumMetal()
    return matched_negative(
        positive,
        NEGATIVE_MATERIALS[settings.negative_material],
        np_ratio=settings.np_ratio,
        lower_voltage=settings.lower_voltage,
        upper_voltage=settings.upper_voltage,
        porosity=settings.negative_porosity,
        active_fraction=settings.negative_active_fraction,
    )
