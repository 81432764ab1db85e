"""Quasi-static control: scaled inertia, stable step, and the speed an inertial number allows.

Inertia is fictitious in a quasi-static compression. Giving every grain the mass that its own
stiffness needs for one common step (selective scaling) lets light, stiff grains keep the pace.
"""

import math

import numpy as np

from dem.body import MATERIAL, RADIUS, X, Y, Z
from dem.bonding.rows import AREA, STIFFER, UNLOADED
from dem.bonds import INTACT
from dem.contact.roles import lag, remembers, spring, widest, winding
from dem.jit import leaf, njit, prange
from dem.laws import at_row
from dem.vector import wrapped
from dem.walls.geometry import surface_distance

# Stiffness is taken at an overlap of at least this share of the radius, so that a pair about to
# touch is stable before the inertia is next adapted.
_LEAST_OVERLAP = 0.02
_OVERLAP_MARGIN = 1.3
# Parts of the rows that are summed side by side; fixed, so that any number of threads sums alike.
_PARTS = 4
_NEAR_WALL = 0.3
"""Gap to a wall, over the radius, that cannot close before the inertia is next adapted."""


def contact_stiffness(like: tuple, table: np.ndarray) -> np.ndarray:
    """Normal, tangential, rolling stiffness over contact radius of the rows of a table, (rows, 3).

    Every normal law has 2 E* a, counted as more where damping lags; a rolling spring has its share
    of 2 E* a R*². like, table : as of LawTable. [N/m²]
    """
    normal, cohesion, damping, tangential, rolling = like
    at = len(normal) + len(cohesion) + len(damping)
    found = np.empty((len(table), 3))
    for row, values in enumerate(table):
        young = type(normal)(*values[: len(normal)]).young
        law = type(tangential)(*values[at : at + len(tangential)])
        resisting = type(rolling)(*values[at + len(tangential) :])
        late = lag(type(damping)(*values[at - len(damping) : at]))
        # With lagging damping a spring is stable up to ω Δt = 2 (√(1 + ξ²) − ξ).
        stiffer = 1.0 / (np.sqrt(1.0 + late**2) - late) ** 2
        found[row] = (
            2 * young * stiffer, spring(law, 2 * young, 1.0), winding(resisting, 2 * young, 1.0)
        )  # fmt: skip
    return found


@leaf
def _contact_bound(law, overlap, memory, radius, least, per_radius):
    """Normal, tangential and rolling stiffness at an overlap, with a margin for what is to come."""
    contact = widest(law, overlap, radius, memory)
    contact = math.sqrt(max(_OVERLAP_MARGIN * contact * contact, radius * least))
    winding_up = per_radius[2] * contact * radius * radius
    return per_radius[0] * contact, per_radius[1] * contact, winding_up


@njit(parallel=True)
def row_sums(body, period, bonds, bond_table, contacts, normal_law, pairs, pair_stiffness, kinds,
             walls, wall_rows, wall_pairs, wall_stiffness, clump, approach):  # fmt: skip
    """Upper bounds K of the stiffness that acts on each grain's motion and rotation.

    From |Σ of four terms|² ≤ 4 Σ of squares for each bond and contact: any frequency of the
    assembly is below max √(K/m). normal_law : one like all; pairs, wall_pairs : tables of LawTable,
    pair_stiffness, wall_stiffness : of their rows; clump : (n,), −1 for none
    approach : [m], by which contacts may still close
    Returns (2, 2, n): within clumps and all else, on motion [N/m] and on turning [N m].
    """
    n = len(body)
    parts = np.zeros((_PARTS, 2, 2, n))
    for part in prange(_PARTS):
        _sum_part(np.int64(part), body, period, bonds, bond_table, contacts, normal_law, pairs,
                  pair_stiffness, kinds, clump, approach, parts)  # fmt: skip
    bound = parts[0]
    for part in range(1, _PARTS):
        bound += parts[part]
    _add_walls(body, normal_law, pair_stiffness, kinds, walls, wall_rows, wall_pairs,
               wall_stiffness, approach, bound)  # fmt: skip
    return bound


