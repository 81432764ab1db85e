"""Moving spheres apart: a loose packing without overlap, like a coating before pressing."""

from collections.abc import Callable

import numpy as np

from dem.body import RADIUS, Z
from dem.bonds import no_bonds
from dem.box import Box
from dem.errors import InputError
from dem.fabric import branches
from dem.grains import at_rest
from dem.materials import Material
from dem.simulation import Numerics, Simulation, simulate

# Only the geometry counts here: any stiffness gives the same final packing. Bonds that could yield
# choose the law which pressing an electrode compiles anyway.
_SOFT = Material(
    young_modulus=1e9, poisson_ratio=0.25, friction=0.0, restitution=0.5, bond_modulus=1e9,
    bond_poisson_ratio=0.25, bond_internal_friction=0.0, bond_moment_share=0.0,
    bond_yield_strength=1e9,
)  # fmt: skip
# What overlaps by radii is thrown apart by radii.
_THROWN = Numerics(damping=0.3, most_travel=np.inf, most_overlap=np.inf)
_CHUNK, _MOST_CHUNKS = 10, 500
_SEED_SIZE, _GROWTH_STAGES, _LOOSE = 0.1, 16, 0.2


def separate(
    position: np.ndarray,
    radius: np.ndarray,
    box: Box,
    height: float,
    max_overlap: float = 0.02,
    progress: Callable[[float, str], None] | None = None,
) -> np.ndarray:
    """Push overlapping spheres apart between the planes z = 0 and z = height.

    position : (n, 3) [m]; radius : (n,) [m]; returns the new positions (n, 3) [m], in-plane wrapped
    into a periodic box, once no overlap exceeds `max_overlap` × the smaller radius of the pair.
    A periodic box need only be wider than a sphere: where contacts want it twice as wide, copies of
    it side by side are moved as one.
    Raises InputError when the spheres do not fit.
    """
    radius = np.asarray(radius, float)
    copies, whole = _copies(box, 2.0 * float(radius.max()))
    position = (position + copies[:, None]).reshape(-1, 3)
    radius = np.tile(radius, len(copies))
    volume = 4 / 3 * np.pi * radius**3
    n = len(radius)
    material, particle = np.zeros(n), np.arange(n)
    # Spheres grow from seeds: at full size random centres would nearly coincide and be thrown.
    for scale in np.geomspace(_SEED_SIZE, 1.0, _GROWTH_STAGES):
        grains = at_rest(position, scale * radius, volume, 4000.0 * volume, material, particle)
        sim = simulate(grains, no_bonds(), whole, [_SOFT], height, _THROWN, overlaps_rest=False)
        tolerance = max_overlap if scale == 1.0 else _LOOSE
        for _ in range(_MOST_CHUNKS):
            worst = _largest_overlap(sim)
            if worst < tolerance:
                break
            sim.advance(_CHUNK)
            # Quenched each time: spheres that fly would meet too fast for the step.
            sim.grains.velocity[:] = 0.0
            sim.refresh()
        if progress is not None:
            progress(scale**3, f"particles at {100 * scale:.0f} % of their size")
        position = _alike(sim.grains.position, copies, whole)
    if not worst < max_overlap:
        share = volume.sum() / (whole.area * height)
        raise InputError(
            f"{n // len(copies)} particles that fill {100 * share:.1f} % of the coating cannot be "
            f"placed without overlap (the worst is still {100 * worst:.0f} % of a radius); "
            "expected a looser coated density or a larger footprint"
        )
    return box.wrap(position[: n // len(copies)])


def _copies(box: Box, widest: float) -> tuple[np.ndarray, Box]:
    """Shifts (c, 3) [m] of a periodic box and its copies, and the box that holds them all."""
    times = np.where((box.period > 0.0) & (2.0 * widest > box.period), 2, 1)
    shifts = [(a * box.length[0], b * box.length[1], 0.0) for a in range(times[0])
              for b in range(times[1])]  # fmt: skip
    return np.array(shifts), Box(box.length * times[:2], box.periodic, box.period_z)


def _alike(position: np.ndarray, copies: np.ndarray, whole: Box) -> np.ndarray:
    """All copies where the copies are on average, lest rounding part them."""
    if len(copies) == 1:
        return position.copy()
    apart = position.reshape(len(copies), -1, 3) - copies[:, None]
    mean = apart[0] + whole.nearest(apart - apart[0]).mean(axis=0)
    return (mean + copies[:, None]).reshape(-1, 3)


def _largest_overlap(sim: Simulation) -> float:
    i, j, branch = branches(sim)
    r, z = sim.body[:, RADIUS], sim.body[:, Z]
    pairs = (r[i] + r[j] - np.linalg.norm(branch, axis=1)) / np.minimum(r[i], r[j])
    walls = np.maximum(r - z, r - (sim.height - z)) / r
    return float(max(pairs.max(initial=0.0), walls.max(initial=0.0)))
