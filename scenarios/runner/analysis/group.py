"""A group of figures of a volume: its columns, how they are measured, how the page shows them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from scenarios.runner.page.figures import Shown
from scenarios.runner.progress import ProgressCallback
from scenarios.runner.results import Run
from scenarios.runner.schema import Scenario
from voxelize.deposit.fractions import Fractions
from voxelize.volume import Volume

Curve = Mapping[str, np.ndarray]
"""Columns of one length, by names that end in their units; numbers, or texts."""


@dataclass(frozen=True, eq=False)
class Sample:
    """What is measured, and with which densities, conductivities and tolerance.

    fractions : shares of the phases in each voxel of the volume, where they are given
    """

    volume: Volume
    scenario: Scenario
    fractions: Fractions | None = None


@dataclass(frozen=True)
class Column:
    """A column of summary.csv as the page shows it.

    unit, factor, decimals : on the page, where the figure stands times the factor
    meaning : what it is, in a sentence
    alone : whether it stands in the group's list of figures; else in a table of the group
    """

    name: str
    title: str
    unit: str
    meaning: str
    factor: float = 1.0
    decimals: int = 3
    alone: bool = True


@dataclass(frozen=True)
class Table:
    """A table of the page, with its unit: columns, and rows of a name and its texts."""

    title: str
    unit: str
    columns: tuple[str, ...]
    rows: list[tuple[str, list[str]]]
    note: str = ""


@dataclass(frozen=True, eq=False)
class Found:
    """What a group found.

    row : by column of summary.csv
    curves : by name of their file in `curves/`
    arrays : by place under the volume's state in `run.h5`
    files : by path in the folder, a function that writes each
    remarks : sentences that go among the warnings
    """

    row: dict[str, float]
    curves: dict[str, Curve] = field(default_factory=dict)
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    files: dict[str, Callable[[Path], None]] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Group:
    """Figures that are measured together, or left out together.

    measure : finds them; raises InputError for a volume that cannot show them
    note : of the page, on how to read them
    plots : of the page, from the folder's own files: of the run and its curves by name
    tables : of the page, beside that of the columns
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    measure: Callable[[Sample, ProgressCallback], Found]
    note: str = ""
    plots: Callable[[Run, Mapping[str, Curve]], list[Shown]] = lambda run, curves: []
    tables: Callable[[Run], list[Table]] = lambda run: []
