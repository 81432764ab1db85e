"""How well generated electrodes match their recipes: `python benchmarks/generated_electrodes.py`.

For each bundled recipe and seed: loading, density and phase fractions as counted from the voxels,
D10/50/90 as measured on the voxels' particles, what hangs on the foil, time and memory.
"""

import argparse
import time
import tracemalloc

import numpy as np

from scenarios.runner.load import load
from scenarios.runner.recipe import coated
from voxelize.generate.attachment import unattached
from voxelize.generate.electrode import generate
from voxelize.generate.recipe import Recipe
from voxelize.generate.sizes import measured_percentile, percentile
from voxelize.regions import connected_pieces, shared_faces
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, PORE, Volume

HEADER = (
    "scenario", "seed", "loading %", "density %", "AM %", "CBD %", "porosity points",
    "D10 %", "D50 %", "D90 %", "particles", "pieces", "lost", "s", "B/voxel",
)  # fmt: skip


def filled_volumes(volume: Volume) -> tuple[np.ndarray, np.ndarray]:
    """Volumes [m³] of the particles with their closed voids, and of those voids."""
    foil = volume.collector_layers
    pore, particle = volume.labels[foil:] == PORE, volume.particle[foil:]
    particles = int(particle.max()) + 1
    piece = connected_pieces(pore.astype(np.int8) - 1, periodic=True)
    region = np.where(pore, piece + particles, particle)
    region[(region < 0)] = particle.max() + piece.max() + 2
    region = region.astype(np.int32)
    one, other, _ = shared_faces(region, periodic=True)
    pores = int(piece.max()) + 1
    around = np.bincount(other[other >= particles] - particles, minlength=pores + 2)[:pores]
    lowest = np.full(pores, particles)
    inner = (one < particles) & (other >= particles) & (other < particles + pores)
    np.minimum.at(lowest, other[inner] - particles, one[inner])
    after = np.bincount(one[one >= particles] - particles, minlength=pores + 2)[:pores]
    closed = (around + after == 1) & (lowest < particles)
    top = np.unique(piece[-1][piece[-1] >= 0])
    closed[top] = False
    voids = np.zeros(particles)
    size = np.bincount(piece[pore], minlength=pores)
    np.add.at(voids, lowest[closed], size[closed])
    solid = np.bincount(particle[particle >= 0], minlength=particles)
    return (solid + voids) * volume.voxel_size**3, voids * volume.voxel_size**3


def row(name: str, recipe: Recipe, seed: int) -> list:
    """One line of the table; deviations relative to the recipe in per cent."""
    start = time.perf_counter()
    volume = generate(recipe, seed)
    seconds = time.perf_counter() - start
    tracemalloc.start()
    generate(recipe, seed)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    active, domain = volume.fraction(ACTIVE_MATERIAL), volume.fraction(CARBON_BINDER)
    added = recipe.carbon_fraction + recipe.binder_fraction
    solid = recipe.carbon_fraction / recipe.carbon_density
    solid += recipe.binder_fraction / recipe.binder_density
    density = active * recipe.active_density
    density += domain * (1.0 - recipe.cbd_nanoporosity) * (added / solid if added else 0.0)
    porosity = volume.fraction(PORE) + domain * recipe.cbd_nanoporosity
    size, _ = filled_volumes(volume)
    diameter = np.cbrt(6.0 / np.pi * size)
    foil = volume.collector_layers
    particle = volume.particle[foil:]
    lost, loose = unattached(volume.labels[foil:] == CARBON_BINDER, particle, len(size))
    pieces = int(connected_pieces(volume.particle, periodic=True).max()) + 1
    return [
        name, seed,
        100 * (density * volume.thickness / recipe.loading - 1),
        100 * (density / recipe.coated_density - 1),
        100 * (active / recipe.active_share - 1),
        100 * (domain / recipe.domain_share - 1),
        100 * (porosity - 1 + recipe.coated_density / recipe.crystal_density),
        *(100 * (measured_percentile(diameter, q) / percentile(recipe.modes, q) - 1)
          for q in (0.1, 0.5, 0.9)),
        len(size), pieces, int(lost.sum() + loose.any()), seconds, peak / volume.labels.size,
    ]  # fmt: skip


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenarios", nargs="+", default=["quickstart", "lim2025", "beuse2021"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    parser.add_argument("--set", action="append", default=[], help="as of `calendem run`")
    given = parser.parse_args()
    print(" | ".join(HEADER))
    for name in given.scenarios:
        scenario = load(name, given.set)
        recipe = coated(scenario, scenario.electrode)
        for seed in given.seeds:
            cells = row(name, recipe, seed)
            print(" | ".join(f"{c:.4g}" if isinstance(c, float) else str(c) for c in cells))


if __name__ == "__main__":
    main()
