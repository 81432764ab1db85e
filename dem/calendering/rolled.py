"""What a roll's passage over a strip showed: tractions along the nip, its ends, neutral points."""

from typing import NamedTuple

import numpy as np

from dem.calendering.nip import Nip
from dem.calendering.strip import STRIP_COLUMNS, RolledStrip
from dem.calendering.traction import (
    FOIL_NORMAL,
    FOIL_SHEAR,
    ROLL_NORMAL,
    ROLL_SHEAR,
    SLIP,
    TOUCHES,
)

_TOUCHES = 0.02
"""Of the peak: the contact begins and ends where the pressure passes this."""
_SHEARS = 1e-3
"""Of the peak pressure: a roll that drags less is smooth, and its shear's sign means nothing."""
_SMOOTHED = 3
"""Bins over which tractions are averaged before their sign is read."""


class Rolled(NamedTuple):
    """Means over the steady part of a roll's way, by distance from its centre line.

    position : (k,) [m], below zero before it; pressure, foil_pressure : (k,) [Pa]
    shear, foil_shear : (k,) [Pa], on the coating, positive with the web's motion
    sliding : (k,), speed of the roll's surface less that of what touches it, over the web's
    entry, exit : [m], lengths of contact; neutral : (j,) [m], where the roll's shear changes sign
    line_load, foil_line_load [N/m]; pull [N/m] : of the roll on the web, with its motion
    torque : [N], that turns the roll, over the width of the coating
    imbalance : pull of roll and foil together over the line load
    """

    position: np.ndarray
    pressure: np.ndarray
    shear: np.ndarray
    foil_pressure: np.ndarray
    foil_shear: np.ndarray
    sliding: np.ndarray
    entry: float
    exit: float
    neutral: np.ndarray
    line_load: float
    foil_line_load: float
    pull: float
    torque: float
    imbalance: float


def rolled(strip: RolledStrip) -> Rolled:
    """The figures of a strip whose roll has been in the steady part."""
    found, width = strip.traction, float(strip.sim.box.length[1])
    edges, samples = found.edges, found.samples
    middle = 0.5 * (edges[1:] + edges[:-1])
    r = strip.passage.rolls.radius
    across = np.diff(edges) * width * samples
    # The roll's surface is longer than its share of the web.
    arc = across / np.sqrt(1.0 - (middle / r) ** 2)
    total = found.total
    pressure, shear = total[:, ROLL_NORMAL] / arc, total[:, ROLL_SHEAR] / arc
    touches = total[:, TOUCHES]
    first, last = _ends(middle, pressure)
    load = found.load / (samples * width)
    return Rolled(
        position=middle,
        pressure=pressure,
        shear=shear,
        foil_pressure=total[:, FOIL_NORMAL] / across,
        foil_shear=total[:, FOIL_SHEAR] / across,
        sliding=np.divide(total[:, SLIP], touches, out=np.full(len(middle), np.nan),
                          where=touches > 0.0),
        entry=-first,
        exit=last,
        neutral=_sign_changes(middle, shear, pressure),
        line_load=load[1, 2],
        foil_line_load=-load[0, 2],
        pull=-load[1, 0],
        torque=load[1, 4],
        imbalance=-(load[0, 0] + load[1, 0]) / load[1, 2],
    )  # fmt: skip


def nip_of_strip(strip: RolledStrip, found: Rolled, after: float) -> Nip:
    """The same as a nip of the path model; after : [m], thickness behind it."""
    passage = strip.passage
    inside = found.position < 0.0
    step = np.diff(strip.traction.edges)
    share = float((found.pressure * step)[inside].sum() / (found.pressure * step).sum())
    highest = int(np.argmax(found.pressure))
    return Nip(
        position=found.position,
        pressure=found.pressure,
        gap=passage.gap,
        before=passage.before,
        after=after,
        entry=found.entry,
        exit=found.exit,
        load_in=share * found.line_load,
        load_out=(1.0 - share) * found.line_load,
        peak_pressure=float(found.pressure[highest]),
        peak_position=float(found.position[highest]),
        residence_time=passage.rolls.residence_time(found.entry + found.exit),
    )


def steady(strip: RolledStrip) -> np.ndarray:
    """Rows of STRIP_COLUMNS from the steady part, (k, columns)."""
    record = np.array(strip.record).reshape(-1, len(STRIP_COLUMNS))
    return record[record[:, 0] <= strip.passage.steady[0]]


def _ends(position: np.ndarray, pressure: np.ndarray) -> tuple[float, float]:
    """Where the pressure first rises above its share of the peak, and where it last falls below."""
    least = _TOUCHES * pressure.max()
    above = np.flatnonzero(pressure > least)

    def crossing(out: int, into: int) -> float:
        if not 0 <= out < len(pressure):
            return float(position[into])
        share = (least - pressure[out]) / (pressure[into] - pressure[out])
        return float(position[out] + share * (position[into] - position[out]))

    return crossing(above[0] - 1, above[0]), crossing(above[-1] + 1, above[-1])


def _sign_changes(position: np.ndarray, shear: np.ndarray, pressure: np.ndarray) -> np.ndarray:
    """Where the shear changes sign inside the contact, by straight lines between bins [m]."""
    window = np.ones(_SMOOTHED) / _SMOOTHED
    smooth = np.convolve(shear, window, mode="same")
    inside = pressure > _TOUCHES * pressure.max()
    if np.abs(smooth).max() < _SHEARS * pressure.max():
        return np.zeros(0)
    at = np.flatnonzero((smooth[1:] * smooth[:-1] < 0.0) & inside[1:] & inside[:-1])
    share = smooth[at] / (smooth[at] - smooth[at + 1])
    return position[at] + share * (position[at + 1] - position[at])
