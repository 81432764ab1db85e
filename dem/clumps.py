"""Particles of several grains, which move as a whole with less inertia than inside.

A stable step asks for a mass matrix M ≥ Δt²/4 K. Whatever acts between the grains of a particle
does nothing to its motions as a whole R (three ways, three turns): with D_in and D_out the bounds
of the stiffness inside particles and between them (`dem.quasistatic`), y the motion D-orthogonal to
R, and any e > 0,

    xᵀKx ≤ yᵀD_in y + (1 + e) yᵀD_out y + (1 + 1/e) qᵀ(RᵀD_out R)q,      x = Rq + y.

So D = D_in + (1 + e) D_out serves the motion inside, and for the motion as a whole a share of it
suffices, (1 + 1/e) times the largest eigenvalue of RᵀD_out R over RᵀDR: a few per cent, for bonds
are far stiffer than contacts (selective mass scaling as Olovsson et al. 2005, rigid modes exempt).
Equilibria are those of the forces alone; waves between particles run several times faster.
"""

import math
from typing import NamedTuple

import numpy as np

from dem.body import VX, WX, X
from dem.box import Box
from dem.grains import ACTIVE
from dem.jit import leaf, njit, prange
from dem.vector import add, cross, dot, length, scale, subtract

_SPARE = 4.0
"""e above: contacts weigh little beside bonds, so the motion inside can afford it."""
_LEAST_SHARE = 0.005
"""Of a particle that nothing touches, too, the motion as a whole keeps this share."""

_WIDEST = 0.4
"""Of a period, the reach beyond which a particle's motion as a whole is none of its own."""


class Clumps(NamedTuple):
    """Particles of several grains, k in number, of n grains.

    of : (n,) int32, the particle of a grain, −1 for none; start : (k + 1,), member : (m,) int64,
    grains by particle
    arm : (n, 3) [m], of a grain from its particle's centre, as of the last adaptation, like
    mass : (k,) [kg], and inverse_moment : (k, 3, 3) [1/(kg m²)], of the grains in it
    share : (k,), of these that its motion as a whole has
    before, after : (k, 6), velocity [m/s] and spin [1/s] as a whole, before and after a kick
    pull : (k, 6), what the net load would give its grains [m/s²], [1/s²]
    spared : (k,) [J], kinetic energy that the lighter motion spared at the last adaptation
    """

    of: np.ndarray
    start: np.ndarray
    member: np.ndarray
    arm: np.ndarray
    mass: np.ndarray
    inverse_moment: np.ndarray
    share: np.ndarray
    before: np.ndarray
    after: np.ndarray
    pull: np.ndarray
    spared: np.ndarray


def clumps_of(particle: np.ndarray, material: np.ndarray, light: bool) -> Clumps:
    """Clumps of the active particles (n,) of more than one grain; none where they are not light."""
    n = len(particle)
    of = np.full(n, -1, np.int32)
    active = np.flatnonzero((material == ACTIVE) & light)
    _, row, count = np.unique(particle[active], return_inverse=True, return_counts=True)
    several = count > 1
    number = np.where(several, np.cumsum(several) - 1, -1)
    of[active] = number[row]
    member = np.flatnonzero(of >= 0)
    member = member[np.argsort(of[member], kind="stable")]
    k = int(several.sum())
    return Clumps(
        of=of,
        start=np.concatenate(([0], np.cumsum(np.bincount(of[member], minlength=k)))),
        member=member,
        arm=np.zeros((n, 3)),
        mass=np.ones(k),
        inverse_moment=np.zeros((k, 3, 3)),
        share=np.ones(k),
        before=np.zeros((k, 6)),
        after=np.zeros((k, 6)),
        pull=np.zeros((k, 6)),
        spared=np.zeros(k),
    )


def widest(clumps: Clumps) -> float:
    """Diameter of the largest one [m], from centre to centre; 0 without any."""
    return 2.0 * math.sqrt((clumps.arm**2).sum(axis=1).max(initial=0.0))


