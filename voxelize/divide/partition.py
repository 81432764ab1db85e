"""Partition a labelled volume: particles and binder regions, how many grains each, which voxels."""

from dataclasses import replace

import numpy as np

from dem.errors import InputError
from voxelize.divide.voronoi import centroidal_partition
from voxelize.regions import connected_pieces, hosts, renumber
from voxelize.split.watershed import equivalent_diameter, split_particles, volume_percentile
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER

SMALLEST_GRAIN = 8
"""Voxels a grain of a breakable particle must have on average: two along each direction."""

SLIVER = 0.25
"""Share of the mean cell under which a piece of a cell is no grain of its own."""


def regions(volume, settings):
    """What is divided on its own: (nz, ny, nx) particles 0 … n−1, then regions of CBD."""
    is_active = volume.labels == ACTIVE_MATERIAL
    is_cbd = volume.labels == CARBON_BINDER
    if not is_active.any():
        raise InputError("the volume holds no active material, so there are no particles to press")
    if (volume.layer_weights[(is_active | is_cbd).any(axis=(1, 2))] <= 0.0).any():
        raise InputError(
            f"active material or CBD stands outside the coating's thickness "
            f"of {volume.thickness * 1e6:.4g} µm"
        )
    particle = volume.particle
    if particle is None:
        particle = split_particles(
            is_active,
            volume.voxel_size,
            settings.neck,
            merge_below=settings.merge_below,
            periodic=volume.periodic,
        )
    if ((particle >= 0) != is_active).any():
        raise InputError("the particle numbers do not cover exactly the active material's voxels")
    region = connected_pieces(particle, volume.periodic)
    particles = int(region.max()) + 1
    binder = connected_pieces(is_cbd.astype(np.int8) - 1, volume.periodic, connectivity=3)
    volume = replace(volume, particle=region)
    return np.where(is_cbd, binder + particles, region).astype(np.int32), particles, volume


def wanted_grains(voxels, particles, voxel_size, settings):
    """(regions,) number of cells that each region is divided into."""
    size = voxels * voxel_size**3
    wanted = np.full(len(voxels), settings.cbd_grain_size)
    wanted[:particles] = settings.grain_size
    cells = np.maximum(1, np.rint(size / (np.pi / 6.0 * wanted**3))).astype(np.int64)
    diameter = equivalent_diameter(size[:particles])
    median = volume_percentile(diameter, size[:particles], 0.5)
    if median < settings.grain_size:
        raise InputError(
            f"the particles (median {median * 1e6:.3g} µm by volume) are smaller than a grain "
            f"(decomposition.grain_size is {settings.grain_size * 1e6:.3g} µm); expected it below "
            f"{median * 1e6:.3g} µm"
        )
    whole = diameter < settings.single_grain_below
    unresolved = ~whole & (voxels[:particles] < settings.minimum_grains * SMALLEST_GRAIN)
    if size[:particles][unresolved].sum() > 0.5 * size[:particles].sum():
        # The voxel at which the median particle holds `minimum_grains` of `SMALLEST_GRAIN` voxels.
        grain_width = np.cbrt(np.pi / 6.0 / settings.minimum_grains) * median
        finer = grain_width / np.cbrt(SMALLEST_GRAIN)
        raise InputError(
            f"the voxels of {voxel_size * 1e6:.3g} µm are too coarse to divide particles (median "
            f"{median * 1e6:.3g} µm) into minimum_grains = {settings.minimum_grains}: "
            f"voxels of at most {finer * 1e6:.2g} µm or fewer grains are needed"
        )
    at_most = np.maximum(1, voxels[:particles] // SMALLEST_GRAIN)
    breakable = np.minimum(np.maximum(cells[:particles], settings.minimum_grains), at_most)
    cells[:particles] = np.where(whole | unresolved, 1, breakable)
    return cells


def divide(region, voxels, cells, volume, settings, rng, tell):
    """Number each voxel's grain: Voronoi cells, their slivers joined to a neighbouring cell."""
    inside = np.flatnonzero(region >= 0)
    inside = inside[np.argsort(region.ravel()[inside], kind="stable")]
    owner = region.ravel()[inside]
    period = np.array(region.shape[1:], dtype=float) if volume.periodic else None
    index = np.stack(np.unravel_index(inside, region.shape), axis=1)
    cell = centroidal_partition(
        index,
        owner,
        cells,
        rng,
        period,
        settings.lloyd_iterations,
        lambda done: tell(0.1 + 0.7 * done, "dividing particles into grains"),
    )
    grain = np.full(region.shape, -1, dtype=np.int32)
    grain.ravel()[inside] = cell
    tell(0.8, "joining slivers")
    piece = connected_pieces(grain, volume.periodic)
    at = piece.ravel()[inside]
    size = np.bincount(at)
    piece_cell, piece_region = (np.empty(len(size), dtype=np.int64) for _ in range(2))
    piece_cell[at], piece_region[at] = cell, owner
    # The largest piece of each cell, and of each region, is the last of its kind in size order.
    order = np.lexsort((-np.arange(len(size)), size))
    main, largest = np.full(cells.sum(), -1), np.empty(len(cells), dtype=np.int64)
    main[piece_cell[order]] = order
    largest[piece_region[order]] = order
    small = size < SLIVER * (voxels / cells)[piece_region]
    small[largest] = False
    host = hosts(piece, small, piece_region, volume.periodic)
    # A sliver without a face to a neighbour (CBD touching by edges) stays with its own cell.
    stranded = small & (host == np.arange(len(size)))
    host[stranded] = host[main[piece_cell[stranded]]]
    return renumber(piece, host)
