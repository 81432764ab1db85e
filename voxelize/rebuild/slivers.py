"""Bits of particles too small to be one: loose voxels, and what a window's sides cut off."""

import numpy as np

from voxelize.regions import connected_pieces, hosts, renumber

_SLIVER = 8
"""Voxels under which a piece is no particle of its own: less than two along each direction."""


def without_slivers(particle: np.ndarray) -> np.ndarray:
    """Give pieces of less than 8 voxels to the particle that they share most faces with.

    particle : (nz, ny, nx) int32, −1 outside; a piece that touches none becomes pore
    returns the particles numbered anew, each in one piece
    """
    piece = connected_pieces(particle, periodic=False)
    size = np.bincount(piece[piece >= 0])
    small = size < _SLIVER
    if not small.any():
        return piece
    host = hosts(piece, small, np.zeros(len(size), np.int64), periodic=False)
    alone = small & (host == np.arange(len(size)))
    if alone.all():
        return np.full_like(piece, -1)
    piece = np.where(np.append(alone, False)[piece], np.int32(-1), piece)
    host[alone] = np.flatnonzero(~alone)[0]
    return renumber(piece, host)
