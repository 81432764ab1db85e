"""Neighbourhoods of the grains of a solid that flows and keeps its volume: a metal.

A beam that yields at ±Y by itself lets a clump of grains shrink under pressure alike from all
sides, as no dense solid does. So the beams bear only what their strain differs from a third of the
volume strain around them, and flow by that, as von Mises' criterion has it; the volume strain
J − 1, J = det F, is borne by the grains as ½ K V (J − 1)², V = Σ A L/6 over a grain's bonds and
K = E/3, which is what those would store. A grain that is pushed out from among its neighbours, so
that J falls through zero, is drawn back by them. Inside, F and the forces K (J − 1) cof F a/2 come
from closed faces a (`dem.bonding.faces`); at a surface they come from the fit below, a = 2 V fit.

The fit is the deformation gradient that fits the ways to a grain's neighbours best (Silling et al.,
J. Elast. 88, 2007, 151). What of the ways it does not fit would not be held by bonds that flow: one
grain slips out between others. It is held by springs (Silling, CMAME 322, 2017, 42) that bear no
more than the bonds do: their force is s u/√(1 + U/U_y), U the sum of s u² around a grain.
"""

import math
from typing import NamedTuple

import numpy as np

from dem.body import X, Y, Z
from dem.bonding.faces import closed_faces
from dem.bonds import INTACT, Bonds
from dem.jit import leaf, njit
from dem.vector import dot, wrapped

_FLAT = 1e-3
"""Eigenvalue of a grain's neighbourhood over the largest below which it has no third dimension."""
_HELD = 0.05
"""Stiffness of the springs over that of the bonds."""


class Confinement(NamedTuple):
    """Neighbours of the grains of solids that keep their volume; all empty where there are none.

    held_by : (n + 1,) int64, held : (k,) int32, bonds of each grain that count, beside : (k,)
    int32, the grains at their other ends, mirror : (k,) int32, the same bonds seen from there
    way : (k, 3) [m], to them in the unloaded picture
    fit : (k, 3) [1/m], by which the way to each neighbour adds to the deformation gradient
    rigid + Σ x ⊗ fit, the least squares over the ways x, weighted with the bonds' stiffness
    face : (k, 3) [m²], a/2; inside : (n,) bool, of closed faces; volume : (n,) [m³], V
    spring : (k,) [N/m]; bearing : (n,) [J], U_y, of springs that bear what bonds yield at
    strained : (n,) [J], U at present; grip : (n,), share 1/√(1 + U/U_y) of the springs' forces
    rigid : (n, 9), what F keeps of identity: zero, but for neighbours that all lie in one plane
    bulk : (n,) [J], K V; gradient : (n, 9), the fit at present; push : (n, 9) [Pa], K (J − 1) cof F
    swelling : (n,), volume strain J − 1; where bonds broke nan, and grip and push are zero
    """

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


def confinement(
    bonds: Bonds, confined: np.ndarray, modulus: np.ndarray, strength: np.ndarray
) -> Confinement:
    """Neighbourhoods of the grains that the bonds `confined` (m,) bool hold together.

    modulus, strength : (m,) [Pa], of the bonds, the latter at which they yield
    """
    which = np.flatnonzero(confined)
    n = int(bonds.second[which].max(initial=-1)) + 1
    grain = np.concatenate([bonds.first[which], bonds.second[which]])
    beside = np.concatenate([bonds.second[which], bonds.first[which]])
    way = np.concatenate([bonds.rest[which], -bonds.rest[which]])
    order = np.argsort(grain, kind="stable")
    place = np.argsort(order, kind="stable")
    grain, way, row = grain[order], way[order], np.concatenate([which, which])[order]
    stiffness = modulus[row] * bonds.area[row] / np.linalg.norm(way, axis=1)
    shape = np.zeros((n, 3, 3))
    np.add.at(shape, grain, stiffness[:, None, None] * way[:, :, None] * way[:, None, :])
    spring = _HELD * stiffness
    faces, inside, volume = closed_faces(grain, bonds.area[row], way, place, n)
    bulk = np.bincount(grain, stiffness * (way**2).sum(axis=1), minlength=n) / 18.0
    bearing = np.bincount(grain, (strength[row] * bonds.area[row]) ** 2 / spring, minlength=n)
    inverse = np.linalg.pinv(shape, rcond=_FLAT, hermitian=True)
    fit = stiffness[:, None] * np.einsum("kij,kj->ki", inverse[grain], way)
    faces = np.where(inside[grain, None], faces, 2.0 * volume[grain, None] * fit)
    return Confinement(
        held_by=np.concatenate(([0], np.cumsum(np.bincount(grain, minlength=n)))),
        held=row.astype(np.int32),
        beside=beside[order].astype(np.int32),
        mirror=place[(order + len(which)) % max(len(order), 1)].astype(np.int32),
        way=way,
        fit=fit,
        face=0.5 * faces,
        inside=inside,
        volume=volume,
        spring=spring,
        bearing=bearing,
        strained=np.zeros(n),
        grip=np.ones(n),
        rigid=(np.eye(3) - shape @ inverse).reshape(n, 9),
        bulk=bulk,
        gradient=np.tile(np.eye(3).reshape(9), (n, 1)),
        push=np.zeros((n, 9)),
        swelling=np.where(np.bincount(grain, minlength=n) > 0, 0.0, np.nan),
    )


