"""Materials of the grains and the pair properties that kernels read."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


@dataclass(frozen=True)
class Material:
    """Mechanical properties of one phase.

    young_modulus [Pa], poisson_ratio, friction (Coulomb), restitution: of contacts
    bond_modulus [Pa]: Young's modulus of the beams between its grains
    bond_poisson_ratio: sets the beams' shear and twist stiffness, G = E / (2 (1 + ν))
    bond_internal_friction: tan φ of the Mohr–Coulomb criterion
    bond_moment_share: share β of bending and twisting moments that counts in the criteria
    contact_yield_pressure [Pa]: mean pressure at which contacts flow
    bond_yield_strength [Pa]: compressive stress at which bonds flow
    """

    young_modulus: float
    poisson_ratio: float
    friction: float
    restitution: float
    bond_modulus: float
    bond_poisson_ratio: float
    bond_internal_friction: float
    bond_moment_share: float
    contact_yield_pressure: float = np.inf
    bond_yield_strength: float = np.inf


class PairTable(NamedTuple):
    """Properties of every pair of k materials, (k, k), and of a grain on a rigid wall, (k,).

    young : effective contact modulus E* [Pa], 1/E* = Σ (1 − ν²)/E
    shear : effective shear modulus G* [Pa], 1/G* = Σ (2 − ν)/G
    friction : Coulomb coefficient
    damping : −ln e / √(ln² e + π²), from the restitution coefficient e
    yield_pressure : [Pa], that of the weaker material
    wall_young, wall_shear, wall_friction, wall_damping, wall_yield_pressure : the same against a
        rigid wall
    """

    young: np.ndarray
    shear: np.ndarray
    friction: np.ndarray
    damping: np.ndarray
    yield_pressure: np.ndarray
    wall_young: np.ndarray
    wall_shear: np.ndarray
    wall_friction: np.ndarray
    wall_damping: np.ndarray
    wall_yield_pressure: np.ndarray


def pair_table(materials: list[Material], wall_friction: float) -> PairTable:
    """Pair properties: compliances add, the smaller friction and restitution of the two hold."""
    normal = np.array([(1 - m.poisson_ratio**2) / m.young_modulus for m in materials])
    tangential = np.array(
        [2 * (1 + m.poisson_ratio) * (2 - m.poisson_ratio) / m.young_modulus for m in materials]
    )
    friction = np.array([m.friction for m in materials])
    yields = np.array([m.contact_yield_pressure for m in materials])
    log_e = np.log(np.array([m.restitution for m in materials]))
    damping = -log_e / np.sqrt(log_e**2 + np.pi**2)
    return PairTable(
        young=1 / (normal[:, None] + normal),
        shear=1 / (tangential[:, None] + tangential),
        friction=np.minimum(friction[:, None], friction),
        damping=np.maximum(damping[:, None], damping),
        yield_pressure=np.minimum(yields[:, None], yields),
        wall_young=1 / normal,
        wall_shear=1 / tangential,
        wall_friction=np.full(len(materials), wall_friction),
        wall_damping=damping,
        wall_yield_pressure=yields,
    )
