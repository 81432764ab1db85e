"""Working rows of the bonds: constants, stiffness, state and the forces of the present step."""

from typing import NamedTuple

import numpy as np

from dem.bonding.elastic_beam import beam_stiffness
from dem.bonds import Bonds
from dem.materials import Material


class BondRows(NamedTuple):
    """Rows of m bonds, sorted by (first, second); also the contact that a broken bond leaves.

    start, reverse_start, reverse : rows by `first` and by `second`, as in the contact list
    first, second : (m,) int32; rest : (m, 3) [m]; length : (m,) [m]; area : (m,) [m²]
    normal, shear : (m,) [N/m]; bending, twist : (m,) [N m]
    tensile_strength, cohesion, yield_strength : (m,) [Pa]; internal_friction, moment_share : (m,)
    state : (m,) uint8; released : (m,) [J], energy lost when the bond broke
    tangential, stiffness, force, lever, arm, energy, dissipated, viscous, plastic : as for contacts
    moment : (m, 3) [N m], bending and twist, on `first`
    """

    start: np.ndarray
    reverse_start: np.ndarray
    reverse: np.ndarray
    first: np.ndarray
    second: np.ndarray
    rest: np.ndarray
    length: np.ndarray
    area: np.ndarray
    normal: np.ndarray
    shear: np.ndarray
    bending: np.ndarray
    twist: np.ndarray
    tensile_strength: np.ndarray
    cohesion: np.ndarray
    yield_strength: np.ndarray
    internal_friction: np.ndarray
    moment_share: np.ndarray
    state: np.ndarray
    released: np.ndarray
    tangential: np.ndarray
    stiffness: np.ndarray
    force: np.ndarray
    lever: np.ndarray
    arm: np.ndarray
    energy: np.ndarray
    dissipated: np.ndarray
    viscous: np.ndarray
    plastic: np.ndarray
    moment: np.ndarray


def bond_rows(bonds: Bonds, grain_material: np.ndarray, materials: list[Material]) -> BondRows:
    """Rows for the time loop; a bond between two materials has the properties of the softer one."""
    n, m = len(grain_material), len(bonds.first)
    modulus = np.array([material.bond_modulus for material in materials])
    ends = np.column_stack([grain_material[bonds.first], grain_material[bonds.second]])
    softer = np.take_along_axis(ends, np.argmin(modulus[ends], axis=1)[:, None], axis=1)[:, 0]

    def of_bond(name):
        return np.array([getattr(material, name) for material in materials], float)[softer]

    length = np.linalg.norm(bonds.rest, axis=1)
    stiffness = beam_stiffness(modulus[softer], of_bond("bond_poisson_ratio"), bonds.area, length)
    start, reverse_start = np.zeros(n + 1, np.int64), np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(bonds.first, minlength=n), out=start[1:])
    np.cumsum(np.bincount(bonds.second, minlength=n), out=reverse_start[1:])
    return BondRows(
        start=start,
        reverse_start=reverse_start,
        reverse=np.argsort(bonds.second, kind="stable"),
        first=bonds.first,
        second=bonds.second,
        rest=bonds.rest.copy(),
        length=length,
        area=bonds.area,
        normal=stiffness.normal,
        shear=stiffness.shear,
        bending=stiffness.bending,
        twist=stiffness.twist,
        tensile_strength=bonds.tensile_strength,
        cohesion=bonds.cohesion,
        yield_strength=of_bond("bond_yield_strength"),
        internal_friction=of_bond("bond_internal_friction"),
        moment_share=of_bond("bond_moment_share"),
        state=bonds.state.copy(),
        released=np.zeros(m),
        tangential=np.zeros((m, 3)),
        stiffness=np.zeros(m),
        force=np.zeros((m, 3)),
        lever=np.zeros((m, 3)),
        arm=np.zeros((m, 2)),
        energy=np.zeros(m),
        dissipated=np.zeros(m),
        viscous=np.zeros(m),
        plastic=np.zeros(m),
        moment=np.zeros((m, 3)),
    )