def lightened(
    clumps: Clumps, body: np.ndarray, box: Box, inside: np.ndarray, outside: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Inertia that is stable, for motion inside particles and as a whole; writes the clumps.

    inside, outside : (2, n), inertia that the stiffness within and between particles asks for, of
    motion [kg] and of turning [kg m²]
    Returns mass and moment of each grain and the mass of its share in the motion as a whole, (n,).
    """
    mass, moment = inside + outside
    k = len(clumps.mass)
    if k == 0:
        return mass, moment, mass
    i = clumps.member
    mass[i] += _SPARE * outside[0, i]
    moment[i] += _SPARE * outside[1, i]
    own, others, spans = _weigh(clumps, body, np.array(box.period), mass, moment, outside)
    clumps.mass[:] = own[:, 0, 0]
    clumps.inverse_moment[:] = np.linalg.inv(own[:, 3:, 3:])
    # The trace bounds the largest eigenvalue, which is so seldom needed.
    bound = 3.0 * others[:, 0, 0] / clumps.mass
    bound += np.einsum("kab,kba->k", clumps.inverse_moment, others[:, 3:, 3:])
    high = (1.0 + 1.0 / _SPARE) * bound > _LEAST_SHARE
    root = np.linalg.inv(np.linalg.cholesky(own[high]))
    bound[high] = np.linalg.eigvalsh(root @ others[high] @ root.transpose(0, 2, 1))[:, -1]
    clumps.share[:] = np.clip((1.0 + 1.0 / _SPARE) * bound, _LEAST_SHARE, 1.0)
    clumps.share[spans] = 1.0
    whole = mass.copy()
    whole[i] *= clumps.share[clumps.of[i]]
    return mass, moment, whole


@njit(parallel=True)
def _weigh(clumps, body, period, mass, moment, outside):
    """Arms of the grains; RᵀDR of each clump, of the grains and of `outside`, (k, 6, 6) each; and
    which reach so far that they may hold on to themselves around the box, (k,)."""
    count = len(clumps.mass)
    own, others = np.zeros((count, 6, 6)), np.zeros((count, 6, 6))
    spans = np.zeros(count, np.bool_)
    for k in prange(count):
        _weigh_one(np.int64(k), clumps, body, period, mass, moment, outside, own, others, spans)
    return own, others, spans


@njit
def _weigh_one(k, clumps, body, period, mass, moment, outside, own, others, spans):
    first, last = clumps.start[k], clumps.start[k + 1]
    _put_arms(k, clumps, body, period)
    total, centre = 0.0, (0.0, 0.0, 0.0)
    for p in range(first, last):
        i = clumps.member[p]
        total += mass[i]
        arm = (clumps.arm[i, 0], clumps.arm[i, 1], clumps.arm[i, 2])
        centre = add(centre, scale(mass[i], arm))
    for p in range(first, last):
        i = clumps.member[p]
        for a in range(3):
            clumps.arm[i, a] -= centre[a] / total
            reach = abs(clumps.arm[i, a])
            spans[k] = spans[k] or (period[a] > 0.0 and reach > _WIDEST * period[a])
        _add_whole(own[k], clumps.arm[i], mass[i], moment[i])
        _add_whole(others[k], clumps.arm[i], outside[0, i], outside[1, i])


@njit
def _put_arms(k, clumps, body, period):
    """Places of grains from the middle of their clump, which may lie across periodic sides."""
    first, last = clumps.start[k], clumps.start[k + 1]
    anchor = clumps.member[first]
    for a in range(3):
        across = period[a]
        turn = 2.0 * math.pi / across if across > 0.0 else 0.0
        sine = cosine = mean = 0.0
        for p in range(first, last):
            offset = body[clumps.member[p], X + a] - body[anchor, X + a]
            sine += math.sin(turn * offset)
            cosine += math.cos(turn * offset)
            mean += offset / (last - first)
        if across > 0.0:
            # The mean of angles has no side to be cut at.
            mean = math.atan2(sine, cosine) / turn
        for p in range(first, last):
            i = clumps.member[p]
            offset = body[i, X + a] - body[anchor, X + a] - mean
            if across > 0.0:
                offset -= across * math.floor(offset / across + 0.5)
            clumps.arm[i, a] = offset


@njit
def _add_whole(inertia, arm, mass, moment):
    """Add a grain's RᵀDR, (6, 6); it moves by v + ω × arm and turns by ω."""
    x, y, z = arm[0], arm[1], arm[2]
    for a in range(3):
        inertia[a, a] += mass
        inertia[3 + a, 3 + a] += moment
    inertia[0, 4] += mass * z
    inertia[0, 5] -= mass * y
    inertia[1, 3] -= mass * z
    inertia[1, 5] += mass * x
    inertia[2, 3] += mass * y
    inertia[2, 4] -= mass * x
    for a in range(3):
        for b in range(3):
            inertia[3 + b, a] = inertia[a, 3 + b]
    square = x * x + y * y + z * z
    for a in range(3):
        inertia[3 + a, 3 + a] += mass * square
        for b in range(3):
            inertia[3 + a, 3 + b] -= mass * arm[a] * arm[b]


@leaf
def _rows_times(matrix, k, v):
    return (
        matrix[k, 0, 0] * v[0] + matrix[k, 0, 1] * v[1] + matrix[k, 0, 2] * v[2],
        matrix[k, 1, 0] * v[0] + matrix[k, 1, 1] * v[1] + matrix[k, 1, 2] * v[2],
        matrix[k, 2, 0] * v[0] + matrix[k, 2, 1] * v[1] + matrix[k, 2, 2] * v[2],
    )


@njit
def whole_motion(k, clumps, body, mass, moment):
    """Velocity [m/s] and spin [1/s] of a clump as a whole, and its angular momentum [kg m²/s]."""
    momentum, angular = (0.0, 0.0, 0.0), (0.0, 0.0, 0.0)
    for p in range(clumps.start[k], clumps.start[k + 1]):
        i = clumps.member[p]
        r = (clumps.arm[i, 0], clumps.arm[i, 1], clumps.arm[i, 2])
        mv = scale(mass[i], (body[i, VX], body[i, VX + 1], body[i, VX + 2]))
        spin = (body[i, WX], body[i, WX + 1], body[i, WX + 2])
        momentum = add(momentum, mv)
        angular = add(angular, add(cross(r, mv), scale(moment[i], spin)))
    velocity = scale(1.0 / clumps.mass[k], momentum)
    return velocity, _rows_times(clumps.inverse_moment, k, angular), angular


@njit
def kick_whole(k, clumps, body, load, motion):
    """Kick the motion of a clump as a whole by its net load, with local damping of its own."""
    mass, moment, damping, dt = motion.mass, motion.moment, motion.damping, motion.step
    force, torque = (0.0, 0.0, 0.0), (0.0, 0.0, 0.0)
    for p in range(clumps.start[k], clumps.start[k + 1]):
        i = clumps.member[p]
        r = (clumps.arm[i, 0], clumps.arm[i, 1], clumps.arm[i, 2])
        f = (load[i, 0], load[i, 1], load[i, 2])
        force = add(force, f)
        torque = add(torque, add(cross(r, f), (load[i, 3], load[i, 4], load[i, 5])))
    velocity, spin, _ = whole_motion(k, clumps, body, mass, moment)
    inverse, lighter = 1.0 / clumps.mass[k], 1.0 / clumps.share[k]
    pull, twist = scale(inverse, force), _rows_times(clumps.inverse_moment, k, torque)
    stop = clumps.share[k] * clumps.mass[k] / dt
    force = subtract(force, _drag(velocity, force, damping, stop))
    square = 0.0
    for a in range(3):
        for b in range(3):
            square += clumps.inverse_moment[k, a, b] ** 2
    # The norm bounds the largest eigenvalue, so that no turn is more than stopped.
    stop = clumps.share[k] / (math.sqrt(square) * dt)
    torque = subtract(torque, _drag(spin, torque, damping, stop))
    moved = add(velocity, scale(dt * inverse * lighter, force))
    kick = _rows_times(clumps.inverse_moment, k, torque)
    turned = add(spin, scale(dt * lighter, kick))
    for a in range(3):
        clumps.before[k, a], clumps.before[k, 3 + a] = velocity[a], spin[a]
        clumps.after[k, a], clumps.after[k, 3 + a] = moved[a], turned[a]
        clumps.pull[k, a], clumps.pull[k, 3 + a] = pull[a], twist[a]


@leaf
def _drag(velocity, force, damping, stop):
    """Local damping: against the velocity, a share of the force, at most `stop` times it."""
    speed = length(velocity)
    if not speed > 0.0:
        return (0.0, 0.0, 0.0)
    return scale(min(damping * length(force) / speed, stop), velocity)


@leaf
def of_grain(rows, k, arm):
    """Velocity and spin, or their rates, that a grain has by its clump's."""
    spin = (rows[k, 3], rows[k, 4], rows[k, 5])
    return add((rows[k, 0], rows[k, 1], rows[k, 2]), cross(spin, arm)), spin


@njit
def energy_as_grains(body, mass, moment):
    """Kinetic energy of the grains by their own inertia [J]."""
    total = 0.0
    for i in range(len(body)):
        v = (body[i, VX], body[i, VX + 1], body[i, VX + 2])
        spin = (body[i, WX], body[i, WX + 1], body[i, WX + 2])
        total += 0.5 * (mass[i] * dot(v, v) + moment[i] * dot(spin, spin))
    return total


@njit
def spared(clumps, body, mass, moment):
    """Kinetic energy that each clump would have in addition if it were not lighter, (k,) [J]."""
    found = np.empty(len(clumps.mass))
    for k in range(len(found)):
        velocity, spin, angular = whole_motion(k, clumps, body, mass, moment)
        whole = clumps.mass[k] * dot(velocity, velocity) + dot(spin, angular)
        found[k] = 0.5 * (1.0 - clumps.share[k]) * whole
    return found
