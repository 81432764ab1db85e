"""The roll gap as a path: what a layer's pressure against thickness makes of a nip.

A piece of the web goes through its loading path on the way into the gap and through its release on
the way out; the circle of the rolls says where in the nip it has which thickness.
"""

from typing import NamedTuple

import numpy as np

from dem.calendering.rolls import Rolls


class Readings(NamedTuple):
    """Pressure against thickness in the order in which they were met: (k,) [m], (k,) [Pa]."""

    thickness: np.ndarray
    pressure: np.ndarray


class Nip(NamedTuple):
    """Pressure along the nip between two rolls, a piece of the web on its way from left to right.

    position : (k,) [m], below zero before the line of the roll centres; pressure : (k,) [Pa]
    gap [m], before, after [m] : thickness there, before and behind it
    entry, exit [m] : lengths of contact before and behind (S3 eq. 2)
    load_in, load_out [N/m] : the line load's share of either (S3 eq. 1)
    peak_pressure [Pa], peak_position [m] : largest reading of the loading path, and where
    residence_time [s]
    """

    position: np.ndarray
    pressure: np.ndarray
    gap: float
    before: float
    after: float
    entry: float
    exit: float
    load_in: float
    load_out: float
    peak_pressure: float
    peak_position: float
    residence_time: float

    @property
    def line_load(self) -> float:
        """Force of a roll over the width of the coating [N/m] (S3 eq. 1)."""
        return self.load_in + self.load_out

    @property
    def compaction(self) -> float:
        """Degree of compaction of this passage, 1 − δ₁/δ₀ (S3 eq. 3)."""
        return 1.0 - self.after / self.before


def nip_of(loading: Readings, release: Readings, rolls: Rolls) -> Nip:
    """The nip whose gap is where the loading ends and the release begins.

    loading : from the unloaded layer on; release : to the layer at zero load
    """
    gap = float(loading.thickness[-1])
    before, after = float(loading.thickness[0]), float(release.thickness[-1])
    entry, leaving = float(rolls.distance(before, gap)), float(rolls.distance(after, gap))
    highest = int(np.argmax(loading.pressure))
    return Nip(
        position=np.concatenate(
            (-rolls.distance(loading.thickness, gap), rolls.distance(release.thickness, gap))
        ),
        pressure=np.concatenate((loading.pressure, release.pressure)),
        gap=gap,
        before=before,
        after=after,
        entry=entry,
        exit=leaving,
        load_in=0.0 - side_load(loading, gap, rolls),
        load_out=side_load(release, gap, rolls),
        peak_pressure=float(loading.pressure[highest]),
        peak_position=0.0 - float(rolls.distance(loading.thickness[highest], gap)),
        residence_time=rolls.residence_time(entry + leaving),
    )


def side_load(readings: Readings, gap: float, rolls: Rolls) -> float:
    """∫ p dx along readings on one side of a gap [N/m]; below zero on the way to it.

    The pressure is linear in thickness between two readings, and the distance x, whose derivative
    by thickness is singular at the gap, is what is integrated over: Simpson's rule is exact for
    rolls that are parabolas, and off by (x/r)²/300 at most for circles. An integral averages waves.
    """
    h, p = readings
    x = rolls.distance(h, gap)
    middle = rolls.thickness(0.5 * (x[1:] + x[:-1]), gap)
    step = np.diff(h)
    share = np.divide(middle - h[:-1], step, out=np.full(len(step), 0.5), where=step != 0.0)
    half_way = p[:-1] + share * np.diff(p)
    return float(np.diff(x) @ (p[:-1] + 4.0 * half_way + p[1:]) / 6.0)
