"""Tables of particles read from CSV files, every doubt refused."""

import csv
import difflib
import math
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dem.errors import InputError
from dem.fragments import diameter_by_volume

COLUMNS = {
    "id": ("value", "id"),
    "volume": ("volume",),
    **{f"{axis}min": (f"{axis}min",) for axis in "xyz"},
    **{f"{axis}max": (f"{axis}max",) for axis in "xyz"},
    **{f"{axis}centre": (f"{axis}Center", f"{axis}centre") for axis in "xyz"},
}
"""Headers under which each column is looked for where the caller names none."""
_PLAUSIBLE = (50e-9, 300e-6)
"""Median diameters [m] of an electrode's particles that are believed."""
_FARTHEST = 1e9
"""Coordinates beyond it [units of the table] are damage, not places."""
_BOX_ROUNDING = 1e-6


@dataclass(frozen=True, eq=False)
class ParticleTable:
    """Particles as a segmentation measured them, axes in the order x, y, z.

    volume : (n,) [m³]
    lower, upper : (n, 3) [m], planes that bound each particle
    centroid : (n, 3) [m]
    """

    volume: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    centroid: np.ndarray

    @property
    def diameter(self) -> np.ndarray:
        """(n,) of the spheres of the same volumes [m]."""
        return np.cbrt(6.0 / np.pi * self.volume)

    def __getitem__(self, chosen) -> "ParticleTable":
        return ParticleTable(
            self.volume[chosen], self.lower[chosen], self.upper[chosen], self.centroid[chosen]
        )


def read_particle_table(
    path: str | os.PathLike,
    unit: float,
    columns: dict[str, str] | None = None,
    bounds: str = "voxels",
    delimiter: str = ",",
) -> ParticleTable:
    """Read a CSV file with one particle a row, one header row and decimal points.

    unit : [m] of 1 in the table
    columns : header of each column of `COLUMNS` that the file names otherwise
    bounds : "voxels" where boxes name their first and last voxel, whose centres the numbers are;
        "edges" where they name the planes that bound the particle
    raises InputError where the file or an argument is not what it must be
    """
    path = Path(path)
    if bounds not in ("voxels", "edges"):
        raise InputError(f"bounds: expected 'voxels' or 'edges', found {bounds!r}")
    if not (math.isfinite(unit) and unit > 0.0):
        raise InputError(f"unit: expected a positive length, found {unit:g} m")
    rows = _rows(path, delimiter)
    place = _places(path, rows[0][1], columns or {}, delimiter)
    body = rows[1:]
    if not body:
        raise InputError(f"{path}: holds a header and no particle, expected one a row")
    _check_ids(path, body, place["id"], len(rows[0][1]))
    values = _numbers(path, body, place)
    _check_particles(path, body, values, 0.5 if bounds == "voxels" else 0.0)
    half = 0.5 if bounds == "voxels" else 0.0
    table = ParticleTable(
        volume=values["volume"] * unit**3,
        lower=unit * (_three(values, "min") - half),
        upper=unit * (_three(values, "max") + half),
        centroid=unit * _three(values, "centre"),
    )
    _check_unit(path, table, unit)
    return table


def _rows(path, delimiter):
    """Number of the line and cells of each row that is not blank."""
    if not path.exists():
        raise InputError(f"{path}: there is no such file, expected a particle table (CSV)")
    if not path.is_file():
        raise InputError(f"{path}: this is no file, expected a particle table (CSV)")
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except UnicodeDecodeError:
        raise InputError(f"{path}: not a text file, expected a particle table (CSV)") from None
    except csv.Error as error:
        raise InputError(
            f"{path}: cannot be read as CSV ({error}), expected one particle a row"
        ) from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    rows = [row for row in rows if any(row[1])]
    if not rows:
        raise InputError(f"{path}: is empty, expected a header and one particle a row")
    return rows


