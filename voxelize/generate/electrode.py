"""An as-coated electrode from its recipe: particles held apart by their binder, then voxels."""

from collections.abc import Callable

import numpy as np

from dem.box import Box
from dem.errors import InputError
from dem.settle import separate
from voxelize.generate.attachment import cut_off
from voxelize.generate.drawing import draw_diameters
from voxelize.generate.necks import binder_domain
from voxelize.generate.noise import smooth_noise
from voxelize.generate.part_shapes import part_shapes
from voxelize.generate.rank import lowest
from voxelize.generate.recipe import Recipe, check_recipe
from voxelize.generate.shapes import draw_shapes
from voxelize.generate.spread import spread
from voxelize.generate.surfaces import NONE, Surfaces, surfaces
from voxelize.generate.voids import closed_voids
from voxelize.volume import (
    ACTIVE_MATERIAL,
    CARBON_BINDER,
    COLLECTOR,
    PORE,
    Volume,
    foil_layers,
)

_VOXELS_PER_DIAMETER = 3.0
_WIDTHS_PER_DIAMETER = 1.5
_ROUGHNESS_LENGTH = 0.3
"""Correlation length of the surfaces' irregularity over the smallest particle's diameter."""
_BINDER_LENGTH = 3.0
"""Correlation length [voxels] of the irregularity of the binder's surface."""
_FINEST = 2.0
"""Least correlation length [voxels] of an irregularity: shorter, it would be noise on voxels."""


def generate(
    recipe: Recipe, seed: int, progress: Callable[[float, str], None] | None = None
) -> Volume:
    """Draw an as-coated electrode that has the recipe's loading, density and phase fractions.

    The particles are spread over the whole thickness and only moved apart: below random loose
    packing it is the binder that carries the structure, so nothing settles. The carbon-binder
    domain lies at necks between particles and foil, and on surfaces; it joins every particle to
    the foil. Closed voids of particles are pore.

    recipe : SI units; seed : placement, shapes and surface irregularity; sizes do not depend on it
    Returns a periodic volume with `particle` set. Raises InputError for an impossible recipe.
    """
    report = progress or (lambda fraction, note: None)
    check_recipe(recipe)
    h = recipe.voxel_size
    nx, ny = (max(1, round(length / h)) for length in recipe.footprint)
    volume = _empty(recipe, nx, ny)
    diameter = draw_diameters(
        recipe.modes, recipe.particle_share * volume.footprint * recipe.thickness
    )
    check_sizes(recipe, diameter, min(nx, ny) * h)

    random = np.random.default_rng(seed)
    box = Box(np.array([nx * h, ny * h]), True)
    radius = diameter / 2
    start = spread(radius, box, recipe.thickness, random)

    def placing(fraction: float, note: str) -> None:
        report(0.5 * fraction, note)

    def shaping(fraction: float, note: str) -> None:
        report(0.5 + 0.2 * fraction, note)

    position = separate(start, radius, box, recipe.thickness, progress=placing)
    shapes = draw_shapes(len(radius), recipe.sphericity, random)
    if recipe.sphericity < 1.0:
        position, shapes = part_shapes(
            position, radius, shapes, box, recipe.thickness, progress=shaping
        )
    report(0.7, "drawing particles")
    foil = volume.collector_layers
    weights = volume.layer_weights[foil:]
    labels, particle = volume.labels[foil:], volume.particle[foil:]
    change = _irregularity(recipe, diameter, labels.shape, random)
    found = surfaces(position / h, radius / h, shapes, labels.shape, change, _reach(diameter, h))
    del change
    total = weights.sum() * ny * nx
    solid = _whole_particles(found, particle, weights, recipe.particle_share * total)
    report(0.85, "drawing binder")
    noise = smooth_noise(labels.shape, _BINDER_LENGTH, random)
    domain = binder_domain(
        found, solid, particle, len(radius), weights, recipe.domain_share * total, noise
    )
    labels[solid] = ACTIVE_MATERIAL
    labels[domain] = CARBON_BINDER
    if recipe.void_fraction > 0.0:
        noise = smooth_noise(labels.shape, max(_FINEST, recipe.void_size / h), random)
        amount = weights @ solid.sum(axis=(1, 2)) - recipe.active_share * total
        void = closed_voids(particle, found.nearest, weights, amount, noise)
        labels[void], particle[void] = PORE, NONE
    report(1.0, "electrode drawn")
    return volume


def _whole_particles(
    found: Surfaces, particle: np.ndarray, weights: np.ndarray, amount: float
) -> np.ndarray:
    """Mask of the particles' voxels, which sum to `amount`, and their numbers into `particle`.

    Specks cut off from their particle go to the one they touch, or to where one is whole.
    """
    while True:
        solid = lowest(found.nearest, weights, amount)
        np.copyto(particle, found.first)
        particle[~solid] = NONE
        specks = cut_off(particle)
        rest = _handed_over(specks, particle)
        if len(rest) == 0:
            return solid
        found.nearest[tuple(rest.T)] = np.inf


def _handed_over(specks: np.ndarray, particle: np.ndarray) -> np.ndarray:
    """Give specks (m, 3) to the particles that they touch; returns those that touch none."""
    particle[tuple(specks.T)] = NONE
    _, ny, nx = particle.shape
    while len(specks):
        z, y, x = specks.T
        last = len(particle) - 1
        beside = np.stack((
            particle[np.minimum(z + 1, last), y, x], particle[np.maximum(z - 1, 0), y, x],
            particle[z, (y + 1) % ny, x], particle[z, y - 1, x],
            particle[z, y, (x + 1) % nx], particle[z, y, x - 1],
        ))  # fmt: skip
        host = beside.max(axis=0)
        if (host == NONE).all():
            return specks
        particle[z, y, x] = host
        specks = specks[host == NONE]
    return specks


def _empty(recipe: Recipe, nx: int, ny: int) -> Volume:
    h = recipe.voxel_size
    foil = foil_layers(recipe.foil_thickness, h)
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
    if _WIDTHS_PER_DIAMETER * diameter[0] > width:
        # Else chains of images of a few particles would carry the load alone.
        raise InputError(
            f"footprint: expected at least {_WIDTHS_PER_DIAMETER:g} times as wide as the largest "
            f"particle of {diameter[0] * 1e6:.1f} µm, found {width * 1e6:.1f} µm"
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


def _reach(diameter: np.ndarray, h: float) -> float:
    """Distance from a surface [voxels] up to which it is looked for."""
    return max(4.0, 0.75 * float(np.median(diameter)) / h)


def _irregularity(recipe: Recipe, diameter: np.ndarray, shape, random) -> np.ndarray | None:
    """Relative change of the particles' radii over the volume, or None for smooth particles."""
    if recipe.roughness == 0.0:
        return None
    length = recipe.roughness_length
    if length is None:
        length = _ROUGHNESS_LENGTH * diameter[-1]
    noise = smooth_noise(shape, max(_FINEST, length / recipe.voxel_size), random)
    noise *= np.float32(recipe.roughness)
    return noise
