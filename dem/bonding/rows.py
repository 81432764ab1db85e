"""Working rows of the bonds: geometry, strength, state, and the record of every break."""

from typing import NamedTuple

import numpy as np

from dem.bonding.confinement import Confinement, confinement
from dem.bonds import Bonds

REST, UNLOADED, AREA, TENSILE, COHESION, STRAIN = 0, 3, 4, 5, 6, 7
"""Columns of a beam: rest vector [m], unloaded length [m], area [m²], tensile strength and cohesion
[Pa], plastic strain."""
OFFSET, STIFFER, WEAK, WEAK_PRESSED = 0, 3, 4, 5
"""Columns of an offset: plastic turn [rad]; stiffness over that of the unpressed bond, and strength
of the unpressed over that now, in compression last (`dem.bonding.porosity`)."""


class BondRows(NamedTuple):
    """Rows of m bonds, sorted by (first, second); what they leave as contacts is in Contacts.

    start : (n + 1,) int64, rows of grain i as `first` are start[i] … start[i + 1]
    first, second : (m,) int32; kind : (m,) int32, row of the bond laws' table
    beam : (m, 8), columns as above; offset : (m, 6), columns as above, or (0, 6)
    least_volume : (n,), smallest share of its volume around each grain so far, or (0,) where
    nothing is porous
    state : (m,) uint8
    break_step : (m,) int64, step of the break, −1 before; released : (m,) [J], energy lost then;
    place : (m, 3) [m], middle of the bond then
    held_by … swelling : of grains whose bonds flow about the volume strain around them
    (`Confinement`)
    """

    start: np.ndarray
    first: np.ndarray
    second: np.ndarray
    kind: np.ndarray
    beam: np.ndarray
    offset: np.ndarray
    state: np.ndarray
    break_step: np.ndarray
    released: np.ndarray
    place: np.ndarray
    least_volume: np.ndarray
    held_by: np.ndarray
    held: np.ndarray
    beside: np.ndarray
    mirror: np.ndarray
    way: np.ndarray
    fit: np.ndarray
    face: np.ndarray
    inside: np.ndarray
    volume: np.ndarray
    spring: np.ndarray
    bearing: np.ndarray
    strained: np.ndarray
    grip: np.ndarray
    rigid: np.ndarray
    bulk: np.ndarray
    gradient: np.ndarray
    push: np.ndarray
    swelling: np.ndarray


def bond_rows(
    bonds: Bonds,
    grain_count: int,
    kind: np.ndarray,
    ductile: bool,
    confined: np.ndarray | None = None,
    modulus: np.ndarray | None = None,
    strength: np.ndarray | None = None,
    porous: bool = False,
) -> BondRows:
    """Rows for the time loop; kind (m,) as BondRows, confined (m,) bool: bonds that flow about the
    volume strain around them, modulus, strength (m,) [Pa] theirs, the latter where they yield;
    porous : whether pressing closes the pores of any."""
    m = len(bonds.first)
    start = np.zeros(grain_count + 1, np.int64)
    np.cumsum(np.bincount(bonds.first, minlength=grain_count), out=start[1:])
    length = np.linalg.norm(bonds.rest, axis=1)
    offset = np.zeros((m if ductile else 0, 6))
    offset[:, STIFFER:] = 1.0
    return BondRows(
        start=start,
        first=bonds.first.copy(),
        second=bonds.second.copy(),
        kind=np.array(kind, np.int32),
        beam=np.column_stack(
            (bonds.rest, length, bonds.area, bonds.tensile_strength, bonds.cohesion, np.zeros(m))
        ),
        offset=offset,
        state=bonds.state.copy(),
        break_step=np.full(m, -1, np.int64),
        released=np.zeros(m),
        place=np.zeros((m, 3)),
        least_volume=np.ones(grain_count if porous else 0),
        **_confinement(bonds, confined, modulus, strength)._asdict(),
    )


def _confinement(bonds: Bonds, confined, modulus, strength) -> Confinement:
    if confined is None:
        confined, modulus = np.zeros(len(bonds.first), bool), np.zeros(len(bonds.first))
        strength = modulus
    return confinement(bonds, confined, modulus, strength)


def rest_length(bonds: BondRows) -> np.ndarray:
    """Present length at rest of every bond, (m,) [m]."""
    return np.linalg.norm(bonds.beam[:, REST : REST + 3], axis=1)
