"""Particle size distributions by volume, asked for and measured."""

import csv
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

from dem.errors import InputError

_TAIL = 2.3263478740408408
"""Standard deviations at which a size mode is cut: the 1st and 99th percentile by volume."""
_BELOW_TAIL = ndtr(-_TAIL)
_COLUMNS = ("diameter_um", "volume_share")


@dataclass(frozen=True)
class SizeMode:
    """One lognormal mode of the particle size distribution, by volume.

    median_diameter : [m], D50 by volume
    spread : standard deviation of ln(diameter); 0 for equal spheres
    share : share of the active material's mass
    """

    median_diameter: float
    spread: float
    share: float

    @property
    def smallest(self) -> float:
        """Diameter [m] at which the mode is cut."""
        return self.median_diameter * math.exp(-_TAIL * self.spread)

    @property
    def largest(self) -> float:
        """Diameter [m] at which the mode is cut."""
        return self.median_diameter * math.exp(_TAIL * self.spread)

    def finer(self, diameter: float) -> float:
        """Share of the mode's volume in particles finer than `diameter` [m]."""
        if self.spread == 0.0:
            return float(diameter > self.median_diameter)
        rank = ndtr(math.log(diameter / self.median_diameter) / self.spread)
        return min(max((rank - _BELOW_TAIL) / (1.0 - 2.0 * _BELOW_TAIL), 0.0), 1.0)


@dataclass(frozen=True)
class SizeTable:
    """A distribution given as classes, such as a laser diffraction's: volume shares of diameters.

    diameters : [m], middles of the classes, ascending; shares : of the volume, summing to 1
    A class reaches to the geometric mean with its neighbour, an end class as far to the other
    side; inside a class the volume is spread evenly over ln(diameter).
    share : share of the active material's mass
    """

    diameters: tuple[float, ...]
    shares: tuple[float, ...]
    share: float = 1.0

    @property
    def smallest(self) -> float:
        """Lower edge of the finest class [m]."""
        return math.exp(self._edges()[0])

    @property
    def largest(self) -> float:
        """Upper edge of the coarsest class [m]."""
        return math.exp(self._edges()[-1])

    @property
    def median_diameter(self) -> float:
        """D50 by volume [m]."""
        return percentile((self,), 0.5)

    def finer(self, diameter: float) -> float:
        """Share of the volume in particles finer than `diameter` [m]."""
        if len(self.diameters) == 1:
            return float(diameter > self.diameters[0])
        below = np.concatenate(([0.0], np.cumsum(self.shares)))
        return float(np.interp(math.log(diameter), self._edges(), below / below[-1]))

    def _edges(self) -> np.ndarray:
        middle = np.log(self.diameters)
        if len(middle) == 1:
            return np.repeat(middle, 2)
        inner = 0.5 * (middle[1:] + middle[:-1])
        return np.concatenate(([2 * middle[0] - inner[0]], inner, [2 * middle[-1] - inner[-1]]))


Sizes = SizeMode | SizeTable


def check_sizes_asked(modes: tuple[Sizes, ...]) -> None:
    """Refuse modes and tables that are no distribution; raises InputError."""
    if not modes:
        raise InputError("modes: expected at least one particle size mode, found none")
    for mode in modes:
        if isinstance(mode, SizeTable):
            _check_table(mode)
            continue
        if not (math.isfinite(mode.median_diameter) and mode.median_diameter > 0.0):
            raise InputError(
                f"modes: expected a positive median diameter, found {mode.median_diameter:g} m"
            )
        if not 0.0 <= mode.spread <= 1.5:
            raise InputError(f"modes: expected a spread of 0 … 1.5, found {mode.spread:g}")
        if not 0.0 < mode.share <= 1.0:
            raise InputError(f"modes: expected a share above 0, up to 1, found {mode.share:g}")
    total = sum(mode.share for mode in modes)
    if abs(total - 1.0) > 1e-6:
        raise InputError(f"modes: expected shares that sum to 1, found {total:g}")


def _check_table(table: SizeTable) -> None:
    if not table.diameters or len(table.diameters) != len(table.shares):
        raise InputError(
            f"table: expected a volume share for each diameter, found {len(table.diameters)} "
            f"diameters and {len(table.shares)} shares"
        )
    steps = np.diff(table.diameters)
    if not (np.isfinite(table.diameters).all() and table.diameters[0] > 0 and (steps > 0).all()):
        raise InputError("table: expected positive diameters in ascending order")
    if not (np.isfinite(table.shares).all() and min(table.shares) >= 0.0):
        raise InputError("table: expected volume shares of 0 or more")
    # Tables are printed to a tenth of a per cent.
    if abs(sum(table.shares) - 1.0) > 2e-3:
        raise InputError(f"table: expected volume shares of sum 1, found {sum(table.shares):g}")


def read_table(path: Path) -> SizeTable:
    """The size distribution of a CSV file with the columns diameter_um and volume_share.

    Raises InputError naming the file and what was expected.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not a text file"
        raise InputError(f"{path}: cannot be read ({reason}); expected a CSV of sizes") from None
    reader = csv.DictReader(lines, skipinitialspace=True)
    missing = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise InputError(
            f"{path}: expected the columns diameter_um and volume_share, found "
            f"{', '.join(reader.fieldnames or ()) or 'nothing'}"
        )
    rows = []
    for row in reader:
        try:
            rows.append([float(row[name]) for name in _COLUMNS])
        except (TypeError, ValueError):
            raise InputError(
                f"{path}, line {reader.line_num}: expected two numbers, found "
                f"{[row[name] for name in _COLUMNS]}"
            ) from None
    if not rows:
        raise InputError(f"{path}: expected rows of diameter and volume share, found none")
    diameter, share = np.array(rows).T
    table = SizeTable(tuple(diameter * 1e-6), tuple(share))
    try:
        _check_table(table)
    except InputError as error:
        raise InputError(f"{path}: {str(error).partition(': ')[2]}") from None
    return table


def percentile(modes: tuple[Sizes, ...], share: float) -> float:
    """Diameter [m] below which this share of the asked volume lies, as in D10, D50 and D90.

    Where no particle is asked for between two modes, the lower end of that gap.
    """
    low, high = min(m.smallest for m in modes), max(m.largest for m in modes)

    def excess(log_diameter: float) -> float:
        return sum(m.share * m.finer(math.exp(log_diameter)) for m in modes) - share

    low, high = math.log(low) - 1e-9, math.log(high) + 1e-9
    if excess(low) >= 0.0 or excess(high) <= 0.0:
        return math.exp(low if excess(low) >= 0.0 else high)
    return math.exp(brentq(excess, low, high, xtol=1e-12))


def measured_percentile(diameter: np.ndarray, share: float) -> float:
    """Diameter [m] below which this share of spheres' volume lies, each its own middle's stretch.

    Of few particles the cumulated volume is a staircase; this reads it half-way up each step.
    """
    ordered = np.sort(diameter)
    volume = ordered**3
    middle = (np.cumsum(volume) - 0.5 * volume) / volume.sum()
    return float(np.exp(np.interp(share, middle, np.log(ordered))))
