"""How far broken bonds opened: aperture and volume of each crack face, also far below a voxel."""

from typing import NamedTuple

import numpy as np

from dem.bonds import INTACT, Bonds
from dem.fragments import inside_active
from dem.grains import Grains
from dem.jit import njit
from voxelize.deposit.extent import nearest_image
from voxelize.deposit.motion import rotation
from voxelize.divide.decompose import Decomposition


class Openings(NamedTuple):
    """The k broken faces inside active particles, in the order of the bonds.

    bond : (k,) int64, row of the bonds; area : (k,) [m²]
    aperture : (k,) [m], mean distance along the face's normal that its sides moved apart
    volume : (k,) [m³], aperture × area
    """

    bond: np.ndarray
    area: np.ndarray
    aperture: np.ndarray
    volume: np.ndarray


def crack_openings(decomposition: Decomposition, grains: Grains, bonds: Bonds) -> Openings:
    """Opening of each broken face from the rigid motion of the two grains it parted.

    Each voxel face that the two share opens by how far its two sides moved apart along the mean
    normal, since the unloaded picture; where they moved into each other it is closed: 0. The
    sides' own area is weighted by its share along the normal, so that a staircase of voxels
    opens by what the plane behind it does.

    grains, bonds : moved state of the decomposition's
    """
    bond = np.flatnonzero(inside_active(grains, bonds) & (bonds.state != INTACT))
    old, reference = decomposition.volume, decomposition.grains
    h = old.voxel_size
    centre = np.ascontiguousarray(reference.position[:, ::-1]) / h
    centre[:, 0] += old.collector_layers
    shift = np.ascontiguousarray((grains.position - reference.position)[:, ::-1]) / h
    turn = np.ascontiguousarray(rotation(grains.orientation)[:, ::-1, ::-1])
    period = np.zeros(3)
    if old.periodic:
        period[1:] = old.labels.shape[1:]
    first, second = bonds.first[bond], bonds.second[bond]
    start = np.searchsorted(first, np.arange(len(centre) + 1)).astype(np.int64)
    faces = np.zeros((len(bond), 3))
    _face_vectors(decomposition.grain, start, second, old.periodic, faces)
    size = np.linalg.norm(faces, axis=1)
    # A bond whose grains meet at an edge only: along the line between their centres.
    along = bonds.rest[bond][:, ::-1] / h
    lone = size < 1e-9
    faces[lone] = along[lone]
    normal = faces / np.linalg.norm(faces, axis=1)[:, None]
    opened, seen = np.zeros(len(bond)), np.zeros(len(bond))
    _open_faces(
        decomposition.grain, start, second, old.periodic, normal, centre, shift, turn, period,
        opened, seen,
    )  # fmt: skip
    aperture = np.divide(opened, seen, where=seen > 0, out=np.zeros(len(bond))) * h
    area = bonds.area[bond]
    return Openings(bond, area, aperture, aperture * area)


def aperture_by_area(openings: Openings, share: float) -> float:
    """Aperture [m] that crack faces up to a share of the total crack area do not exceed."""
    if len(openings.area) == 0:
        return 0.0
    order = np.argsort(openings.aperture, kind="stable")
    area = np.cumsum(openings.area[order])
    return float(openings.aperture[order][np.searchsorted(area, share * area[-1])])


@njit
def _bond_of(start, second, a, b):
    """Row of the pair and whether a is its first grain; −1 for none."""
    low, high = min(a, b), max(a, b)
    for m in range(start[low], start[low + 1]):
        if second[m] == high:
            return m
    return -1


@njit
def _across(k, j, i, axis, shape, periodic):
    """Index of the voxel one further along an axis, −1 where the volume ends."""
    nz, ny, nx = shape
    if axis == 0:
        return (k + 1, j, i) if k + 1 < nz else (-1, j, i)
    if axis == 1:
        if j + 1 < ny:
            return (k, j + 1, i)
        return (k, 0, i) if periodic else (-1, j, i)
    if i + 1 < nx:
        return (k, j, i + 1)
    return (k, j, 0) if periodic else (-1, j, i)


@njit
def _face_vectors(source, start, second, periodic, faces):
    """Sum of the normals of the voxel faces of each pair, from its first to its second grain."""
    nz, ny, nx = source.shape
    for k in range(nz):
        for j in range(ny):
            for i in range(nx):
                g = source[k, j, i]
                if g < 0:
                    continue
                for axis in range(3):
                    c, b, a = _across(k, j, i, axis, source.shape, periodic)
                    if c < 0 or source[c, b, a] == g or source[c, b, a] < 0:
                        continue
                    m = _bond_of(start, second, g, source[c, b, a])
                    if m >= 0:
                        faces[m, axis] += 1.0 if g < source[c, b, a] else -1.0


@njit
def _open_faces(source, start, second, periodic, normal, centre, shift, turn, period, opened, seen):
    """Add up for each pair what its voxel faces opened, and their area, along its normal."""
    nz, ny, nx = source.shape
    at, jump, along = np.empty(3), np.empty(3), np.empty(3)
    for k in range(nz):
        for j in range(ny):
            for i in range(nx):
                g = source[k, j, i]
                if g < 0:
                    continue
                for axis in range(3):
                    c, b, a = _across(k, j, i, axis, source.shape, periodic)
                    if c < 0 or source[c, b, a] == g or source[c, b, a] < 0:
                        continue
                    other = source[c, b, a]
                    m = _bond_of(start, second, g, other)
                    if m < 0:
                        continue
                    p, q = min(g, other), max(g, other)
                    at[0], at[1], at[2] = k + 0.5, j + 0.5, i + 0.5
                    at[axis] += 0.5
                    length = 0.0
                    for d in range(3):
                        jump[d] = nearest_image(shift[q, d] - shift[p, d], period[d])
                        along[d] = normal[m, d]
                        for e in range(3):
                            jump[d] += turn[q, d, e] * nearest_image(
                                at[e] - centre[q, e], period[e]
                            ) - turn[p, d, e] * nearest_image(at[e] - centre[p, e], period[e])
                            # The normal turns as the two grains do on average.
                            along[d] += 0.5 * (turn[p, d, e] + turn[q, d, e]) * normal[m, e]
                        length += along[d] * along[d]
                    gap = 0.0
                    for d in range(3):
                        gap += jump[d] * along[d]
                    gap /= np.sqrt(length)
                    share = normal[m, axis] * (1.0 if g < other else -1.0)
                    opened[m] += share * max(gap, 0.0)
                    seen[m] += share
