"""What no cell can have, whatever the positive electrode's structure: found before it runs."""

from collections.abc import Iterator

from dem.errors import InputError
from electrochem.materials import ELECTROLYTES, NEGATIVE_MATERIALS, POSITIVE_MATERIALS
from electrochem.materials.active_material import REFERENCE_TEMPERATURE, TEMPERATURE_TOLERANCE
from electrochem.porous_electrode.balance import matched_negative
from electrochem.porous_electrode.cell import Electrode
from scenarios.runner.protocol_problems import protocol_problems, voltage_problems
from scenarios.runner.schema.cell import Cell


def _refused_temperature(cell: Cell) -> Iterator[InputError]:
    """What each parameter set that does not reach the cell's temperature says of it."""
    materials = [POSITIVE_MATERIALS[cell.active_material]]
    if cell.kind == "full":
        materials.append(NEGATIVE_MATERIALS[cell.negative_material])
    for material in materials:
        try:
            material.at_temperature(cell.temperature)
        except InputError as error:
            yield error
    electrolyte = ELECTROLYTES[cell.electrolyte](cell.concentration)
    away = abs(cell.temperature - REFERENCE_TEMPERATURE) > TEMPERATURE_TOLERANCE
    if electrolyte.fixed_temperature and away:
        yield InputError(f"{electrolyte.name} holds at {REFERENCE_TEMPERATURE:g} K only")


def cell_problems(cell: Cell) -> Iterator[tuple[str, str]]:
    """Key and sentence of what no cell can have."""
    if cell.lower_voltage >= cell.upper_voltage:
        yield (
            "cell.lower_voltage",
            f"is {cell.lower_voltage:g} V; expected less than cell.upper_voltage "
            f"({cell.upper_voltage:g} V)",
        )
        return
    if cell.kind == "none":
        return
    yield from (
        (f"cell.{key}", text)
        for key, text in protocol_problems(cell.protocol, cell.cycles, has_area=False)
    )
    if cell.impedance is not None and cell.parts[1:] != (1, 1):
        yield (
            "cell.impedance",
            f"is not solved where the cell changes in the plane, as cell.parts = "
            f"{list(cell.parts)} has it; expected parts such as [{cell.parts[0]}, 1, 1]",
        )
    if told := [str(error) for error in _refused_temperature(cell)]:
        degrees = f"is {cell.temperature - 273.15:.6g} degC, but "
        yield "cell.temperature", degrees + "; ".join(told)
        return
    material = POSITIVE_MATERIALS[cell.active_material].at_temperature(cell.temperature)
    try:
        material.stoichiometry_at(cell.upper_voltage)
    except InputError as error:
        yield "cell.upper_voltage", f"is {cell.upper_voltage:g} V, but {error}"
        return
    materials = [material]
    if cell.kind == "full":
        negative = NEGATIVE_MATERIALS[cell.negative_material].at_temperature(cell.temperature)
        materials.insert(0, negative)
    limits = (cell.lower_voltage, cell.upper_voltage)
    yield from (
        (f"cell.{key}", text) for key, text in voltage_problems(cell.protocol, materials, limits)
    )
    if cell.kind == "half":
        return
    filled = cell.negative_porosity + cell.negative_active_fraction
    if filled > 1.0:
        yield (
            "cell.negative_active_fraction",
            f"and cell.negative_porosity make {filled:g}; expected at most 1",
        )
        return
    any_structure = Electrode(
        thickness=50e-6, porosity=0.3, tortuosity_factor=2.0, active_fraction=0.6,
        surface_area=3e5, particle_radius=5e-6, electronic_conductivity=1.0, material=material,
    )  # fmt: skip
    try:
        matched_negative(
            any_structure,
            NEGATIVE_MATERIALS[cell.negative_material],
            np_ratio=cell.np_ratio,
            lower_voltage=cell.lower_voltage,
            upper_voltage=cell.upper_voltage,
        )
    except InputError as error:
        yield (
            "cell",
            f"cannot be balanced between {cell.lower_voltage:g} and {cell.upper_voltage:g} V: "
            f"{error}; expected limits that the positive material and graphite can meet",
        )