@njit
def stiffness_bound(bonds):
    """Upper bound of what springs and volume strains add to the stiffness of grains, (n,) [N/m].

    Of the latter by (Σ g·Δx)² ≤ Σ g²/k Σ k Δx², for the forces g = cof F a/2V of a neighbourhood
    and any k; the bonds' stiffness suits.
    """
    n = len(bonds.swelling)
    total = np.zeros(n)
    for i in range(n):
        first, last = bonds.held_by[i], bonds.held_by[i + 1]
        a, b, c = bonds.gradient[i, 0], bonds.gradient[i, 1], bonds.gradient[i, 2]
        d, e, f = bonds.gradient[i, 3], bonds.gradient[i, 4], bonds.gradient[i, 5]
        g, h, k = bonds.gradient[i, 6], bonds.gradient[i, 7], bonds.gradient[i, 8]
        share = 0.0
        for p in range(first, last):
            x, y, z = bonds.face[p, 0], bonds.face[p, 1], bonds.face[p, 2]
            force_x = (e * k - f * h) * x + (f * g - d * k) * y + (d * h - e * g) * z
            force_y = (h * c - k * b) * x + (k * a - g * c) * y + (g * b - h * a) * z
            force_z = (b * f - c * e) * x + (c * d - a * f) * y + (a * e - b * d) * z
            square = force_x * force_x + force_y * force_y + force_z * force_z
            share += square * _HELD / (bonds.spring[p] * bonds.volume[i] ** 2)
        share *= bonds.bulk[i]
        for p in range(first, last):
            moving = 2.0 * share * bonds.spring[p] / _HELD
            total[i] += 2.0 * bonds.spring[p] + moving
            total[bonds.beside[p]] += moving
    return total


@leaf
def _to(body, i, j, period):
    px, py, pz = period[0], period[1], period[2]
    return (
        wrapped(body[j, X] - body[i, X], px, 1.0 / px if px > 0.0 else 0.0),
        wrapped(body[j, Y] - body[i, Y], py, 1.0 / py if py > 0.0 else 0.0),
        wrapped(body[j, Z] - body[i, Z], pz, 1.0 / pz if pz > 0.0 else 0.0),
    )


