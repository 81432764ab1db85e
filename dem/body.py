"""What kernels read of a grain, side by side in two cache lines, and its face as `Grains`."""

import numpy as np

from dem.grains import Grains

X, Y, Z, RADIUS = 0, 1, 2, 3
VX, VY, VZ, INVERSE_MASS = 4, 5, 6, 7
WX, WY, WZ, MATERIAL = 8, 9, 10, 11
Q0, Q1, Q2, Q3 = 12, 13, 14, 15
"""Columns of a body: position, radius of its contacts, velocity, 1/inertial mass, spin, material,
orientation."""
COLUMNS = 16


def bodies(grains: Grains) -> np.ndarray:
    """The moving part of the grains, (n, 16); inertial mass is the true one."""
    body = np.empty((len(grains.radius), COLUMNS))
    body[:, X : Z + 1] = grains.position
    body[:, RADIUS] = grains.radius
    body[:, VX : VZ + 1] = grains.velocity
    body[:, INVERSE_MASS] = 1.0 / grains.mass
    body[:, WX : WZ + 1] = grains.angular_velocity
    body[:, MATERIAL] = grains.material
    body[:, Q0:] = grains.orientation
    return body


def as_grains(body: np.ndarray, radius, volume, mass, material, particle) -> Grains:
    """Grains whose moving part is a view of the bodies: writing to it moves them."""
    return Grains(
        position=body[:, X : Z + 1],
        orientation=body[:, Q0:],
        velocity=body[:, VX : VZ + 1],
        angular_velocity=body[:, WX : WZ + 1],
        radius=radius,
        volume=volume,
        mass=mass,
        material=material,
        particle=particle,
    )
