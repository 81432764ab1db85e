"""What holds together, voxel by voxel: pieces of particles, and binder that joins them to the foil.

Union–find over voxels needs four bytes a voxel, where labelling and counting faces need dozens.
"""

import numpy as np

from dem.jit import njit
from voxelize.generate.surfaces import NONE
from voxelize.union_find import join, root_of


def cut_off(particle: np.ndarray) -> np.ndarray:
    """Voxels cut off from the largest piece of their particle, (m, 3) indices z, y, x.

    particle : (nz, ny, nx) int32, −1 outside, periodic in plane
    """
    parent = _tree(particle.size)
    _join_equal(particle, parent)
    return np.argwhere(_smaller_pieces(particle.ravel(), parent).reshape(particle.shape))


def unattached(
    domain: np.ndarray, particle: np.ndarray, particles: int
) -> tuple[np.ndarray, np.ndarray]:
    """What the binder skeleton does not join to the foil.

    Joined is what shares faces with binder that is joined, the foil lying below the first layer;
    that two particles touch holds neither.
    domain : (nz, ny, nx) bool; particle : (nz, ny, nx) int32, −1 outside, periodic in plane
    Returns lost (particles,) bool, and loose (nz, ny, nx) bool, binder that touches no particle.
    """
    parent = _tree(domain.size + particles + 1)
    _join_binder(domain, particle, domain.size + particles, parent)
    roots = np.array([root_of(parent, domain.size + p) for p in range(particles + 1)])
    lost = roots[:-1] != roots[-1]
    held = np.zeros(len(parent), bool)
    held[roots[:-1]] = True
    loose = _off(domain.ravel(), parent, held).reshape(domain.shape)
    return lost, loose


def _tree(count: int) -> np.ndarray:
    return np.arange(count, dtype=np.int32 if count < 2**31 else np.int64)


@njit
def _join_equal(label, parent):
    nz, ny, nx = label.shape
    for k in range(nz):
        for j in range(ny):
            for i in range(nx):
                own = label[k, j, i]
                if own == NONE:
                    continue
                here = (k * ny + j) * nx + i
                if k + 1 < nz and label[k + 1, j, i] == own:
                    join(parent, here, here + ny * nx)
                jj, ii = (j + 1) % ny, (i + 1) % nx
                if label[k, jj, i] == own:
                    join(parent, here, (k * ny + jj) * nx + i)
                if label[k, j, ii] == own:
                    join(parent, here, (k * ny + j) * nx + ii)


@njit
def _smaller_pieces(label, parent):
    """Voxels outside the largest piece of their label; of equal ones the first counts."""
    size = np.zeros(len(parent), np.int32)
    most = np.int32(NONE)
    for v in range(len(label)):
        most = max(most, label[v])
        if label[v] != NONE:
            size[root_of(parent, v)] += 1
    largest = np.full(most + 1, NONE, np.int64)
    for v in range(len(label)):
        if size[v] > 0:
            best = largest[label[v]]
            if best == NONE or size[v] > size[best]:
                largest[label[v]] = v
    cut = np.zeros(len(label), np.bool_)
    for v in range(len(label)):
        cut[v] = label[v] != NONE and root_of(parent, v) != largest[label[v]]
    return cut


@njit
def _join_binder(domain, particle, foil, parent):
    """Join binder to binder, to the particles that it touches, and in the first layer to the foil.

    Particle p has the number `domain.size` + p.
    """
    nz, ny, nx = domain.shape
    voxels = domain.size
    for k in range(nz):
        for j in range(ny):
            for i in range(nx):
                if not domain[k, j, i]:
                    continue
                here = (k * ny + j) * nx + i
                if k == 0:
                    join(parent, here, foil)
                for q in range(6):
                    kk = k + (q == 0) - (q == 1)
                    if kk < 0 or kk >= nz:
                        continue
                    jj = (j + (q == 2) - (q == 3)) % ny
                    ii = (i + (q == 4) - (q == 5)) % nx
                    if domain[kk, jj, ii]:
                        join(parent, here, (kk * ny + jj) * nx + ii)
                    elif particle[kk, jj, ii] != NONE:
                        join(parent, here, voxels + particle[kk, jj, ii])


@njit
def _off(domain, parent, held):
    off = np.zeros(len(domain), np.bool_)
    for v in range(len(domain)):
        off[v] = domain[v] and not held[root_of(parent, v)]
    return off