@njit
def deform(begin, end, bonds, body, period):
    """Bring gradient, volume strain, push and grip of the grains begin … end up to date.

    Returns the energy [J] that is lost with neighbourhoods in which a bond broke.
    """
    held_by, held, beside, fit = bonds.held_by, bonds.held, bonds.beside, bonds.fit
    rigid, gradient, swelling, state = bonds.rigid, bonds.gradient, bonds.swelling, bonds.state
    way, spring, bearing, grip = bonds.way, bonds.spring, bonds.bearing, bonds.grip
    bulk, push, strained = bonds.bulk, bonds.push, bonds.strained
    face, inside, volume = bonds.face, bonds.inside, bonds.volume
    lost = 0.0
    for i in range(begin, min(end, len(swelling))):
        if held_by[i] == held_by[i + 1] or swelling[i] != swelling[i]:
            continue
        a, b, c, d, e, f, g, h, k = rigid[i]
        whole = True
        for at in range(held_by[i], held_by[i + 1]):
            whole = whole and state[held[at]] == INTACT
            x, y, z = _to(body, i, beside[at], period)
            u, v, w = fit[at]
            a, b, c = a + x * u, b + x * v, c + x * w
            d, e, f = d + y * u, e + y * v, f + y * w
            g, h, k = g + z * u, h + z * v, k + z * w
        if not whole:
            lost += _stored_around(bonds, i)
            swelling[i], grip[i] = np.nan, 0.0
            push[i] = 0.0
            continue
        gradient[i] = (a, b, c, d, e, f, g, h, k)
        if inside[i]:
            a = b = c = d = e = f = g = h = k = 0.0
            per = 1.0 / volume[i]
            for at in range(held_by[i], held_by[i + 1]):
                x, y, z = _to(body, i, beside[at], period)
                u, v, w = face[at, 0] * per, face[at, 1] * per, face[at, 2] * per
                a, b, c = a + x * u, b + x * v, c + x * w
                d, e, f = d + y * u, e + y * v, f + y * w
                g, h, k = g + z * u, h + z * v, k + z * w
        cofactor = (
            e * k - f * h, f * g - d * k, d * h - e * g,
            c * h - b * k, a * k - c * g, b * g - a * h,
            b * f - c * e, c * d - a * f, a * e - b * d,
        )  # fmt: skip
        strain = a * cofactor[0] + b * cofactor[1] + c * cofactor[2] - 1.0
        swelling[i] = strain
        for m in range(9):
            push[i, m] = bulk[i] / volume[i] * strain * cofactor[m]
        total = 0.0
        for at in range(held_by[i], held_by[i + 1]):
            to = _to(body, i, beside[at], period)
            loose = _unfit(gradient, i, to, (way[at, 0], way[at, 1], way[at, 2]))
            total += spring[at] * dot(loose, loose)
        strained[i] = total
        grip[i] = 1.0 / math.sqrt(1.0 + total / bearing[i])
    return lost


@leaf
def _unfit(gradient, i, to, way):
    """What of a way the deformation gradient of a grain does not fit."""
    return (
        to[0] - gradient[i, 0] * way[0] - gradient[i, 1] * way[1] - gradient[i, 2] * way[2],
        to[1] - gradient[i, 3] * way[0] - gradient[i, 4] * way[1] - gradient[i, 5] * way[2],
        to[2] - gradient[i, 6] * way[0] - gradient[i, 7] * way[1] - gradient[i, 8] * way[2],
    )


@njit
def hold(begin, end, bonds, body, period, load):
    """Add springs and pressures to the loads (n, 6) of the grains begin … end.

    Neither turns a neighbourhood inside: what does not fit has no moment about it, and push Fᵀ is
    symmetric.
    """
    held_by, beside, way, spring = bonds.held_by, bonds.beside, bonds.way, bonds.spring
    gradient, grip, push, face = bonds.gradient, bonds.grip, bonds.push, bonds.face
    mirror = bonds.mirror
    for i in range(begin, min(end, len(grip))):
        for at in range(held_by[i], held_by[i + 1]):
            j, back = beside[at], mirror[at]
            to = _to(body, i, j, period)
            rest = (way[at, 0], way[at, 1], way[at, 2])
            own, other = _unfit(gradient, i, to, rest), _unfit(gradient, j, to, rest)
            for k in range(3):
                force = 0.5 * spring[at] * (grip[i] * own[k] + grip[j] * other[k])
                for m in range(3):
                    force += push[i, 3 * k + m] * face[at, m] - push[j, 3 * k + m] * face[back, m]
                load[i, k] += force


@njit
def stored(bonds):
    """Energy of springs and volume strains [J]."""
    total = 0.0
    for i in range(len(bonds.swelling)):
        total += _stored_around(bonds, i)
    return total


@njit
def _stored_around(bonds, i):
    if bonds.swelling[i] != bonds.swelling[i]:
        return 0.0
    grip, strain = bonds.grip[i], bonds.swelling[i]
    # Half U_y (√(1 + U/U_y) − 1), written so that U_y may be infinite.
    springs = 0.5 * bonds.strained[i] * grip / (1.0 + grip)
    return springs + 0.5 * bonds.bulk[i] * strain * strain
