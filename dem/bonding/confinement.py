"""Volume strain about which the bonds of a solid that keeps its volume flow.

A beam that yields at ±Y by itself lets a clump of grains shrink under pressure alike from all
sides, as no dense solid does. Where bonds flow by what their strain differs from a third of the
volume strain around them, as von Mises' criterion has it, a change of volume stays elastic.
"""

from typing import NamedTuple

import numpy as np

from dem.body import X, Y, Z
from dem.bonds import INTACT, Bonds
from dem.jit import njit
from dem.vector import wrapped

_FLAT = 1e-3
"""Eigenvalue of a grain's neighbourhood over the largest below which it has no third dimension."""


class Confinement(NamedTuple):
    """Neighbours of the grains of solids that keep their volume; all empty where there are none.

    held_by : (n + 1,) int64, held : (k,) int32, bonds of each grain that count, beside : (k,)
    int32, the grains at their other ends
    gradient : (k, 3) [1/m], by which the way to each neighbour adds to the deformation gradient
    F = rigid + Σ x ⊗ gradient, the least squares over the ways x, weighted with area over length
    rigid : (n, 9), what F keeps of identity: zero, but for neighbours that all lie in one plane
    swelling : (n,), volume strain det F − 1
    """

    held_by: np.ndarray
    held: np.ndarray
    beside: np.ndarray
    gradient: np.ndarray
    rigid: np.ndarray
    swelling: np.ndarray


def confinement(bonds: Bonds, confined: np.ndarray) -> Confinement:
    """Neighbourhoods of the grains that the bonds `confined` (m,) bool hold together."""
    which = np.flatnonzero(confined)
    n = int(bonds.second[which].max(initial=-1)) + 1
    grain = np.concatenate([bonds.first[which], bonds.second[which]])
    beside = np.concatenate([bonds.second[which], bonds.first[which]])
    way = np.concatenate([bonds.rest[which], -bonds.rest[which]])
    order = np.argsort(grain, kind="stable")
    grain, way, row = grain[order], way[order], np.concatenate([which, which])[order]
    weight = bonds.area[row] / np.linalg.norm(way, axis=1)
    shape = np.zeros((n, 3, 3))
    np.add.at(shape, grain, weight[:, None, None] * way[:, :, None] * way[:, None, :])
    inverse = np.linalg.pinv(shape, rcond=_FLAT, hermitian=True)
    return Confinement(
        held_by=np.concatenate(([0], np.cumsum(np.bincount(grain, minlength=n)))),
        held=row.astype(np.int32),
        beside=beside[order].astype(np.int32),
        gradient=weight[:, None] * np.einsum("kij,kj->ki", inverse[grain], way),
        rigid=(np.eye(3) - shape @ inverse).reshape(n, 9),
        swelling=np.zeros(n),
    )


@njit
def add_swelling(begin, end, state, body, period, held_by, held, beside, gradient, rigid, swelling):
    """Volume strains of the grains begin … end at their present positions; 0 where bonds broke."""
    px, py, pz = period[0], period[1], period[2]
    ix = 1.0 / px if px > 0.0 else 0.0
    iy = 1.0 / py if py > 0.0 else 0.0
    iz = 1.0 / pz if pz > 0.0 else 0.0
    for i in range(begin, min(end, len(swelling))):
        if held_by[i] == held_by[i + 1]:
            continue
        a, b, c, d, e, f, g, h, k = rigid[i]
        whole = True
        for at in range(held_by[i], held_by[i + 1]):
            j = beside[at]
            whole = whole and state[held[at]] == INTACT
            x = wrapped(body[j, X] - body[i, X], px, ix)
            y = wrapped(body[j, Y] - body[i, Y], py, iy)
            z = wrapped(body[j, Z] - body[i, Z], pz, iz)
            u, v, w = gradient[at]
            a, b, c = a + x * u, b + x * v, c + x * w
            d, e, f = d + y * u, e + y * v, f + y * w
            g, h, k = g + z * u, h + z * v, k + z * w
        det = a * (e * k - f * h) - b * (d * k - f * g) + c * (d * h - e * g)
        swelling[i] = det - 1.0 if whole else 0.0
