"""How stiff a particle is inside, away from where platens touch it."""

import numpy as np

WITHIN = 0.6
"""Grains whose centres lie within this share of the radius are inside."""


def inside(position: np.ndarray, diameter: float) -> np.ndarray:
    """Which grains (n,) of one particle, of centres (n, 3) [m], lie inside it."""
    from_centre = np.linalg.norm(position - position.mean(axis=0), axis=1)
    return from_centre < WITHIN * 0.5 * diameter


def elastic_constants(
    before: np.ndarray, after: np.ndarray, stress: np.ndarray, volume: np.ndarray
) -> tuple[float, float]:
    """Young's modulus [Pa] and Poisson ratio of grains that were strained from rest.

    Hooke's law of the mean stress and of the best affine strain of the centres; the particle's
    rolling between the platens is taken out of both.

    before, after : (n, 3) [m]; stress : (n, 3, 3) [Pa], tension positive; volume : (n,) [m³]
    Returns NaN where fewer than 4 grains, or grains in one plane, span no strain.
    """
    weight = volume / volume.sum()
    x, y = before - weight @ before, after - weight @ after
    spread = np.einsum("n,ni,nj->ij", weight, x, x)
    if len(x) < 4 or np.linalg.matrix_rank(spread) < 3:
        return np.nan, np.nan
    gradient = np.einsum("n,ni,nj->ij", weight, y, x) @ np.linalg.inv(spread)
    left, stretch, right = np.linalg.svd(gradient)
    rotation = left @ right
    strain = right.T @ np.diag(stretch - 1.0) @ right
    mean = rotation.T @ np.einsum("n,nij->ij", weight, stress) @ rotation
    bulk = np.trace(mean) / (3.0 * np.trace(strain))
    deviator = strain - np.trace(strain) / 3.0 * np.eye(3)
    shear = (mean * deviator).sum() / (2.0 * (deviator**2).sum())
    young = 9.0 * bulk * shear / (3.0 * bulk + shear)
    return float(young), float((3.0 * bulk - 2.0 * shear) / (2.0 * (3.0 * bulk + shear)))
