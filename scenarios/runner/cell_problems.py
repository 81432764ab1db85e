"""What no cell can have, whatever the positive electrode's structure: found before it runs."""

from collections.abc import Iterator

from dem.errors import InputError
from electrochem.materials import ELECTROLYTES, NEGATIVE_MATERIALS, POSITIVE_MATERIALS
from electrochem.porous_electrode.balance import matched_negative
from electrochem.porous_electrode.cell import Electrode
from scenarios.runner.protocol_problems import protocol_problems, voltage_problems
from scenarios.runner.schema.cell import Cell


def _refused_temperature(cell: Cell) -> Iterator[str]:
    """Each key whose parameter set does not reach the cell's temperature, and the sets that do."""
    sets = {"active_material": POSITIVE_MATERIALS, "electrolyte": ELECTROLYTES}
    if cell.kind == "full":
        sets["negative_material"] = NEGATIVE_MATERIALS
    for key, known in sets.items():
        name = getattr(cell, key)
        reaching = [other for other in known if _reaches(known[other], cell)]
        if name not in reaching:
            yield f'cell.{key} = "{name}" is known at 25 degC only; expected {_one_of(reaching)}'


def _reaches(found, cell: Cell) -> bool:
    """Whether a material, or an electrolyte by its concentration, is known at the temperature."""
    if callable(found):
        return found(cell.concentration).is_known_at(cell.temperature)
    try:
        found.at_temperature(cell.temperature)
    except InputError:
        return False
    return True


def _one_of(names: list[str]) -> str:
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else "25 degC"


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
        for key, text in protocol_problems(
            cell.protocol, cell.cycles, False, cell.parts[1] * cell.parts[2], cell.sizes
        )
    )
    if cell.impedance is not None and cell.parts[1:] != (1, 1):
        yield (
            "cell.impedance",
            f"is not solved where the cell changes in the plane, as cell.parts = "
            f"{list(cell.parts)} has it; expected parts such as [{cell.parts[0]}, 1, 1]",
        )
    if told := list(_refused_temperature(cell)):
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
