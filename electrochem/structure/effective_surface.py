"""Developed area of the upper surface, as a laser microscope measures it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from dem.errors import InputError
from electrochem.structure.roughness import surface
from voxelize.volume import Volume

_FINEST = 4.0
"""Least lateral resolution [voxels]: heights come in whole voxels, whose steps must not show."""
_WIDTH = 2.0 * np.sqrt(2.0 * np.log(2.0))
"""Full width at half maximum of a Gaussian over its standard deviation."""


@dataclass(frozen=True)
class EffectiveSurface:
    """The upper surface as it is seen from above; what overhangs hide is no part of it.

    ratio : developed area over footprint, 1 for a plane; ISO 25178's Sdr is ratio − 1
    resolution : [m], lateral, the full width at half maximum of the Gaussian it is seen through
    """

    ratio: float
    resolution: float

    def loss_from(self, before: "EffectiveSurface") -> float:
        """Share of another state's effective surface that is lost (Beuse et al. 2021, section 3.2).

        Raises InputError where the two were seen at different resolutions.
        """
        if not np.isclose(self.resolution, before.resolution, rtol=0.05):
            raise InputError(
                f"surfaces were seen at {self.resolution:g} and {before.resolution:g} m; "
                "expected one resolution for both"
            )
        return 1.0 - self.ratio / before.ratio


def effective_surface(
    volume: Volume,
    resolution: float | None = None,
    progress: Callable[[float, str], None] | None = None,
) -> EffectiveSurface:
    """Developed area of the upper surface of active material and binder domain.

    A rough surface's area grows with the resolution: compare states at one and the same.
    resolution : [m], at least four voxels, and that where it is None
    Raises InputError for a finer one and for a volume without a coating.
    """
    tell = progress or (lambda share, note: None)
    h = volume.voxel_size
    resolution = _FINEST * h if resolution is None else resolution
    if resolution < _FINEST * h * (1.0 - 1e-9):
        raise InputError(
            f"the resolution is {resolution:g} m; expected at least {_FINEST:g} voxels, "
            f"{_FINEST * h:g} m"
        )
    tell(0.0, "effective surface")
    mode = "wrap" if volume.periodic else "reflect"
    height = gaussian_filter(surface(volume).height, resolution / _WIDTH / h, mode=mode)
    squares = np.ones(height.shape)
    for axis in (0, 1):
        if height.shape[axis] == 1:
            continue
        if volume.periodic:
            rise = 0.5 * (np.roll(height, -1, axis) - np.roll(height, 1, axis))
        else:
            rise = np.gradient(height, axis=axis)
        squares += (rise / h) ** 2
    tell(1.0, "effective surface measured")
    return EffectiveSurface(float(np.sqrt(squares).mean()), resolution)
