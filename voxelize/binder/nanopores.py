"""Nanopores of the carbon-binder domain drawn as voxels, where the voxels are fine enough."""

from dataclasses import replace

import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import ndtri

from dem.errors import InputError
from voxelize.binder.amount import DOMAIN, OPEN, SHUT, take_highest
from voxelize.binder.smooth import gaussian, smooth
from voxelize.volume import CARBON_BINDER, PORE, Volume

FINEST = 2.0
"""Least pore size [voxels]: below, a pore is hardly more than its own staircase."""

_LEAST_WIDTH = 0.1


def resolve_nanopores(volume: Volume, pore_size: float, seed: int = 1) -> Volume:
    """Turn the nanopores of the domain into pore voxels; its other voxels become dense solid.

    A level set of a Gaussian random field, cut at each voxel's own nanoporosity: an open,
    bicontinuous pore space at 50 %. Its mean pore chord along the axes, the diameter of a cylinder
    with that ratio of volume to surface, is `pore_size` at the mean nanoporosity.

    pore_size : [m], at least two voxels (Beuse et al. 2021: ≈ 100 nm, 37.2 nm voxels); pores that
        were to be finer than 1 / (1 − nanoporosity) voxels come out as that, a level set's finest
    Returns a volume with `cbd_nanoporosity` 0, the same porosity to half a voxel.
    Raises InputError where the voxels do not resolve the pores.
    """
    chord = pore_size / volume.voxel_size
    if not chord >= FINEST:
        raise InputError(
            f"pore_size: {pore_size * 1e9:.4g} nm is {chord:.2g} voxels; expected at least "
            f"{FINEST:g} ({FINEST * volume.voxel_size * 1e9:.4g} nm): leave the nanoporosity to "
            "`cbd_nanoporosity`, or use finer voxels"
        )
    domain = volume.labels == CARBON_BINDER
    mean = volume.cbd_nanoporosity
    if mean == 0.0 or not domain.any():
        return volume
    kernel = gaussian(width_of_chord(chord, mean))
    field = np.random.default_rng(seed).standard_normal(domain.shape, np.float32)
    field = smooth(field, kernel, volume.periodic)
    field /= np.float32((kernel.astype(float) ** 2).sum() ** 1.5)
    if volume.nanoporosity_field is not None:
        level = np.clip(volume.nanoporosity_field[domain], 1e-6, 1.0 - 1e-6)
        field[domain] += ndtri(level).astype(np.float32)
    state = np.where(domain, np.uint8(OPEN), np.uint8(SHUT))
    weights = volume.layer_weights
    amount = mean * float(weights @ domain.sum(axis=(1, 2)))
    state[weights == 0.0] = SHUT
    take_highest(field, state, weights, amount, seed)
    labels = volume.labels.copy()
    labels[state == DOMAIN] = PORE
    return replace(volume, labels=labels, cbd_nanoporosity=0.0, nanoporosity_field=None)


def width_of_chord(chord: float, porosity: float) -> float:
    """Standard deviation [voxels] of the Gaussian that smooths white noise, for a mean pore chord.

    A step along an axis leaves a pore with the probability that one of two correlated normal
    numbers lies on the pore's side of the cut and the other does not (the bivariate normal's
    orthants); the mean chord is porosity over it. Exact on the voxels, unlike Rice's formula.
    """

    def excess(width):
        return mean_chord(width, porosity) - chord

    # Voxels drawn independently have chords of 1 / (1 − porosity): nothing is finer.
    if excess(_LEAST_WIDTH) >= 0.0:
        return _LEAST_WIDTH
    return float(brentq(excess, _LEAST_WIDTH, 2.0 * chord + 2.0, xtol=1e-6))


def mean_chord(width: float, porosity: float) -> float:
    """Mean pore chord [voxels] along an axis of the level set, sides aside."""
    kernel = gaussian(width).astype(float)
    correlation = float((kernel[1:] * kernel[:-1]).sum() / (kernel**2).sum())
    cut = ndtri(porosity)
    # d/dρ of the bivariate normal distribution is its density (Plackett 1954).
    leave, _ = quad(
        lambda angle: np.exp(-(cut**2) / (1.0 + np.sin(angle))), np.arcsin(correlation), np.pi / 2
    )
    return porosity / (leave / (2.0 * np.pi))
