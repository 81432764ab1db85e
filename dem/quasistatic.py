"""Quasi-static control: scaled inertia, stable step, and the speed an inertial number allows.

Inertia is fictitious in a quasi-static compression. Giving every grain the mass that its own
stiffness needs for one common step (selective scaling) lets light, stiff grains keep the pace.
"""

import numpy as np

from dem.bonding.rows import BondRows
from dem.bonds import INTACT
from dem.grains import Grains
from dem.materials import PairTable
from dem.neighbours import Contacts

# Stiffness is taken at an overlap of at least this share of the radius, so that a pair about to
# touch is stable before the inertia is next adapted.
_LEAST_OVERLAP = 0.02
_OVERLAP_MARGIN = 1.3


def row_sums(
    grains: Grains, table: PairTable, bonds: BondRows, contacts: Contacts, plane_overlap, box
) -> tuple[np.ndarray, np.ndarray]:
    """Upper bounds K of the stiffness that acts on each grain's motion and rotation.

    From |Σ of four terms|² ≤ 4 Σ of squares for each bond and contact: any frequency of the
    assembly is below max √(K/m). `plane_overlap` (n,) [m] is the largest with any plane, negative
    where there is a gap. Returns (n,) [N/m] and (n,) [N m].
    """
    n = len(grains.radius)
    move, turn = np.zeros(n), np.zeros(n)

    def add(indices, translation, rotation):
        move[:] += np.bincount(indices, translation, minlength=n)
        turn[:] += np.bincount(indices, rotation, minlength=n)

    intact = bonds.state == INTACT
    beam_move = np.where(intact, np.maximum(2 * bonds.normal, 4 * bonds.shear), 0.0)
    beam_turn = bonds.shear * bonds.length**2 + 2 * np.maximum(bonds.bending, bonds.twist)
    beam_turn = np.where(intact, beam_turn, 0.0)
    for end in (bonds.first, bonds.second):
        add(end, beam_move, beam_turn)

    for rows, rest, chosen in (
        (contacts, contacts.rest, np.ones(len(contacts.first), bool)),
        (bonds, bonds.length, ~intact),
    ):
        i, j = rows.first[chosen], rows.second[chosen]
        separation = grains.position[j] - grains.position[i]
        if box.periodic:
            separation[:, :2] -= box.length * np.round(separation[:, :2] / box.length)
        distance = np.linalg.norm(separation, axis=1)
        radius = grains.radius[i] * grains.radius[j] / (grains.radius[i] + grains.radius[j])
        overlap = np.maximum(_OVERLAP_MARGIN * (rest[chosen] - distance), _LEAST_OVERLAP * radius)
        contact = np.sqrt(radius * overlap)
        mi, mj = grains.material[i], grains.material[j]
        normal, shear = 2 * table.young[mi, mj] * contact, 8 * table.shear[mi, mj] * contact
        share = grains.radius[i] / (grains.radius[i] + grains.radius[j])
        # A broken bond may be longer than the sum of the radii, and so its lever arms.
        for end, arm in ((i, share * rest[chosen]), (j, (1 - share) * rest[chosen])):
            add(end, np.maximum(2 * normal, 4 * shear), 4 * shear * arm**2)

    m = grains.material
    overlap = np.maximum(_OVERLAP_MARGIN * plane_overlap, _LEAST_OVERLAP * grains.radius)
    contact = np.sqrt(grains.radius * overlap)
    # No margin needed for a gap that cannot close before the inertia is next adapted.
    contact[plane_overlap < -0.3 * grains.radius] = 0.0
    rolls = np.maximum(4 * table.wall_young[m], 16 * table.wall_shear[m]) * contact
    if not box.periodic:
        # In a corner the sides press along the directions in which the rolls rub.
        rolls = (4 * table.wall_young[m] + 16 * table.wall_shear[m]) * contact
    move += rolls
    turn += 16 * table.wall_shear[m] * contact * grains.radius**2
    # A grain that nothing holds still needs inertia: that of one light touch.
    least = 2 * np.diag(table.young)[m] * grains.radius * np.sqrt(_LEAST_OVERLAP)
    return np.maximum(move, least), np.maximum(turn, least * grains.radius**2)


def scaled_inertia(move: np.ndarray, turn: np.ndarray, step: float, safety: float):
    """Masses and moments of inertia stable at `step` [s]: (n,) [kg], (n,) [kg m²].

    The limit of the central difference is step = 2/√(K/m); `safety` is the share of it in use.
    """
    factor = (step / (2 * safety)) ** 2
    return move * factor, turn * factor


def mean_step(move: np.ndarray, total_mass: float, safety: float) -> float:
    """Step at which selective scaling leaves the total mass [kg] as it is [s]."""
    return 2 * safety * float(np.sqrt(total_mass / move.sum()))


def inertial_number(strain_rate: float, diameter: float, density: float, pressure: float) -> float:
    """I = |ε̇| d √(ρ/P) (GDR MiDi 2004), d the diameter of a particle, not of its grains."""
    return abs(strain_rate) * diameter * float(np.sqrt(density / pressure))


def strain_rate_for(number: float, diameter: float, density: float, pressure: float) -> float:
    """Strain rate [1/s] at which the inertial number is `number`."""
    return number / diameter * float(np.sqrt(pressure / density))
