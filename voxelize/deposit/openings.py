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

_LEAST_PROJECTION = 0.05
"""Share of a face's area below which its projection gives no normal: it closes upon itself."""


class Openings(NamedTuple):
    """The k broken faces inside active particles, in the order of the bonds.

    bond : (k,) int64, row of the bonds; area : (k,) [m²], of the face, curved or not
    aperture : (k,) [m], mean distance along the face's normal that its sides moved apart
    volume : (k,) [m³], aperture × the face's projection along its normal, the area of a plane
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
    opens by what the plane behind it does, and a cup by its mouth: its walls only slide.

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
    faces, shown = np.zeros((len(bond), 3)), np.zeros((len(bond), 3))
    weight = old.layer_weights
    _face_vectors(decomposition.grain, start, second, old.periodic, weight, faces, shown)
    area = np.linalg.norm(shown, axis=1)
    # Grains that meet at an edge only, or one around the other: along the line between centres.
    lone = np.linalg.norm(faces, axis=1) <= _LEAST_PROJECTION * area
    faces[lone] = bonds.rest[bond[lone]][:, ::-1] / h
    size = np.linalg.norm(faces, axis=1)
    # A grain centred in its shell has no such line either; any direction opens as little.
    faces[size == 0.0] = (1.0, 0.0, 0.0)
    normal = faces / np.linalg.norm(faces, axis=1)[:, None]
    opened, seen = np.zeros(len(bond)), np.zeros(len(bond))
    _open_faces(
        decomposition.grain, start, second, old.periodic, weight, normal, centre, shift, turn,
        period, opened, seen,
    )  # fmt: skip
    # Overhangs count against the sum and may outweigh it where the face opens on one side only.
    opened = np.maximum(opened, 0.0)
    seen = np.maximum(seen, _LEAST_PROJECTION * area)
    aperture = np.divide(opened, seen, where=seen > 0, out=np.zeros(len(bond))) * h
    return Openings(bond, bonds.area[bond], aperture, opened * h**3)


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
def _face_vectors(source, start, second, periodic, weight, faces, shown):
    """Sum of the normals of the voxel faces of each pair, from its first to its second grain.

    weight : (nz,), share of a layer, for the faces upright in it; shown : the sum of all faces by
    direction, whichever way they look
    """
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
                        size = weight[k] if axis > 0 else 1.0
                        faces[m, axis] += size if g < source[c, b, a] else -size
                        shown[m, axis] += size


@njit
def _open_faces(source, start, second, periodic, weight, normal, centre, shift, turn, period,
                opened, seen):  # fmt: skip
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
                    if axis > 0:
                        share *= weight[k]
                    opened[m] += share * max(gap, 0.0)
                    seen[m] += share
