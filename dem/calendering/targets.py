"""What a pass is driven to: a density as it remains, a pressure, or a line load.

Each measure knows what a state of the loading path shows of it, and what its release makes of that:
the search for a target goes by the first and is judged by the second.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from dem.calendering.nip import Readings, side_load
from dem.calendering.rolls import Rolls

DENSITY, PRESSURE, LINE_LOAD = "density", "pressure", "line load"

Record = Sequence[tuple[float, ...]]
"""Rows of `dem.loading.PATH_COLUMNS`."""


class Target(NamedTuple):
    """A value [SI] of one of the measures."""

    value: float
    measure: str = DENSITY

    @property
    def text(self) -> str:
        """The target in the unit of its measure."""
        return MEASURES[self.measure].text(self.value)


class Sample(NamedTuple):
    """What a state of the path, by its index, came to: released density [kg/m³], peak pressure
    [Pa], line load [N/m]."""

    index: int
    density: float
    pressure: float
    line_load: float


class Measure(NamedTuple):
    """How a quantity shows on the loading path and in a released state.

    loaded : of the last of some rows of the path, along : of each, (k,); released : of a sample
    guess : loaded over released value before anything was released
    slope : released over loaded change before two samples tell; slopes : bounds afterwards
    shown_loaded : whether the loaded value is the released one, and its first reading counts
    text : a value in its unit
    """

    loaded: Callable[[Record, Rolls], float]
    along: Callable[[Record, Rolls], np.ndarray]
    released: Callable[[Sample], float]
    guess: float
    slope: float
    slopes: tuple[float, float]
    shown_loaded: bool
    text: Callable[[float], str]


def loading_readings(record: Record) -> Readings:
    """Thickness and mean pressure on both planes along the rows of a path."""
    thickness = np.array([row[1] for row in record])
    return Readings(thickness, np.array([0.5 * (row[2] + row[3]) for row in record]))


def _load_in(readings: Readings, rolls: Rolls, index: int) -> float:
    """Line load [N/m] of the way in to a gap at one of the readings."""
    way_in = Readings(*(values[: index + 1] for values in readings))
    return -side_load(way_in, float(way_in.thickness[-1]), rolls)


def _each_load_in(record: Record, rolls: Rolls) -> np.ndarray:
    readings = loading_readings(record)
    return np.array([_load_in(readings, rolls, index) for index in range(len(record))])


MEASURES = {
    DENSITY: Measure(
        loaded=lambda record, rolls: record[-1][0],
        along=lambda record, rolls: np.array([row[0] for row in record]),
        released=lambda sample: sample.density,
        guess=1.03,
        slope=0.9,
        slopes=(0.5, 1.0),
        shown_loaded=False,
        text=lambda value: f"{value / 1e3:.4g} g/cm³",
    ),
    PRESSURE: Measure(
        loaded=lambda record, rolls: 0.5 * (record[-1][2] + record[-1][3]),
        along=lambda record, rolls: loading_readings(record).pressure,
        released=lambda sample: sample.pressure,
        guess=1.0,
        slope=1.0,
        slopes=(1.0, 1.0),
        shown_loaded=True,
        text=lambda value: f"{value / 1e6:.4g} MPa",
    ),
    # The way out of the nip adds a fifth to a third of the way in.
    LINE_LOAD: Measure(
        loaded=lambda record, rolls: _load_in(loading_readings(record), rolls, len(record) - 1),
        along=_each_load_in,
        released=lambda sample: sample.line_load,
        guess=0.8,
        slope=1.25,
        slopes=(1.0, 2.0),
        shown_loaded=False,
        text=lambda value: f"{value / 1e3:.4g} N/mm",
    ),
}
"""The measures by their names."""
