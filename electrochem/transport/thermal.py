"""Conduction of heat through all phases of a coating."""

from dem.errors import InputError
from electrochem.transport.effective import (
    Conducted,
    EffectiveConductivity,
    Progress,
    cells_of,
    conduct_cells,
)
from voxelize.volume import LABEL_NAMES, PHASES, Volume


def conduct_heat(
    volume: Volume,
    conductivity: dict[str, float],
    tolerance: float = 1e-4,
    progress: Progress | None = None,
    axis: str = "z",
) -> Conducted:
    """The field of heat [W/(m K)] through all phases along an axis.

    conductivity : [W/(m K)] by phase, as `PHASES` names them; those of the pores is what fills
        them, and of the binder domain what it is with its nanopores filled; cracks conduct as pores
        where they are not given, the collector as active material
    Raises InputError where one is missing, negative or of no phase.
    """
    for name in ("pore", "active_material", "cbd"):
        if name not in conductivity:
            raise InputError(f"thermal conductivity of {name} is missing: expected it in W/(m K)")
    for name in conductivity:
        if name not in PHASES:
            known = ", ".join(PHASES)
            raise InputError(f'thermal conductivity of "{name}": expected some of {known}')
    table = [0.0] * len(LABEL_NAMES)
    given = dict(conductivity)
    given.setdefault("crack", given["pore"])
    given.setdefault("collector", given["active_material"])
    for name, value in given.items():
        table[PHASES[name]] = value
    return conduct_cells(cells_of(volume, table).turned(axis), tolerance, progress)


def thermal_conductivity(*given, **named) -> EffectiveConductivity:
    """Effective thermal conductivity [W/(m K)]; arguments as of `conduct_heat`."""
    return conduct_heat(*given, **named).effective
