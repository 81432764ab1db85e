"""Smooth random fields on the voxel grid."""

import math

import numpy as np
from scipy.ndimage import gaussian_filter


def smooth_noise(shape: tuple[int, int, int], length: float, random) -> np.ndarray:
    """Gaussian noise of mean 0 and variance 1, periodic in plane, (nz, ny, nx) float32.

    length : correlation length [voxels], at which the correlation has fallen to 1/e
    """
    noise = random.standard_normal(shape, dtype=np.float32)
    # White noise smoothed by a Gaussian of width s has the correlation exp(−d²/4s²).
    edges = ("reflect", "wrap", "wrap")
    gaussian_filter(noise, 0.5 * length, mode=edges, output=noise)
    squares = sum(float(np.square(layer, dtype=np.float64).sum()) for layer in noise)
    noise *= np.float32(1.0 / math.sqrt(squares / noise.size))
    return noise
