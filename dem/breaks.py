"""The record of every break of a bond."""

from typing import NamedTuple

import numpy as np

from dem.simulation import Simulation


class Breaks(NamedTuple):
    """The k bonds that broke, in the order in which they did.

    step : (k,) int64, steps done before it; bond : (k,) int64, row of `Bonds`
    first, second : (k,) int32, its grains; mode : (k,) uint8, its state since
    energy : (k,) [J], released; place : (k, 3) [m], middle of the bond, inside a periodic box
    """

    step: np.ndarray
    bond: np.ndarray
    first: np.ndarray
    second: np.ndarray
    mode: np.ndarray
    energy: np.ndarray
    place: np.ndarray


def breaks_of(sim: Simulation) -> Breaks:
    """The breaks of a simulation since its unloaded picture."""
    rows = sim.bonds
    bond = np.flatnonzero(rows.break_step >= 0)
    bond = bond[np.argsort(rows.break_step[bond], kind="stable")]
    return Breaks(
        step=rows.break_step[bond],
        bond=bond,
        first=rows.first[bond],
        second=rows.second[bond],
        mode=rows.state[bond],
        energy=rows.released[bond],
        place=sim.box.wrap(rows.place[bond]),
    )


def no_breaks() -> Breaks:
    """The record of a picture in which nothing broke."""
    none = np.zeros(0, np.int32)
    return Breaks(
        np.zeros(0, np.int64), np.zeros(0, np.int64), none, none.copy(), np.zeros(0, np.uint8),
        np.zeros(0), np.zeros((0, 3)),
    )  # fmt: skip
