"""A BPX file as a `Cell`.

Format: F. Brosa Planella et al., https://bpxstandard.com, versions 0.x (state among the parameters)
and 1.x. Transport efficiency is ε/τ², conductivity is effective, ε_s = a R/3 and
j0 = F K √(c_e/c_e0 x (1 − x)).
"""

from dataclasses import dataclass
from pathlib import Path

from electrochem.bpx.read_electrolyte import read_electrolyte
from electrochem.bpx.read_layers import read_electrode, read_separator
from electrochem.bpx.section import Section, sections_of
from electrochem.materials.over_temperature import REFERENCE_TEMPERATURE, held_note
from electrochem.porous_electrode.balance import capacity_note, stoichiometry_window
from electrochem.porous_electrode.cell import Cell

THERMAL = (
    "Density [kg.m-3]", "Specific heat capacity [J.K-1.kg-1]", "Thermal conductivity [W.m-1.K-1]",
    "External surface area [m2]", "Volume [m3]",
)  # fmt: skip
CONCENTRATION = 1000.0  # [mol/m³] where a file says none, as PyBaMM takes it
COLDEST = 200.0  # [K]; below it every electrolyte is solid, or the file gives degrees
# Keys by which properties change with temperature, in electrolyte and electrodes.
OVER_TEMPERATURE = {
    "Conductivity activation energy [J.mol-1]": "conductivity",
    "Diffusivity activation energy [J.mol-1]": "diffusivity",
}
OF_SOLIDS = {
    "Diffusivity activation energy [J.mol-1]": "diffusivity",
    "Reaction rate constant activation energy [J.mol-1]": "reaction rate constant",
    "Entropic change coefficient [V.K-1]": "OCP",
}
CONTACT = "Contact resistance [Ohm]"  # of the user's own keys, by PyBaMM's name


@dataclass(frozen=True, eq=False)
class BpxFile:
    """What a file holds: the charged cell, the basis of its C-rates per electrode area [A h/m²],
    its title, the keys that an isothermal cell has no use for, and what a user should be told, a
    sentence each."""

    cell: Cell
    nominal_capacity: float
    title: str
    left_out: tuple[str, ...]
    warnings: tuple[str, ...]


def read_bpx(path: Path) -> Cell:
    """The charged cell of a BPX file, as `open_bpx`."""
    return open_bpx(path).cell


def open_bpx(path: Path) -> BpxFile:
    """A BPX file's cell: negative at its maximum stoichiometry, positive at its minimum.

    The cell stands at the file's ambient temperature (initial or reference where that is missing),
    its area is that of all electrode pairs together. Missing activation energies and entropic
    coefficients are zero. Raises InputError, naming file and key, on what cannot be and on what
    this model cannot take: blended electrodes, hysteresis, degradation, single-particle files.
    """
    file = sections_of(Path(path))
    header = file.part("Header")
    _check_header(header)
    parameters = file.part("Parameterisation")
    state = file.part("State", required=False)
    state.refuse(["Degradation"], "a cell as it was made is expected")
    start = state.part("Initial conditions", required=False)
    ambience = state.part("Thermal environment", required=False)
    cell, fluid = parameters.part("Cell"), parameters.part("Electrolyte")
    start.refuse(
        [key for key in start.content if "hysteresis" in key], "hysteresis is not modelled"
    )
    reference = cell.number("Reference temperature [K]", REFERENCE_TEMPERATURE, above=COLDEST)
    temperature = _first_number(
        reference,
        (ambience, "Ambient temperature [K]"), (cell, "Ambient temperature [K]"),
        (start, "Initial temperature [K]"), (cell, "Initial temperature [K]"), above=COLDEST,
    )  # fmt: skip
    concentration = _first_number(
        CONCENTRATION,
        (start, "Initial electrolyte concentration [mol.m-3]"),
        (fluid, "Initial concentration [mol.m-3]"),
    )
    own = parameters.part("User-defined", required=False)
    title = str(header.take("Title", "", required=False)) or Path(path).name
    electrolyte = read_electrolyte(fluid, own, title, concentration, reference)
    sides = [parameters.part(f"{side} electrode") for side in ("Negative", "Positive")]
    electrodes = [read_electrode(side, title, concentration, reference) for side in sides]
    negative, positive = electrodes
    area = cell.number("Electrode area [m2]", above=0.0) * cell.number(
        "Number of electrode pairs connected in parallel to make a cell", above=0.0
    )
    made = cell.made(
        Cell,
        negative=negative, positive=positive,
        separator=read_separator(parameters.part("Separator")),
        electrolyte=electrolyte,
        lower_voltage=cell.number("Lower voltage cut-off [V]"),
        upper_voltage=cell.number("Upper voltage cut-off [V]"),
        temperature=temperature, area=area,
        contact_resistance=own.number(CONTACT, 0.0, at_least=0.0) * area,
        negative_stoichiometry=sides[0].number("Maximum stoichiometry"),
        positive_stoichiometry=sides[1].number("Minimum stoichiometry"),
    )  # fmt: skip
    cell.made(stoichiometry_window, cell=made)
    nominal = cell.number("Nominal cell capacity [A.h]", above=0.0) / area
    left_out = [*cell.end(THERMAL), *fluid.end(), *own.end(own.content)]
    left_out += start.end(["Initial state-of-charge"])
    left_out += ambience.end(["Heat transfer coefficient [W.m-2.K-1]"])
    parameters.end()
    left_out += file.end(["Validation"])
    warnings = list(capacity_note(made, nominal))
    for section, keys in ((fluid, OVER_TEMPERATURE), (sides[0], OF_SOLIDS), (sides[1], OF_SOLIDS)):
        held = [name for key, name in keys.items() if section.content.get(key) is None]
        warnings += held_note(section.name, held, temperature, reference)
    return BpxFile(made, nominal, title, tuple(left_out), tuple(warnings))


def _check_header(header: Section) -> None:
    version = str(header.take("BPX"))
    if version.split(".")[0] not in ("0", "1"):
        raise header.wrong("BPX", f'"{version}"', "a version 0.x or 1.x")
    model = header.take("Model")
    if model not in ("DFN", "SPMe"):
        raise header.wrong("Model", f'"{model}"', '"DFN" or "SPMe", whose parameters make a cell')


def _first_number(default: float, *places: tuple[Section, str], above: float = 0.0) -> float:
    numbers = [s.number(key, above=above) for s, key in places if s.content.get(key) is not None]
    return numbers[0] if numbers else default
