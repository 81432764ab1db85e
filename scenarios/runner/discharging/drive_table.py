"""Currents or powers over time from a CSV file, for the step `follow` of a protocol."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dem.errors import InputError

TIME = "time_s"
COLUMNS = {
    "current_mA_cm2": ("current density", 10.0),
    "current_A": ("current", 1.0),
    "rate_C": ("C-rate", 1.0),
    "power_mW_cm2": ("power density", 10.0),
    "power_W": ("power", 1.0),
}
"""Kind of each column's amounts, and from its unit to SI."""
MOST_ROWS = 20_000
"""Of all tables and cycles of a protocol, each row a step of the solver."""


@dataclass(frozen=True, eq=False)
class DriveTable:
    """Amounts over time, straight between the rows; positive discharges.

    time : (k,) since the first row [s], rising; kind : as of `schema.protocol.Amount`
    values : (k,) in SI
    """

    time: np.ndarray
    kind: str
    values: np.ndarray


def read_drive_table(path: Path) -> DriveTable:
    """The table of a file; raises InputError naming it, and what is wrong where."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = [line for line in csv.reader(file) if any(text.strip() for text in line)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or "it is no CSV text"
        raise InputError(f"{path}: cannot be read ({reason})") from None
    heading = [text.strip() for text in lines[0]] if lines else []
    found = [name for name in COLUMNS if name in heading]
    if TIME not in heading or len(found) != 1:
        raise InputError(
            f"{path}: has the columns {', '.join(heading) or 'of nothing'}; expected {TIME} and "
            f"one of {', '.join(COLUMNS)}"
        )
    at, of = heading.index(TIME), heading.index(found[0])
    rows = [_numbers(path, number, line, (at, of)) for number, line in enumerate(lines[1:], 1)]
    if not 2 <= len(rows) <= MOST_ROWS:
        raise InputError(f"{path}: has {len(rows)} rows; expected 2 to {MOST_ROWS}")
    time, values = np.array(rows).T
    falls = np.flatnonzero(np.diff(time) <= 0.0)
    if falls.size:
        raise InputError(
            f"{path}: {TIME} goes from {time[falls[0]]:g} to {time[falls[0] + 1]:g} at row "
            f"{falls[0] + 2}; expected times that rise"
        )
    kind, factor = COLUMNS[found[0]]
    return DriveTable(time - time[0], kind, values * factor)


def _numbers(path: Path, number: int, line: list[str], places: tuple[int, ...]) -> list[float]:
    try:
        values = [float(line[place]) for place in places]
    except (ValueError, IndexError):
        values = [np.nan]
    if not np.isfinite(values).all():
        raise InputError(f"{path}: row {number} is {','.join(line)[:60]}; expected finite numbers")
    return values
