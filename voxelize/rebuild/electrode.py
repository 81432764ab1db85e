"""An electrode rebuilt in voxels from the table of its particles."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dem.errors import InputError
from dem.fragments import diameter_by_volume
from voxelize.read.particle_table import ParticleTable
from voxelize.rebuild.ellipsoids import Ellipsoids, ellipsoids
from voxelize.rebuild.overlap_kernels import ROOM, alone, box_neighbours, moments
from voxelize.rebuild.share_out import share_out
from voxelize.rebuild.slivers import without_slivers
from voxelize.rebuild.window import Window, window_of
from voxelize.volume import ACTIVE_MATERIAL, COLLECTOR, PORE, Volume, foil_layers

_VOXELS_PER_DIAMETER = 3.0
_MOST_VOXELS = 2.0e9


@dataclass(frozen=True)
class RebuildSettings:
    """How a table becomes a volume.

    voxel_size : [m]
    smallest : [m], particles of a smaller equivalent diameter are left out
    crop : ((z0, z1), (y0, y1), (x0, x1)) [m] in the table's coordinates, or None for all of it
    trim : fullness of the first and the last layer, relative to the median one
    collector_at_end : whether the collector lies at the end of the table's z axis
    foil_thickness : [m], drawn in whole layers below the coating, at least one if not 0
    """

    voxel_size: float
    smallest: float = 3e-6
    crop: tuple[tuple[float, float], ...] | None = None
    trim: float = 0.5
    collector_at_end: bool = False
    foil_thickness: float = 0.0


@dataclass(frozen=True)
class RebuildFigures:
    """What the rebuilding kept and changed.

    particles : in the window, whole or cut
    specks, speck_share : left out as too small, and their share of the table's volume
    trimmed_share : of the material above and below the window's footprint that lies outside the
        planes
    table_fraction : volume share of the window that the ellipsoids have, counted one by one
    active_fraction : volume share of active material in the voxels
    overlap_share : of the ellipsoids' volume that another one claimed too
    shift_median, shift_95, shift_largest : distance [m] from the table's centroid to that of the
        voxels, of the particles wholly inside; nan where there is none
    volume_error : largest relative error of the volume of these
    side_fullness : volume share of active material within half a median diameter of the emptiest
        side, over that of all; a table without the particles that its image cut has empty sides
    """

    particles: int
    specks: int
    speck_share: float
    trimmed_share: float
    table_fraction: float
    active_fraction: float
    overlap_share: float
    shift_median: float
    shift_95: float
    shift_largest: float
    volume_error: float
    side_fullness: float


def rebuild(
    table: ParticleTable,
    settings: RebuildSettings,
    progress: Callable[[float, str], None] | None = None,
) -> tuple[Volume, RebuildFigures]:
    """Draw each particle as an ellipsoid of its volume at its centroid, overlaps cut.

    Particles at the sides, the collector and the top are cut by the window's planes. Returns a
    volume between symmetry planes, without binder, with `particle` set.
    raises InputError where table, window and voxel size do not fit together
    """
    h = settings.voxel_size
    whole = table.diameter >= settings.smallest
    if not whole.any():
        raise InputError(
            f"smallest: {settings.smallest * 1e6:g} µm leaves none of the particles, the largest "
            f"of which is {table.diameter.max() * 1e6:.3g} µm; expected less"
        )
    kept = table[whole]
    finest = float(kept.diameter.min())
    if h * _VOXELS_PER_DIAMETER > finest:
        raise InputError(
            f"voxel_size: expected at most a third of the smallest particle's {finest * 1e6:.3g} "
            f"µm, found {h * 1e6:g} µm; or leave more out by the key smallest"
        )
    window = window_of(kept, settings.crop, h, settings.trim)
    shapes = ellipsoids(kept, window.origin, h)
    _check_memory(shapes, window)
    shapes = shapes[_needed(shapes, window.shape)]
    particle = share_out(shapes, window.shape, progress)
    _check_any(particle)
    figures = _figures(table, whole, shapes, window, particle, h)
    particle = without_slivers(particle)
    _check_any(particle)
    if settings.collector_at_end:
        particle = np.ascontiguousarray(particle[::-1])
    return _volume(particle, settings), figures


def _volume(particle: np.ndarray, settings: RebuildSettings) -> Volume:
    h = settings.voxel_size
    layers = foil_layers(settings.foil_thickness, h)
    whole = np.full((layers + len(particle), *particle.shape[1:]), -1, np.int32)
    whole[layers:] = particle
    labels = np.where(whole >= 0, np.uint8(ACTIVE_MATERIAL), np.uint8(PORE))
    labels[:layers] = COLLECTOR
    return Volume(labels, h, False, len(particle) * h, 0.0, whole)


def _check_any(particle: np.ndarray) -> None:
    if not (particle >= 0).any():
        raise InputError("crop: leaves nothing of any particle but slivers, expected more")


def _check_memory(shapes: Ellipsoids, window: Window) -> None:
    voxels = max(float(np.prod(np.array(window.shape, float))), float(shapes.voxels.max()))
    if voxels > _MOST_VOXELS:
        raise InputError(
            f"voxel_size: the window would have {voxels:.2g} voxels, expected at most "
            f"{_MOST_VOXELS:.2g}: a smaller crop or larger voxels"
        )


def _needed(shapes: Ellipsoids, shape: tuple[int, int, int]) -> np.ndarray:
    """Particles that reach into the window, and those beside them: they share the overlaps."""
    half = shapes.semi_axis * np.sqrt(ROOM)
    inside = (shapes.centre + half > 0.0).all(axis=1) & (shapes.centre - half < shape).all(axis=1)
    start, neighbour = box_neighbours(shapes.centre, half)
    source = np.repeat(np.arange(len(half)), np.diff(start))
    needed = inside.copy()
    needed[neighbour[inside[source]]] = True
    return needed


def _figures(table, whole, shapes, window, particle, h) -> RebuildFigures:
    voxels, total = moments(particle, len(shapes.voxels))
    reach = ROOM * shapes.semi_axis
    inside = (shapes.centre > reach).all(axis=1)
    inside &= (shapes.centre < window.shape - reach).all(axis=1) & (voxels > 0)
    shift = np.array([np.nan])
    error = 0.0
    if inside.any():
        centroid = total[inside] / voxels[inside, None]
        shift = h * np.sqrt(((centroid - shapes.centre[inside]) ** 2).sum(axis=1))
        error = float(np.abs(voxels[inside] / shapes.voxels[inside] - 1.0).max())
    single, within, union = alone(shapes.centre, 1.0 / shapes.semi_axis**2, window.shape)
    share = shapes.voxels * within / np.maximum(single, 1)
    active = particle >= 0
    return RebuildFigures(
        particles=int((voxels > 0).sum()),
        specks=int((~whole).sum()),
        speck_share=float(table.volume[~whole].sum() / table.volume.sum()),
        trimmed_share=window.trimmed_share,
        table_fraction=float(share.sum() / particle.size),
        active_fraction=float(active.mean()),
        overlap_share=float(1.0 - union / max(within.sum(), 1)),
        shift_median=float(np.median(shift)),
        shift_95=float(np.quantile(shift, 0.95)),
        shift_largest=float(shift.max()),
        volume_error=error,
        side_fullness=_side_fullness(active, shapes.voxels),
    )


def _side_fullness(active: np.ndarray, voxels: np.ndarray) -> float:
    rim = int(0.5 * diameter_by_volume(voxels, 0.5)) + 1
    column = active.sum(axis=0, dtype=np.int64)
    sides = column[:rim], column[-rim:], column[:, :rim], column[:, -rim:]
    return float(min(side.mean() for side in sides) / column.mean())
