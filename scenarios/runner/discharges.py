"""The cell made of each state, and its discharge curves."""

import csv
import io

from dem.errors import InputError
from electrochem.homogenise import positive_electrode
from electrochem.materials import (
    ELECTROLYTES,
    NEGATIVE_MATERIALS,
    POSITIVE_MATERIALS,
    LithiumMetal,
)
from electrochem.porous_electrode.balance import matched_negative, nominal_capacity
from electrochem.porous_electrode.cell import Cell, Electrode, Separator
from electrochem.porous_electrode.discharge import Discharge, discharge
from scenarios.runner import schema
from scenarios.runner.progress import Reporter
from scenarios.runner.run_folder import RunFolder
from scenarios.runner.states import StateFigures


def discharge_states(
    figures: list[StateFigures],
    settings: schema.cell.Cell,
    folder: RunFolder,
    reporter: Reporter,
) -> list[str]:
    """Discharge every state at every rate and write the curves; returns what went unusually.

    The capacity at each rate is added to each state's row.
    """
    if settings.kind == "none":
        return []
    warnings, placeholders = [], ()
    with reporter.stage("Discharge") as progress:
        done, total = 0, len(figures) * len(settings.rates)
        for state in figures:
            try:
                cell = cell_of(state, settings)
            except InputError as error:
                warnings.append(f"{state.name}: {error}")
                done += len(settings.rates)
                continue
            for rate in settings.rates:
                curve = discharge(cell, c_rate=rate, nominal=_nominal(cell, settings))
                name = f"{state.name}_{rate:g}C"
                folder.write_text(f"discharge/{name}.csv", curve_text(curve))
                state.row[f"capacity_{rate:g}C_mAh_cm2"] = float(curve.capacity[-1]) / 10
                if curve.note:
                    warnings.append(f"{name}: {curve.note}")
                done += 1
                progress(done / total, name)
            placeholders = cell.placeholders
        warnings.extend(placeholders)
    return warnings


def cell_of(state: StateFigures, settings: schema.cell.Cell) -> Cell:
    """The cell whose positive electrode has the state's structure."""
    row = state.row
    positive = positive_electrode(
        thickness=row["thickness_um"] * 1e-6,
        porosity=row["porosity"],
        tortuosity_factor=row["tortuosity_factor_z"],
        am_fraction=row["am_fraction"],
        am_pore_area=row["am_pore_area_m2_m3"],
        am_cbd_area=row["am_cbd_area_m2_m3"],
        cbd_nanoporosity=row["cbd_nanoporosity"],
        electronic_conductivity=row["electronic_conductivity_z_S_m"],
        particle_radius=0.5e-6 * row["particle_diameter_um"],
        material=POSITIVE_MATERIALS[settings.active_material],
    )
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
    )


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


def nominal_capacity_of(state: StateFigures, settings: schema.cell.Cell) -> float:
    """Basis of the C-rates of a state's cell [A h/m²]; InputError for what makes no cell."""
    return _nominal(cell_of(state, settings), settings)


def _nominal(cell: Cell, settings: schema.cell.Cell) -> float:
    given = settings.nominal_capacity
    return nominal_capacity(cell) if given is None else given


def curve_text(curve: Discharge) -> str:
    """A discharge curve as CSV: time, voltage and areal capacity."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["time_s", "voltage_V", "capacity_mAh_cm2"])
    for time, voltage, capacity in zip(curve.time, curve.voltage, curve.capacity / 10, strict=True):
        table.writerow([f"{time:.6g}", f"{voltage:.6f}", f"{capacity:.6g}"])
    return text.getvalue()
