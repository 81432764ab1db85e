"""An as-coated electrode from its recipe: spheres held apart by their binder, then voxels."""

from collections.abc import Callable

import numpy as np
from scipy.ndimage import gaussian_filter

from dem.box import Box
from dem.errors import InputError
from dem.settle import separate
from voxelize.generate.recipe import Recipe, check_recipe, draw_diameters
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR, Volume

_VOXELS_PER_DIAMETER = 3.0
_CANDIDATES = 16
_SECOND_SURFACE = 0.5
"""Weight of the second nearest surface: below 1, some of the binder films single particles."""


def generate(
    recipe: Recipe, seed: int, progress: Callable[[float, str], None] | None = None
) -> Volume:
    """Draw an as-coated electrode that has the recipe's loading, density and phase fractions.

    The particles are spread over the whole thickness and only moved apart: below random loose
    packing it is the binder that carries the structure, so nothing settles. The carbon-binder
    domain lies at necks between particles and foil, and on surfaces.

    recipe : SI units; seed : placement and surface irregularity; sizes do not depend on it
    Returns a periodic volume with `particle` set. Raises InputError for an impossible recipe.
    """
    report = progress or (lambda fraction, note: None)
    check_recipe(recipe)
    h = recipe.voxel_size
    nx, ny = (max(1, round(length / h)) for length in recipe.footprint)
    volume = _empty(recipe, nx, ny)
    area = volume.footprint
    diameter = draw_diameters(recipe, recipe.active_share * area * recipe.thickness)
    check_sizes(recipe, diameter, min(nx, ny) * h)

    random = np.random.default_rng(seed)
    box = Box(np.array([nx * h, ny * h]), True)
    radius = diameter / 2
    spread = _spread(radius, box, recipe.thickness, random)

    def placing(fraction: float, note: str) -> None:
        report(0.7 * fraction, note)

    position = separate(spread, radius, box, recipe.thickness, progress=placing)
    report(0.7, "drawing particles")
    foil = volume.collector_layers
    weights = np.repeat(volume.layer_weights[foil:], ny * nx)
    shape = (len(volume.labels) - foil, ny, nx)
    roughness = _smooth_noise(shape, max(1.0, 0.15 * diameter[-1] / h), random)
    nearest, second, particle = _surfaces(
        position / h, radius / h, shape, recipe.roughness * roughness, reach=_reach(diameter, h)
    )
    report(0.9, "drawing binder")
    total = weights.sum()
    active = _lowest(nearest.ravel(), weights, recipe.active_share * total).reshape(shape)
    particle = _joined(np.where(active, particle, np.int32(-1)))
    necks = nearest + _SECOND_SURFACE * second
    necks += _smooth_noise(shape, 1.5, random)
    necks[active] = np.inf
    domain = _lowest(necks.ravel(), weights, recipe.domain_share * total).reshape(shape)

    volume.labels[foil:][active] = ACTIVE_MATERIAL
    volume.labels[foil:][domain] = CARBON_BINDER
    volume.particle[foil:] = particle
    report(1.0, "electrode drawn")
    return volume


def _empty(recipe: Recipe, nx: int, ny: int) -> Volume:
    h = recipe.voxel_size
    foil = 0 if recipe.foil_thickness == 0.0 else max(1, round(recipe.foil_thickness / h))
    layers = int(np.ceil(recipe.thickness / h - 1e-9))
    labels = np.zeros((foil + layers, ny, nx), np.uint8)
    labels[:foil] = COLLECTOR
    return Volume(
        labels=labels,
        voxel_size=h,
        periodic=True,
        thickness=recipe.thickness,
        cbd_nanoporosity=recipe.cbd_nanoporosity,
        particle=np.full(labels.shape, -1, np.int32),
    )


def check_sizes(recipe: Recipe, diameter: np.ndarray, width: float) -> None:
    if 2.0 * diameter[0] > width:
        # Else it would meet a neighbour and that neighbour's periodic image at once.
        raise InputError(
            "footprint: expected at least twice as wide as the largest particle of "
            f"{diameter[0] * 1e6:.1f} µm, found {width * 1e6:.1f} µm"
        )
    if diameter[0] > recipe.thickness:
        raise InputError(
            f"modes: expected particles that fit into the coating of "
            f"{recipe.thickness * 1e6:.1f} µm, found one of {diameter[0] * 1e6:.1f} µm"
        )
    if recipe.voxel_size * _VOXELS_PER_DIAMETER > diameter[-1]:
        raise InputError(
            "voxel_size: expected at most a third of the smallest particle's "
            f"{diameter[-1] * 1e6:.2f} µm, found {recipe.voxel_size * 1e6:g} µm"
        )


