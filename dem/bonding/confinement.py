"""Neighbourhoods of the grains of a solid that flows and keeps its volume: a metal.

A beam that yields at ±Y by itself lets a clump of grains shrink under pressure alike from all
sides, as no dense solid does. Where bonds flow by what their strain differs from a third of the
volume strain around them, as von Mises' criterion has it, a change of volume stays elastic.

Both come from the deformation gradient that fits the ways to a grain's neighbours best (Silling et
al., J. Elast. 88, 2007, 151). What of the ways no gradient fits would not be held by bonds that
flow: one grain slips out between others. It is held by springs (Silling, CMAME 322, 2017, 42) that
bear no more than the bonds do: their force is s u/√(1 + U/U_y), U the sum of s u² around a grain.

Where a grain was pushed out from among its neighbours, the gradient is that of no volume any more:
det F falls through zero, and a pressure that followed it would drive the grain on for ever. No
metal's volume changes by a tenth, so that beyond this the volume strain counts less, and no more at
three tenths.
"""

import math
from typing import NamedTuple

import numpy as np

from dem.body import X, Y, Z
from dem.bonds import INTACT, Bonds
from dem.jit import leaf, njit
from dem.vector import dot, wrapped

_FLAT = 1e-3
"""Eigenvalue of a grain's neighbourhood over the largest below which it has no third dimension."""
_HELD = 0.05
"""Stiffness of the springs over that of the bonds."""
_TOLD, _UNTOLD = 0.1, 0.3
"""Volume strains up to which, and from which on no more, the neighbourhood tells the volume."""


class Confinement(NamedTuple):
    """Neighbours of the grains of solids that keep their volume; all empty where there are none.

    held_by : (n + 1,) int64, held : (k,) int32, bonds of each grain that count, beside : (k,)
    int32, the grains at their other ends; way : (k, 3) [m], to them in the unloaded picture
    fit : (k, 3) [1/m], by which the way to each neighbour adds to the deformation gradient
    F = rigid + Σ x ⊗ fit, the least squares over the ways x, weighted with the bonds' stiffness
    spring : (k,) [N/m]; bearing : (n,) [J], U_y, of springs that bear what bonds yield at
    grip : (n,), share 1/√(1 + U/U_y) of the springs' forces at present, zero where bonds broke
    rigid : (n, 9), what F keeps of identity: zero, but for neighbours that all lie in one plane
    gradient : (n, 9), F at present; swelling : (n,), volume strain that counts, of det F − 1; nan
    where bonds broke
    """

    held_by: np.ndarray
    held: np.ndarray
    beside: np.ndarray
    way: np.ndarray
    fit: np.ndarray
    spring: np.ndarray
    bearing: np.ndarray
    grip: np.ndarray
    rigid: np.ndarray
    gradient: np.ndarray
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
    grain, way, row = grain[order], way[order], np.concatenate([which, which])[order]
    stiffness = modulus[row] * bonds.area[row] / np.linalg.norm(way, axis=1)
    shape = np.zeros((n, 3, 3))
    np.add.at(shape, grain, stiffness[:, None, None] * way[:, :, None] * way[:, None, :])
    spring = _HELD * stiffness
    bearing = np.bincount(grain, (strength[row] * bonds.area[row]) ** 2 / spring, minlength=n)
    inverse = np.linalg.pinv(shape, rcond=_FLAT, hermitian=True)
    return Confinement(
        held_by=np.concatenate(([0], np.cumsum(np.bincount(grain, minlength=n)))),
        held=row.astype(np.int32),
        beside=beside[order].astype(np.int32),
        way=way,
        fit=stiffness[:, None] * np.einsum("kij,kj->ki", inverse[grain], way),
        spring=spring,
        bearing=bearing,
        grip=np.ones(n),
        rigid=(np.eye(3) - shape @ inverse).reshape(n, 9),
        gradient=np.tile(np.eye(3).reshape(9), (n, 1)),
        swelling=np.zeros(n),
    )


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
    """Deformation gradients, volume strains and grips of the grains begin … end as they are now."""
    held_by, held, beside, fit = bonds.held_by, bonds.held, bonds.beside, bonds.fit
    rigid, gradient, swelling, state = bonds.rigid, bonds.gradient, bonds.swelling, bonds.state
    way, spring, bearing, grip = bonds.way, bonds.spring, bonds.bearing, bonds.grip
    for i in range(begin, min(end, len(swelling))):
        if held_by[i] == held_by[i + 1]:
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
        det = a * (e * k - f * h) - b * (d * k - f * g) + c * (d * h - e * g)
        gradient[i] = (a, b, c, d, e, f, g, h, k)
        swelling[i] = _counting(det - 1.0) if whole else np.nan
        strained = 0.0
        for at in range(held_by[i], held_by[i + 1]):
            to = _to(body, i, beside[at], period)
            loose = _unfit(gradient, i, to, (way[at, 0], way[at, 1], way[at, 2]))
            strained += spring[at] * dot(loose, loose)
        grip[i] = 1.0 / math.sqrt(1.0 + strained / bearing[i]) if whole else 0.0


@leaf
def _counting(strain):
    """What counts of a volume strain."""
    size = abs(strain)
    if size <= _TOLD:
        return strain
    return math.copysign(max(0.0, _UNTOLD - size) * _TOLD / (_UNTOLD - _TOLD), strain)


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
    """Add the springs to the loads (n, 6) of the grains begin … end; returns what they store [J].

    The springs of a grain sum to no torque, as what does not fit has no moment about it.
    """
    held_by, beside, way, spring = bonds.held_by, bonds.beside, bonds.way, bonds.spring
    gradient, grip = bonds.gradient, bonds.grip
    stored = 0.0
    for i in range(begin, min(end, len(grip))):
        if grip[i] == 0.0:
            continue
        strained = 0.0
        for at in range(held_by[i], held_by[i + 1]):
            j = beside[at]
            if grip[j] == 0.0:
                continue
            to = _to(body, i, j, period)
            rest = (way[at, 0], way[at, 1], way[at, 2])
            own, other = _unfit(gradient, i, to, rest), _unfit(gradient, j, to, rest)
            strained += spring[at] * dot(own, own)
            for k in range(3):
                load[i, k] += 0.5 * spring[at] * (grip[i] * own[k] + grip[j] * other[k])
        # Half U_y (√(1 + U/U_y) − 1), written so that U_y may be infinite.
        stored += 0.5 * strained * grip[i] / (1.0 + grip[i])
    return stored