@njit
def _sum_part(share, body, period, bonds, bond_table, contacts, normal_law, pairs, pair_stiffness,
              kinds, clump, approach, parts):  # fmt: skip
    """The bonds and contacts of a part of the rows, as `row_sums`, into parts[share]."""
    n = len(body)
    bound = parts[share]
    px, py, pz = period[0], period[1], period[2]
    ix = 1.0 / px if px > 0.0 else 0.0
    iy = 1.0 / py if py > 0.0 else 0.0
    iz = 1.0 / pz if pz > 0.0 else 0.0
    for i in range(share * n // _PARTS, (share + 1) * n // _PARTS):
        for part in range(2):
            first, last = bonds.start[i], bonds.start[i + 1]
            if part == 1:
                first, last = contacts.start[i], contacts.start[i + 1]
            for p in range(first, last):
                j = contacts.second[p]
                across = 0 if clump[i] >= 0 and clump[i] == clump[j] else 1
                dx = wrapped(body[j, X] - body[i, X], px, ix)
                dy = wrapped(body[j, Y] - body[i, Y], py, iy)
                dz = wrapped(body[j, Z] - body[i, Z], pz, iz)
                distance = math.sqrt(dx * dx + dy * dy + dz * dz)
                if part == 0 and bonds.state[p] == INTACT:
                    young, shear = bond_table[bonds.kind[p], 0], bond_table[bonds.kind[p], 1]
                    area, length = bonds.beam[p, AREA], bonds.beam[p, UNLOADED]
                    if len(bonds.offset) > 0:
                        young *= bonds.offset[p, STIFFER]
                        shear *= bonds.offset[p, STIFFER]
                    bend = young * area * area / (4.0 * math.pi * length)
                    twist = shear * area * area / (2.0 * math.pi * length)
                    k_n, k_s = young * area / length, shear * area / length
                    # What has flowed may be much longer than it was, and so its levers.
                    lever = max(length, distance)
                    moving = max(2.0 * k_n, 4.0 * k_s)
                    turning = k_s * lever * lever + 2.0 * max(bend, twist)
                    bound[across, 0, i] += moving
                    bound[across, 0, j] += moving
                    bound[across, 1, i] += turning
                    bound[across, 1, j] += turning
                    continue
                ri, rj = body[i, RADIUS], body[j, RADIUS]
                radius = ri * rj / (ri + rj)
                t = int(body[i, MATERIAL]) * kinds + int(body[j, MATERIAL])
                k_n, k_t, k_r = _contact_bound(
                    at_row(normal_law, pairs, t, 0), contacts.rest[p] - distance + approach,
                    contacts.memory[p] if remembers(normal_law) else 0.0, radius,
                    _LEAST_OVERLAP * radius, pair_stiffness[t],
                )  # fmt: skip
                moving = max(2.0 * k_n, 4.0 * k_t)
                # A broken bond may be longer than the sum of the radii, and so its lever arms.
                arm_i = ri / (ri + rj) * contacts.rest[p]
                arm_j = contacts.rest[p] - arm_i
                bound[across, 0, i] += moving
                bound[across, 0, j] += moving
                bound[across, 1, i] += 4.0 * k_t * arm_i * arm_i + 2.0 * k_r
                bound[across, 1, j] += 4.0 * k_t * arm_j * arm_j + 2.0 * k_r


@njit
def _add_walls(body, normal_law, pair_stiffness, kinds, walls, wall_rows, wall_pairs,
               wall_stiffness, approach, bound):  # fmt: skip
    """Add what walls hold the grains by, and a least stiffness, to `row_sums`."""
    for i in range(len(body)):
        r, m = body[i, RADIUS], int(body[i, MATERIAL])
        for row in range(wall_rows.start[i], wall_rows.start[i + 1]):
            if not wall_rows.active[row]:
                continue
            s = wall_rows.surface[row]
            w = walls.wall[s]
            c, o = walls.centre, walls.orientation
            gap, _, curvature = surface_distance(
                walls.kind[s], walls.surface[s], (c[w, 0], c[w, 1], c[w, 2]),
                (o[w, 0], o[w, 1], o[w, 2], o[w, 3]), (body[i, X], body[i, Y], body[i, Z]),
            )  # fmt: skip
            overlap = wall_rows.rest[row] - gap + approach
            if overlap < -_NEAR_WALL * r:
                continue
            radius = 1.0 / (1.0 / r + curvature)
            t = m * len(walls.centre) + w
            k_n, k_t, k_r = _contact_bound(
                at_row(normal_law, wall_pairs, t, 0), overlap,
                wall_rows.memory[row] if remembers(normal_law) else 0.0, radius, _LEAST_OVERLAP * r,
                wall_stiffness[t],
            )  # fmt: skip
            # A wall does not give way: two terms a contact, not four.
            bound[1, 0, i] += max(k_n, 2.0 * k_t)
            bound[1, 1, i] += 2.0 * k_t * r * r + k_r
        # A grain that nothing holds still needs inertia: that of one light touch.
        least = pair_stiffness[m * kinds + m][0] * r * math.sqrt(_LEAST_OVERLAP)
        bound[1, 0, i] = max(bound[1, 0, i], least - bound[0, 0, i])
        bound[1, 1, i] = max(bound[1, 1, i], least * r * r - bound[0, 1, i])


def mean_step(move: np.ndarray, total_mass: float, safety: float) -> float:
    """Step at which selective scaling leaves the total mass [kg] as it is [s]."""
    return 2 * safety * float(np.sqrt(total_mass / move.sum()))


def stable_step(move: np.ndarray, turn: np.ndarray, mass: np.ndarray, moment: np.ndarray) -> float:
    """Largest stable step with given inertia [s]: 2/√(K/m) of the fastest grain."""
    return 2 * float(np.sqrt(min((mass / move).min(), (moment / turn).min())))


def inertial_number(strain_rate: float, diameter: float, density: float, pressure: float) -> float:
    """I = |ε̇| d √(ρ/P) (GDR MiDi 2004), d the diameter of a particle, not of its grains."""
    return abs(strain_rate) * diameter * float(np.sqrt(density / pressure))


def strain_rate_for(number: float, diameter: float, density: float, pressure: float) -> float:
    """Strain rate [1/s] at which the inertial number is `number`."""
    return number / diameter * float(np.sqrt(pressure / density))
