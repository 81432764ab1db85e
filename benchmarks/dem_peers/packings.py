"""The packings of the reference problems, made by our own engine and kept for the next call.

Spheres are drawn at random, moved apart while loose, strained along z without friction until they
carry load at a mean coordination, then held with friction until they rest. Clumps are randomly
turned balls of close-packed spheres, strained with unbreakable bonds until they meet.
"""

import os
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from benchmarks.dem_peers import problems
from benchmarks.dem_peers.calendem import in_order, prepare
from dem.box import Box
from dem.settle import separate
from dem.simulation import Numerics, Simulation

_LOOSE = 0.56
"""Solid fraction at which random spheres can still be moved apart."""
_NEARLY_DENSE = 0.615
"""Solid fraction from which on the spheres are strained slowly."""
_COORDINATION = 5.8
"""Mean number of contacts of a sphere at which straining stops."""
_CLUMPS_DENSE = 0.378
"""Solid fraction of the clumps' packing: about nine contacts of a clump with others."""
_QUENCHED = Numerics(damping=0.7)


def compaction(count: int, side: float, seed: int = 1) -> problems.Packing:
    """Polydisperse spheres of problem A between two planes, at rest under a light load."""
    rng = np.random.default_rng(seed)
    radius = rng.uniform(problems.SMALLEST, problems.LARGEST, count)
    height = (4 / 3 * np.pi * radius**3).sum() / _LOOSE / side**2
    margin = problems.LARGEST
    position = rng.uniform(0, 1, (count, 3)) * [side, side, height - 2 * margin] + [0, 0, margin]
    box = Box(np.array([side, side]), True)
    position = separate(position, radius, box, height, max_overlap=0.05)
    loose = problems.Packing(
        position, radius, side, height, np.arange(count), np.zeros((0, 2), np.int64)
    )
    packing = in_order(loose)
    sim = prepare(packing, friction=0.0, numerics=_QUENCHED)
    solid = packing.solid_fraction * packing.plate
    # Coarse while it is loose: the last per cents decide how the packing lies.
    strain_until(sim, 1e-3, lambda: solid / sim.height > _NEARLY_DENSE)
    strain_until(sim, 2e-4, lambda: coordination(sim, side) > _COORDINATION)
    packing = at_present(sim, packing)
    sim = prepare(packing, numerics=_QUENCHED)
    sim.advance(400)
    return at_present(sim, packing)


def clumps(count: int = problems.CLUMPS, seed: int = 2) -> problems.Packing:
    """Clumps of problem B between two planes, touching one another and at rest."""
    rng = np.random.default_rng(seed)
    ball, pairs = clump()
    width = 2 * (np.linalg.norm(ball, axis=1).max() + problems.CLUMP_SPHERE)
    across = max(2, round(count ** (1 / 3)))
    layers = -(-count // across**2)
    grid = np.stack(np.meshgrid(*[np.arange(across)] * 2, np.arange(layers), indexing="ij"), -1)
    lowest_first = grid.reshape(-1, 3)[np.argsort(grid[..., 2].ravel(), kind="stable")]
    centres = (lowest_first[:count] + 0.5) * width
    turns = Rotation.random(count, rng=rng)
    size = len(ball)
    loose = problems.Packing(
        position=np.concatenate([t.apply(ball) + c for t, c in zip(turns, centres, strict=True)]),
        radius=np.full(size * count, problems.CLUMP_SPHERE),
        side=float(across * width),
        plate=float(layers * width),
        clump=np.repeat(np.arange(count), size),
        bonds=np.concatenate([pairs + size * c for c in range(count)]),
    )
    packing = in_order(loose)
    sim = prepare(packing, friction=0.05, strength=np.inf, numerics=_QUENCHED)
    solid = packing.solid_fraction * packing.plate
    strain_until(sim, 2e-3, lambda: solid / sim.height > _CLUMPS_DENSE)
    sim.advance(2000)
    return at_present(sim, packing)


def clump(count: int = problems.PER_CLUMP) -> tuple[np.ndarray, np.ndarray]:
    """The `count` spheres of a close-packed lattice nearest to one of them, and their bonds.

    Returns centres (count, 3) [m] about that one, and touching pairs (m, 2).
    """
    i, j, k = (index.ravel() for index in np.meshgrid(*[np.arange(-4, 5)] * 3, indexing="ij"))
    odd = k % 2
    x, y, z = 2 * i + (j + odd) % 2, np.sqrt(3) * (j + odd / 3), 2 * np.sqrt(6) / 3 * k
    lattice = np.column_stack((x, y, z)) * problems.CLUMP_SPHERE
    lattice -= lattice[np.argmin((lattice**2).sum(axis=1))]
    # Rounded, for shells of equal distance to keep the order of the lattice.
    nearest = np.argsort((lattice**2).sum(axis=1).round(12), kind="stable")[:count]
    ball = lattice[nearest]
    touching = 2 * problems.CLUMP_SPHERE * 1.001
    return ball, cKDTree(ball).query_pairs(touching, output_type="ndarray")


def strain_until(sim: Simulation, strain: float, reached) -> None:
    """Strain along z, `strain` in each block of steps with a rest after it, until `reached()`.

    Raises RuntimeError when half the height is gone before.
    """
    start = sim.height
    # The first strain lets go of the overlaps that moving apart has left.
    while sim.height == start or not reached():
        sim.advance(20, rate=-strain / (20 * sim.step))
        sim.advance(20)
        if sim.height < 0.5 * start:
            raise RuntimeError("the packing lost half its height and still does not carry")


def coordination(sim: Simulation, side: float) -> float:
    """Mean number of contacts of a sphere with others."""
    grains = sim.grains
    return 2 * len(problems.touching(grains.position, grains.radius, side)) / len(grains.radius)


def at_present(sim: Simulation, packing: problems.Packing) -> problems.Packing:
    """The packing as it now lies, wrapped into the box."""
    position = sim.grains.position.copy()
    position[:, :2] %= packing.side
    return packing._replace(position=position, plate=sim.height)


def kept(folder: Path, name: str) -> Path:
    """Path of the packing `p10k`, `p50k` or `clumps` in `folder`, made first if it is not there."""
    path = folder / f"{name}.npz"
    if not path.exists():
        made = clumps() if name == "clumps" else compaction(*_named(name))
        problems.save(path, made)
    return path


def _named(name: str) -> tuple[int, float]:
    count = 1000 * int(name.removeprefix("p").removesuffix("k"))
    return count, problems.SIDES[count]


def size(path: Path) -> int:
    """Number of spheres of a packing."""
    return len(problems.load(path).radius)


def folder() -> Path:
    """Where packings are kept unless told otherwise: in the user's cache."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "calendem" / "packings"
