"""What is divided on its own, particles, binder and foil, and into how many grains each."""

from dataclasses import replace

import numpy as np

from dem.errors import InputError
from voxelize.regions import connected_pieces
from voxelize.split.watershed import equivalent_diameter, split_particles, volume_percentile
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR

SMALLEST_GRAIN = 8
"""Voxels a grain of a breakable particle must have on average: two along each direction."""


def regions(volume, settings):
    """What is divided on its own: (nz, ny, nx) particles 0 … n−1, regions of CBD, then of foil.

    Returns the regions, the numbers of particles and of particles and CBD regions, the volume.
    """
    is_active = volume.labels == ACTIVE_MATERIAL
    is_cbd = volume.labels == CARBON_BINDER
    if not is_active.any():
        raise InputError("the volume holds no active material, so there are no particles to press")
    solid = is_active.any(axis=(1, 2)) | is_cbd.any(axis=(1, 2))
    if (volume.layer_weights[solid] <= 0.0).any():
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
    del is_active
    particle = connected_pieces(particle, volume.periodic)
    particles = int(particle.max()) + 1
    region = connected_pieces(is_cbd.astype(np.int8) - 1, volume.periodic, connectivity=3)
    # In place: the volume is large and the binder's numbers are needed no more.
    np.add(region, particles, out=region, where=is_cbd)
    np.copyto(region, particle, where=~is_cbd)
    coating = int(region.max()) + 1
    if settings.foil_grain_size is not None:
        _add_foil(region, coating, volume, settings)
    return region, particles, coating, replace(volume, particle=particle)


def _add_foil(region, coating, volume, settings):
    """Number the collector's regions from `coating` on, from its face down to the depth."""
    below = np.flatnonzero((volume.labels == COLLECTOR).any(axis=(1, 2)))
    if len(below) == 0:
        return
    layers = slice(rigid_layers(volume, settings.foil_depth), int(below[-1]) + 1)
    foil = (volume.labels[layers] == COLLECTOR).astype(np.int8) - 1
    foil = connected_pieces(foil, volume.periodic, connectivity=3)
    np.copyto(region[layers], foil + np.int32(coating), where=foil >= 0)


def rigid_layers(volume, depth):
    """Layers of the foil below the depth [m] that deforms, None for all of it."""
    foil = volume.collector_layers
    return 0 if depth is None else max(0, foil - max(1, round(depth / volume.voxel_size)))


def wanted_grains(voxels, particles, coating, voxel_size, settings):
    """How many grains each region is divided into, and how many it must at least have.

    voxels : (regions,) of each; the first `particles` of them are particles, those from `coating`
    on foil
    returns cells, least : (regions,) int64; both 1 where a region stays one unbreakable grain
    raises InputError where most of the active material could not be divided as asked
    """
    size = voxels * voxel_size**3
    wanted = np.full(len(voxels), settings.cbd_grain_size)
    wanted[:particles] = settings.grain_size
    wanted[coating:] = settings.foil_grain_size
    cells = np.maximum(1, np.rint(size / (np.pi / 6.0 * wanted**3))).astype(np.int64)
    least = np.ones(len(voxels), dtype=np.int64)
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
    if _most(unresolved, size[:particles]):
        # The voxel at which the median particle holds `minimum_grains` of `SMALLEST_GRAIN` voxels.
        grain_width = np.cbrt(np.pi / 6.0 / settings.minimum_grains) * median
        finer = grain_width / np.cbrt(SMALLEST_GRAIN)
        raise InputError(
            f"the voxels of {voxel_size * 1e6:.3g} µm are too coarse to divide particles (median "
            f"{median * 1e6:.3g} µm) into minimum_grains = {settings.minimum_grains}: "
            f"voxels of at most {finer * 1e6:.2g} µm or fewer grains are needed"
        )
    whole |= unresolved
    if settings.small_particles == "single_grain":
        few = ~whole & (cells[:particles] < settings.minimum_grains)
        if _most(few, size[:particles]):
            finest = median * np.cbrt(1.0 / settings.minimum_grains)
            raise InputError(
                f"decomposition.small_particles is 'single_grain', and most of the particles "
                f"(median {median * 1e6:.3g} µm by volume) hold fewer than minimum_grains = "
                f"{settings.minimum_grains} grains of {settings.grain_size * 1e6:.3g} µm, so that "
                f"nothing could break; expected a grain_size of at most {finest * 1e6:.3g} µm, "
                "fewer grains, or 'smaller_grains'"
            )
        whole |= few
    at_most = np.maximum(1, voxels[:particles] // SMALLEST_GRAIN)
    breakable = np.minimum(np.maximum(cells[:particles], settings.minimum_grains), at_most)
    cells[:particles] = np.where(whole, 1, breakable)
    least[:particles] = np.where(whole, 1, settings.minimum_grains)
    return cells, least


def _most(of, size):
    return size[of].sum() > 0.5 * size.sum()