def _spread(radius, box: Box, height: float, random) -> np.ndarray:
    """Places for spheres, largest first, each the freest of a few random ones: no large voids."""
    position = np.empty((len(radius), 3))
    for i, r in enumerate(radius):
        tries = random.random((_CANDIDATES, 3)) * [*box.length, height - 2 * r] + [0.0, 0.0, r]
        offset = tries[:, None] - position[None, :i]
        offset[..., :2] -= box.length * np.round(offset[..., :2] / box.length)
        gap = np.sqrt((offset**2).sum(axis=2)) - radius[:i]
        position[i] = tries[np.argmax(gap.min(axis=1))] if i else tries[0]
    return position


def _reach(diameter: np.ndarray, h: float) -> float:
    """Distance from a surface [voxels] up to which it is looked for."""
    return max(4.0, 0.75 * float(np.median(diameter)) / h)


def _smooth_noise(shape: tuple[int, int, int], length: float, random) -> np.ndarray:
    """Gaussian noise of unit variance, correlated over `length` voxels, periodic in plane."""
    noise = gaussian_filter(random.standard_normal(shape), length, mode=("reflect", "wrap", "wrap"))
    return noise / noise.std()


def _surfaces(position, radius, shape, irregularity, reach):
    """Signed distances of voxel centres to the two nearest surfaces, and the nearest's particle.

    position, radius : (n, 3), (n,) [voxels]; irregularity : relative change of the radii
    Returns nearest, second : shape [voxels], `reach` where there is none closer; particle.
    """
    nearest = np.full(shape, float(reach))
    second = np.full(shape, float(reach))
    # The foil is a surface too: binder necks form between it and the particles on it.
    second[:] = np.minimum(second, (np.arange(shape[0]) + 0.5)[:, None, None])
    particle = np.full(shape, -1, np.int32)
    for i, ((x, y, z), r) in enumerate(zip(position, radius, strict=True)):
        k, dz = _window(z, r + reach, shape[0], False)
        j, dy = _window(y, r + reach, shape[1], True)
        i_x, dx = _window(x, r + reach, shape[2], True)
        window = np.ix_(k, j, i_x)
        distance = np.sqrt((dz**2)[:, None, None] + (dy**2)[:, None] + dx**2)
        distance -= r * (1.0 + irregularity[window])
        former = nearest[window]
        closer = distance < former
        second[window] = np.minimum(second[window], np.maximum(former, distance))
        nearest[window] = np.where(closer, distance, former)
        particle[window] = np.where(closer, np.int32(i), particle[window])
    return nearest, second, particle


def _window(centre: float, half: float, n: int, periodic: bool):
    """Indices of the cells within `half` of `centre` along an axis, and their offsets from it."""
    if periodic and 2 * half >= n - 1:
        cells = np.arange(n)
        offset = cells + 0.5 - centre
        return cells, offset - n * np.round(offset / n)
    cells = np.arange(int(np.floor(centre - half)), int(np.ceil(centre + half)) + 1)
    if not periodic:
        cells = cells[(cells >= 0) & (cells < n)]
    return cells % n, cells + 0.5 - centre


def _joined(particle: np.ndarray) -> np.ndarray:
    """Give a voxel that shares no face with its own particle to one that it does share one with."""
    beside = []
    for axis in range(3):
        for step in (1, -1):
            shifted = np.roll(particle, step, axis)
            if axis == 0:
                shifted[0 if step == 1 else -1] = -1
            beside.append(shifted)
    lone = (particle >= 0) & ~np.logical_or.reduce([other == particle for other in beside])
    other = np.maximum.reduce(beside)
    return np.where(lone & (other >= 0), other, particle)


def _lowest(value: np.ndarray, weights: np.ndarray, amount: float) -> np.ndarray:
    """Mask of the cells of lowest value whose weights sum to `amount`, to half a cell."""
    order = np.argsort(value, kind="stable")
    cumulated = np.cumsum(weights[order])
    count = int(np.searchsorted(cumulated - 0.5 * weights[order], amount))
    chosen = np.zeros(len(value), bool)
    chosen[order[:count]] = True
    return chosen
