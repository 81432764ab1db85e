"""Curves of an analysis: CSV files in `curves/`, a heading of names that end in units."""

import csv
import io
import math
from pathlib import Path

import numpy as np

from scenarios.runner.analysis.group import Curve
from scenarios.runner.results import number_or_text
from scenarios.runner.run_folder import ANALYSED, RunFolder

FOLDER = ANALYSED


def write_curve(folder: RunFolder, name: str, curve: Curve) -> None:
    """Write `curves/<name>.csv`, to six digits; infinity is inf, what is not known is blank."""
    folder.write_text(f"{FOLDER}/{name}.csv", curve_csv(curve))


def curve_csv(curve: Curve) -> str:
    """The text of such a file."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(curve)
    columns = [[_cell(value) for value in np.asarray(of).tolist()] for of in curve.values()]
    table.writerows(zip(*columns, strict=True))
    return text.getvalue()


def read_curves(folder: Path) -> dict[str, Curve]:
    """The curves that a folder holds, by name; what is blank is nan."""
    return {path.stem: read_curve(path) for path in sorted((folder / FOLDER).glob("*.csv"))}


def read_curve(path: Path) -> Curve:
    """One of these files."""
    with path.open(encoding="utf-8", newline="") as file:
        heading, *rows = csv.reader(file)
    values = [[number_or_text(text) if text else math.nan for text in row] for row in rows]
    return {name: np.array([row[k] for row in values]) for k, name in enumerate(heading)}


def _cell(value: float | int | bool | str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int):
        return str(int(value))
    return "" if math.isnan(value) else f"{value:.6g}"
