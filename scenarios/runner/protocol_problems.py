"""What the steps of a protocol cannot ask of a cell, and tables that cannot be followed."""

from collections.abc import Iterator, Sequence

from dem.errors import InputError
from electrochem.materials.active_material import ActiveMaterial
from scenarios.runner.discharging.drive_table import MOST_ROWS, read_drive_table
from scenarios.runner.schema.protocol import Step

POINTS_A_ROW, POINTS_A_STEP = 16, 150
"""Points of the solver between two rows of a table, and in another step."""
POINT, POINT_A_SIZE = 5.4e3, 2.7e3
"""Bytes of memory that a point of a column takes, and what each further size adds."""
MOST_HELD = 2e9
_OF_A_WHOLE_CELL = {"current": '"2 mA/cm^2"', "power": '"8 mW/cm^2"'}


def protocol_problems(
    steps: tuple[Step, ...], cycles: int, has_area: bool, columns: int = 1, sizes: int = 1
) -> Iterator[tuple[str, str]]:
    """Key and sentence of what cannot be.

    has_area : whether amperes and watts have a meaning; columns, sizes : of the cell in the plane,
    and of its particles
    """
    rows = 0
    for position, step in enumerate(steps):
        key = f"protocol[{position}]"
        amounts = [
            *((name, getattr(step, name)) for name in ("charge", "discharge")),
            *(("until", end) for end in step.until or ()),
        ]
        for name, amount in amounts:
            if not has_area and amount is not None and amount.kind in _OF_A_WHOLE_CELL:
                yield (
                    f"{key}.{name}",
                    f'is "{amount.text}", but the cell of a structure has no area; expected such '
                    f"as {_OF_A_WHOLE_CELL[amount.kind]}",
                )
        if step.follow is None:
            continue
        try:
            table = read_drive_table(step.follow)
        except InputError as error:
            yield f"{key}.follow", str(error)
            continue
        rows += table.time.size
        if not has_area and table.kind in _OF_A_WHOLE_CELL:
            yield (
                f"{key}.follow",
                f"{step.follow} has a {table.kind} of a whole cell, but that of a structure has "
                "no area; expected rate_C, current_mA_cm2 or power_mW_cm2",
            )
    if rows * cycles > MOST_ROWS:
        yield (
            "cycles",
            f"is {cycles}, which makes {rows * cycles} rows of tables to follow; expected at most "
            f"{MOST_ROWS}",
        )
        return
    points = cycles * (POINTS_A_ROW * rows + POINTS_A_STEP * len(steps))
    held = points * columns * (POINT + (sizes - 1) * POINT_A_SIZE)
    if held > MOST_HELD:
        yield (
            "cycles",
            f"is {cycles}, which makes some {points} points of {columns} columns of the cell, "
            f"{held / 1e9:.2g} GB; expected {MOST_HELD / 1e9:g} GB at most: fewer cycles, rows or "
            "parts in the plane",
        )


def voltage_problems(
    steps: tuple[Step, ...], materials: Sequence[ActiveMaterial], limits: tuple[float, float]
) -> Iterator[tuple[str, str]]:
    """Key and sentence of voltages that lie beyond the cell's limits and what its materials know.

    materials : at the cell's temperature, the negative first, of a half cell the positive alone
    limits : lower and upper voltage of the cell [V]
    """
    # A potential falls as its material fills.
    ends = [[each.potential(share) for share in each.stoichiometry_range] for each in materials]
    most, least = ends[-1]
    if len(ends) == 2:
        most, least = most - ends[0][1], least - ends[0][0]
    least, most = max(0.0, min(least, limits[0])), max(most, limits[1])
    for position, step in enumerate(steps):
        asked = [("until", each.value) for each in step.until or () if each.group == "voltage"]
        if step.hold is not None:
            asked.append(("hold", step.hold))
        for name, voltage in asked:
            if not least <= voltage <= most:
                of = " and ".join(each.name for each in materials)
                yield (
                    f"protocol[{position}].{name}",
                    f"is {voltage:g} V; expected {least:.2f} to {most:.2f} V, as far as "
                    f"{of} {'are' if len(ends) == 2 else 'is'} known",
                )
