"""Closed voids inside secondary particles, as voxels of pore that no surface reaches."""

import numpy as np

from dem.errors import InputError
from dem.jit import njit, prange
from voxelize.generate.rank import lowest

_WALL = 1.5
"""Least depth of a void below the particle's surface [voxels]."""


def closed_voids(
    particle: np.ndarray,
    nearest: np.ndarray,
    weights: np.ndarray,
    amount: float,
    noise: np.ndarray,
) -> np.ndarray:
    """Voxels of voids strewn through the particles, (nz, ny, nx) bool, walled off on all sides.

    particle : (nz, ny, nx) int32, −1 outside; nearest : signed distance to the surface [voxels]
    weights : (nz,) of the layers; amount : [voxels]; noise : smooth field, overwritten
    raises InputError where the particles have less room inside
    """
    noise[nearest > -_WALL] = np.inf
    _shut(particle, noise)
    room = float(weights @ np.isfinite(noise).sum(axis=(1, 2)))
    if room < 2.0 * amount:
        # Fuller, voids would run together and be no closed pores of their own.
        raise InputError(
            f"void_fraction: expected at most {100 * 0.5 * room / _volume(particle, weights):.1f} "
            "% in particles of this size and these voxels, found "
            f"{100 * amount / _volume(particle, weights):.1f} %"
        )
    return lowest(noise, weights, amount)


def _volume(particle: np.ndarray, weights: np.ndarray) -> float:
    return float(weights @ (particle >= 0).sum(axis=(1, 2)))


@njit(parallel=True)
def _shut(particle, value):
    """Bar each voxel that has another particle or none among its 26 neighbours."""
    for k in prange(particle.shape[0]):
        _shut_layer(np.int64(k), particle, value)


@njit
def _shut_layer(k, particle, value):
    nz, ny, nx = particle.shape
    for j in range(ny):
        for i in range(nx):
            if not np.isfinite(value[k, j, i]):
                continue
            own = particle[k, j, i]
            inside = own >= 0 and 0 < k < nz - 1
            for q in range(27):
                if not inside:
                    break
                kk, jj, ii = k + q // 9 - 1, (j + q // 3 % 3 - 1) % ny, (i + q % 3 - 1) % nx
                inside = particle[kk, jj, ii] == own
            if not inside:
                value[k, j, i] = np.inf
