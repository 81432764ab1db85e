"""What the steps of a protocol cannot ask of a cell, and tables that cannot be followed."""

from collections.abc import Iterator

from dem.errors import InputError
from scenarios.runner.discharging.drive_table import MOST_ROWS, read_drive_table
from scenarios.runner.schema.protocol import Step

_OF_A_WHOLE_CELL = {"current": '"2 mA/cm^2"', "power": '"8 mW/cm^2"'}


def protocol_problems(
    steps: tuple[Step, ...], cycles: int, has_area: bool
) -> Iterator[tuple[str, str]]:
    """Key and sentence of what cannot be; has_area : whether amperes and watts have a meaning."""
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
