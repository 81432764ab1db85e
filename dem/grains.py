"""Grains: the rigid bodies of the discrete-element model."""

from typing import NamedTuple

import numpy as np

ACTIVE, CBD, COLLECTOR = 0, 1, 2
"""Material indices: active material, carbon-binder domain, current collector."""


class Grains(NamedTuple):
    """State of n grains. A particle is a clump of grains held together by bonds.

    position : (n, 3) [m], x, y, z; unwrapped (may leave a periodic box)
    orientation : (n, 4), unit quaternion (w, x, y, z), rotation from the unloaded picture
    velocity : (n, 3) [m/s]
    angular_velocity : (n, 3) [rad/s]
    radius : (n,) [m], contact radius (calibrated, smaller than that of the grain's volume)
    volume : (n,) [m³], volume of the grain's voxels (for CBD: the domain, its nanopores included)
    mass : (n,) [kg], true mass (the integrator scales its own copy)
    material : (n,) int32, ACTIVE, CBD or COLLECTOR
    particle : (n,) int32, id of the particle the grain belongs to, unique over materials
    """

    position: np.ndarray
    orientation: np.ndarray
    velocity: np.ndarray
    angular_velocity: np.ndarray
    radius: np.ndarray
    volume: np.ndarray
    mass: np.ndarray
    material: np.ndarray
    particle: np.ndarray


def at_rest(position, radius, volume, mass, material, particle) -> Grains:
    """Grains that neither move nor turn, in the unloaded picture."""
    n = len(position)
    orientation = np.zeros((n, 4))
    orientation[:, 0] = 1.0
    return Grains(
        position=np.ascontiguousarray(position, dtype=np.float64),
        orientation=orientation,
        velocity=np.zeros((n, 3)),
        angular_velocity=np.zeros((n, 3)),
        radius=np.ascontiguousarray(radius, dtype=np.float64),
        volume=np.ascontiguousarray(volume, dtype=np.float64),
        mass=np.ascontiguousarray(mass, dtype=np.float64),
        material=np.ascontiguousarray(material, dtype=np.int32),
        particle=np.ascontiguousarray(particle, dtype=np.int32),
    )


def coating_mass(grains: Grains) -> float:
    """Mass of the coating [kg], without the collector's."""
    return float(grains.mass[grains.material != COLLECTOR].sum())


def spatial_order(position: np.ndarray, cell: float) -> np.ndarray:
    """Order in which neighbours in space stand near each other in memory, (n,) int64.

    Cells of the given width [m] along a Z-curve (Morton order): what a kernel reads for one grain
    it then finds in the cache for the next.
    """
    index = ((position - position.min(axis=0)) / cell).astype(np.uint64)
    code = np.zeros(len(position), np.uint64)
    for bit in range(20):
        for axis in range(3):
            digit = (index[:, axis] >> np.uint64(bit)) & np.uint64(1)
            code |= digit << np.uint64(3 * bit + axis)
    return np.argsort(code, kind="stable")


def reordered(grains: Grains, order: np.ndarray) -> Grains:
    """The grains in another order."""
    return Grains(*(array[order] for array in grains))