def _places(path, header, columns, delimiter):
    """Index of each column in the rows."""
    unknown = [name for name in columns if name not in COLUMNS]
    if unknown:
        raise InputError(f"columns: unknown {unknown[0]!r}, expected {', '.join(COLUMNS)}")
    if len(header) == 1:
        other = next((mark for mark in ",;\t|" if mark != delimiter and mark in header[0]), None)
        if other:
            raise InputError(
                f"{path}: the header holds {other!r} and no {delimiter!r}, expected cells "
                "separated by the delimiter"
            )
    place = {}
    for name, usual in COLUMNS.items():
        wanted = (columns[name],) if name in columns else usual
        found = [index for index, cell in enumerate(header) if cell in wanted]
        if not found:
            free = [cell for cell in header if not any(cell in known for known in COLUMNS.values())]
            near = difflib.get_close_matches(wanted[0], free, n=1, cutoff=0.5)
            hint = f" (the nearest is {near[0]!r})" if near else ""
            raise InputError(
                f"{path}: has no column {wanted[0]!r} for {name}{hint}, expected it in the header "
                "or another named in columns"
            )
        if len(found) > 1:
            raise InputError(
                f"{path}: columns {found[0] + 1} and {found[1] + 1} both stand for {name}, "
                "expected one"
            )
        place[name] = found[0]
    return place


def _check_ids(path, body, column, width):
    seen = {}
    for line, cells in body:
        if len(cells) != width:
            raise InputError(
                f"{path}: line {line} has {len(cells)} cells, expected {width} as in the header"
            )
        former = seen.setdefault(cells[column], line)
        if former != line:
            raise InputError(
                f"{path}: lines {former} and {line} have the same id {_cut(cells[column])}, "
                "expected one row a particle"
            )


def _numbers(path, body, place):
    """(n,) floats of each column but the id."""
    return {
        name: np.array([_number(path, line, name, cells[column]) for line, cells in body])
        for name, column in place.items()
        if name != "id"
    }


def _number(path, line, name, text):
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in text:
        raise InputError(f"{path}: line {line}, {name}: expected a number, found {_cut(text)}")
    if abs(value) > (_FARTHEST**3 if name == "volume" else _FARTHEST):
        raise InputError(f"{path}: line {line}, {name}: {text} is out of all bounds")
    return value


def _check_particles(path, body, values, half):
    lower, upper = _three(values, "min") - half, _three(values, "max") + half
    centre, volume = _three(values, "centre"), values["volume"]
    edge = upper - lower
    slack = _BOX_ROUNDING * (1.0 + np.abs(centre))
    room = edge.prod(axis=1)

    def refuse(wrong, sentence):
        if wrong.any():
            row, *axis = (int(index[0]) for index in np.nonzero(wrong))
            raise InputError(f"{path}: line {body[row][0]}: {sentence(row, *axis)}")

    refuse(volume <= 0.0, lambda i: f"volume is {volume[i]:g}, expected a number of units³ above 0")
    refuse(
        edge <= 0.0,
        lambda i, a: (
            f"{'xyz'[a]}min is {values['xyz'[a] + 'min'][i]:g} and {'xyz'[a]}max "
            f"{values['xyz'[a] + 'max'][i]:g}, expected the lower first"
        ),
    )
    refuse(
        (centre < lower - slack) | (centre > upper + slack),
        lambda i, a: (
            f"{'xyz'[a]}centre is {centre[i, a]:g}, expected it within the bounding box "
            f"({lower[i, a]:g} … {upper[i, a]:g})"
        ),
    )
    refuse(
        volume > room * (1.0 + _BOX_ROUNDING),
        lambda i: (
            f"volume is {volume[i]:g}, expected no more than its bounding box holds "
            f"({room[i]:g}; see the key bounds)"
        ),
    )


def _check_unit(path, table, unit):
    median = diameter_by_volume(table.volume, 0.5)
    if not _PLAUSIBLE[0] <= median <= _PLAUSIBLE[1]:
        raise InputError(
            f"{path}: with a unit of {unit * 1e6:g} µm half of the material is in particles above "
            f"{median * 1e6:.3g} µm, expected {_PLAUSIBLE[0] * 1e6:g} to {_PLAUSIBLE[1] * 1e6:g} µm"
        )


def _three(values, end):
    return np.stack([values[axis + end] for axis in "xyz"], axis=1)


def _cut(text):
    return repr(text if len(text) <= 30 else text[:27] + "...")
