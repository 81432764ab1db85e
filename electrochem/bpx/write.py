"""A `Cell` as a BPX file that PyBaMM loads, and beside it what the format cannot say."""

import json
from pathlib import Path

import numpy as np

from dem.errors import InputError
from electrochem.bpx.functions import given_of
from electrochem.bpx.read import CONTACT
from electrochem.bpx.read_electrolyte import (
    AGAINST_CONCENTRATION,
    THERMODYNAMIC,
    TRANSFERENCE,
    OfConcentration,
)
from electrochem.bpx.sampling import RELATIVE_ERROR, left_out, table_of
from electrochem.bpx.write_electrode import electrode_section
from electrochem.materials.electrolyte import ConstantProperty
from electrochem.porous_electrode.balance import nominal_capacity, stoichiometry_window
from electrochem.porous_electrode.cell import Cell

VERSION = "1.1.0"
# Concentrations that are written, as a share of the one at rest.
SALT_RANGE = (1e-3, 4.0)


def beside(path: Path) -> Path:
    """Where the file stands that says what the BPX file at `path` cannot."""
    return Path(path).with_suffix(".beyond.json")


def write_bpx(cell: Cell, path: Path, *, nominal: float | None = None, title: str = "") -> None:
    """Write a full cell to a BPX file, and to `beside(path)` what it leaves out or changes.

    nominal : basis of C-rates [A h/m²], by default what the cell holds between its limits. All
    properties are those at the cell's temperature, which becomes the reference temperature.
    Raises InputError on a half cell, which the format does not know.
    """
    if cell.is_half:
        raise InputError(
            f"{path}: a cell with lithium metal was given; BPX has no half cells, only a negative "
            "and a positive electrode"
        )
    beyond = []
    window = stoichiometry_window(cell)
    limits = (
        (window.negative_discharged, window.negative_charged),
        (window.positive_charged, window.positive_discharged),
    )
    names = ("Negative electrode", "Positive electrode")
    sides = [
        electrode_section(cell, electrode, name, limit, beyond)
        for electrode, name, limit in zip(cell.electrodes, names, limits, strict=True)
    ]
    electrolyte, own = _electrolyte(cell, beyond)
    resistance = _contact(cell, beyond)
    if resistance > 0.0:
        own[CONTACT] = resistance / cell.area
    layers = (cell.negative, cell.separator, cell.positive)
    nominal = nominal_capacity(cell) if nominal is None else nominal
    separator = cell.separator
    file = {
        "Header": {"BPX": VERSION, "Title": title or "cell of calendem", "Model": "DFN"},
        "Parameterisation": {
            "Cell": {
                "Electrode area [m2]": cell.area,
                "Number of electrode pairs connected in parallel to make a cell": 1,
                "Lower voltage cut-off [V]": cell.lower_voltage,
                "Upper voltage cut-off [V]": cell.upper_voltage,
                "Nominal cell capacity [A.h]": nominal * cell.area,
                "Reference temperature [K]": cell.temperature,
                # Asked by PyBaMM even of isothermal cells: a bare stack's.
                "External surface area [m2]": 2.0 * cell.area,
                "Volume [m3]": cell.area * sum(layer.thickness for layer in layers),
            },
            "Electrolyte": electrolyte,
            names[0]: sides[0],
            names[1]: sides[1],
            "Separator": {
                "Thickness [m]": separator.thickness,
                "Porosity": separator.porosity,
                "Transport efficiency": separator.transport_efficiency,
            },
        },
        "State": {
            "Initial conditions": {
                "Initial temperature [K]": cell.temperature,
                "Initial electrolyte concentration [mol.m-3]": (
                    cell.electrolyte.initial_concentration
                ),
            },
            "Thermal environment": {"Ambient temperature [K]": cell.temperature},
        },
    }
    if own:
        file["Parameterisation"]["User-defined"] = own
    note = {"of": Path(path).name, "what BPX cannot say": beyond}
    for target, content in ((Path(path), file), (beside(path), note)):
        try:
            target.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        except OSError as error:
            raise InputError(f"{target}: cannot be written: {error.strerror}") from error


def _contact(cell: Cell, beyond: list) -> float:
    """The contact resistance [Ω m²] that all columns side by side have."""
    given = np.asarray(cell.contact_resistance, dtype=float)
    if not given.any():
        return 0.0
    passed = 0.0 if (given == 0.0).any() else 1.0 / float(np.mean(1.0 / given))
    left_out(
        beyond, "Cell", "contact resistance [Ohm m2]", given,
        f'user-defined "{CONTACT}", that of all columns side by side; PyBaMM takes it with its '
        'model option "contact resistance": "true"',
    )  # fmt: skip
    return passed


def _electrolyte(cell: Cell, beyond: list) -> tuple[dict, dict]:
    """The section of the electrolyte, and the user's own keys that go with it."""
    electrolyte, temperature = cell.electrolyte, cell.temperature
    rest = electrolyte.initial_concentration
    span = (SALT_RANGE[0] * rest, SALT_RANGE[1] * rest)

    def at_rest(function):
        return float(function(np.array([rest]), temperature)[0][0])

    def written(function):
        plain = isinstance(function, OfConcentration) and (
            function.activation == 0.0 or temperature == function.reference
        )
        given = given_of(function.function) if plain else None
        if isinstance(function, ConstantProperty):
            return function.value
        if given is not None:
            return given
        return table_of(lambda c: function(c, temperature)[0], *span, relative=RELATIVE_ERROR)

    section, own = {}, {}
    for key, function in (
        ("Diffusivity [m2.s-1]", electrolyte.diffusivity),
        ("Conductivity [S.m-1]", electrolyte.conductivity),
    ):
        section[key] = written(function)
    section[TRANSFERENCE] = at_rest(electrolyte.transference_number)
    factor = at_rest(electrolyte.thermodynamic_factor)
    if factor != 1.0:
        own[THERMODYNAMIC] = factor
    for key, function in (
        (TRANSFERENCE, electrolyte.transference_number),
        (THERMODYNAMIC, electrolyte.thermodynamic_factor),
    ):
        given = written(function)
        if not isinstance(given, float):
            own[key + AGAINST_CONCENTRATION] = given
            left_out(
                beyond, "Electrolyte", f"{key.lower()} against concentration [mol/m3]",
                given,
                f'the number at rest; the function as user-defined "{key + AGAINST_CONCENTRATION}"',
            )  # fmt: skip
    if THERMODYNAMIC in own:
        left_out(
            beyond, "Electrolyte", "thermodynamic factor", factor,
            f'user-defined "{THERMODYNAMIC}"; BPX itself holds that it is 1',
        )  # fmt: skip
    return section, own
