"""What broke: fragments and their sizes, cracked particles and crack faces."""

from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from dem.bonds import INTACT, Bonds
from dem.grains import ACTIVE, Grains

CRACKED_BELOW = 0.95
"""A particle is cracked when its largest fragment holds less than this share of its mass."""


def fragments(grains: Grains, bonds: Bonds) -> np.ndarray:
    """Fragment id of each grain, (n,) int32: what intact bonds between like grains hold together.

    Bonds between binder and active material do not join fragments: binder is no part of a particle.
    """
    same = grains.particle[bonds.first] == grains.particle[bonds.second]
    holds = (bonds.state == INTACT) & same
    n = len(grains.radius)
    links = coo_array(
        (np.ones(holds.sum()), (bonds.first[holds], bonds.second[holds])), shape=(n, n)
    )
    return connected_components(links, directed=False)[1].astype(np.int32)


def cracked_particles(grains: Grains, bonds: Bonds) -> np.ndarray:
    """Whether the particle of each grain is cracked, (n,) bool; binder never is."""
    active = np.flatnonzero(grains.material == ACTIVE)
    cracked = np.zeros(len(grains.radius), bool)
    if len(active) == 0:
        return cracked
    fragment = fragments(grains, bonds)
    ids, particle = np.unique(grains.particle[active], return_inverse=True)
    mass = grains.mass[active]
    total = np.bincount(particle, mass)
    pieces, of_grain = np.unique(fragment[active], return_inverse=True)
    piece_mass = np.bincount(of_grain, mass)
    piece_particle = np.zeros(len(pieces), np.int64)
    piece_particle[of_grain] = particle
    largest = np.zeros(len(ids))
    np.maximum.at(largest, piece_particle, piece_mass)
    cracked[active] = (largest < CRACKED_BELOW * total)[particle]
    return cracked


def fragment_volumes(grains: Grains, fragment: np.ndarray) -> np.ndarray:
    """Volumes of the fragments of active particles, whole particles included, (k,) [m³].

    fragment : (n,), as `fragments` gives it
    """
    active = grains.material == ACTIVE
    _, piece = np.unique(fragment[active], return_inverse=True)
    return np.bincount(piece, grains.volume[active])


def diameter_by_volume(volume: np.ndarray, share: float) -> float:
    """Sphere-equivalent diameter [m] that pieces of the volumes (k,) [m³] up to a share of the
    total volume do not exceed: D50 at 0.5."""
    ordered = np.sort(volume)
    piece = ordered[np.searchsorted(np.cumsum(ordered), share * ordered.sum())]
    return float((6 * piece / np.pi) ** (1 / 3))


class CrackFaces(NamedTuple):
    """The k broken faces inside active particles.

    bond : (k,) int64, row of the bonds; area : (k,) [m²]; mode : (k,) uint8, state of the bond
    particle : (k,) int32; parts : (k,) bool, whether its sides belong to two fragments now
    """

    bond: np.ndarray
    area: np.ndarray
    mode: np.ndarray
    particle: np.ndarray
    parts: np.ndarray


def crack_faces(grains: Grains, bonds: Bonds, fragment: np.ndarray) -> CrackFaces:
    """Faces that are cracks; fragment : (n,), as `fragments` gives it."""
    bond = np.flatnonzero(inside_active(grains, bonds) & (bonds.state != INTACT))
    first, second = bonds.first[bond], bonds.second[bond]
    return CrackFaces(
        bond=bond,
        area=bonds.area[bond],
        mode=bonds.state[bond],
        particle=grains.particle[first],
        parts=fragment[first] != fragment[second],
    )


def inside_active(grains: Grains, bonds: Bonds) -> np.ndarray:
    """Whether each bond holds active grains together, (m,) bool: one that is inside a particle."""
    material = grains.material
    return (material[bonds.first] == ACTIVE) & (material[bonds.second] == ACTIVE)


def broken_bond_fraction(material: np.ndarray, bonds) -> float:
    """Share of the bonds inside active particles that broke; bonds : `Bonds` or `BondRows`."""
    inside = (material[bonds.first] == ACTIVE) & (material[bonds.second] == ACTIVE)
    return float((inside & (bonds.state != INTACT)).sum() / max(inside.sum(), 1))


def crack_figures(grains: Grains, bonds: Bonds, electrode_volume: float) -> dict[str, float]:
    """Figures of the summary: broken bonds, cracked particles (by number, by volume), crack area.

    Faces are counted once, per electrode volume [m²/m³]; only bonds inside active particles count.
    """
    material = grains.material
    broken = inside_active(grains, bonds) & (bonds.state != INTACT)
    cracked = cracked_particles(grains, bonds)
    active = material == ACTIVE
    particles = np.unique(grains.particle[active])
    cracked_count = len(np.unique(grains.particle[cracked]))
    return {
        "broken_bond_fraction": broken_bond_fraction(material, bonds),
        "cracked_particle_fraction": cracked_count / max(len(particles), 1),
        "cracked_volume_fraction": grains.volume[cracked].sum() / grains.volume[active].sum(),
        "crack_area_m2_m3": bonds.area[broken].sum() / electrode_volume,
    }
