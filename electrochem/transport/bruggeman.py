"""Bruggeman exponent of pore spaces: of one, and fitted over a series with its confidence band.

Everywhere D_eff = ε D/τ². The tortuosity factor is τ², the tortuosity its root; only the factor is
fitted. With D_eff/D = ε^α it is τ² = ε^(1−α), α = 1.5 for Bruggeman's spheres (Ann. Phys. 416
(1935) 636), and with a prefactor, as electrodes need one, τ² = a ε^(1−α).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from dem.errors import InputError


def bruggeman_exponent(porosity: float, tortuosity_factor: float) -> float:
    """α of D_eff/D = ε/τ² = ε^α, without a prefactor; inf where the pores do not percolate.

    porosity, tortuosity_factor : ε and τ² of one space (`PoreTransport` has both)
    Raises InputError for a porosity outside 0 … 1 or a factor below 1.
    """
    (porosity,), (factor,) = _checked([porosity], [tortuosity_factor], finite=False)
    return float(1.0 - np.log(factor) / np.log(porosity))


@dataclass(frozen=True, eq=False)
class BruggemanFit:
    """τ² = a ε^(1−α) through a series, by least squares of ln τ² over ln ε.

    exponent, prefactor : α and a; a is 1 where it was not fitted
    exponent_interval, prefactor_interval : (2,) each at the confidence, by Student's t
    scatter : standard deviation of ln τ² about the line
    porosity : (2,) lowest and highest of the series; beyond, the band is an extrapolation
    """

    exponent: float
    exponent_interval: tuple[float, float]
    prefactor: float
    prefactor_interval: tuple[float, float]
    scatter: float
    confidence: float
    porosity: tuple[float, float]
    _covariance: np.ndarray
    _quantile: float

    def tortuosity_factor(self, porosity):
        """τ² of the line."""
        return self.prefactor * np.asarray(porosity, float) ** (1.0 - self.exponent)

    def tortuosity(self, porosity):
        """τ, the root of the factor."""
        return np.sqrt(self.tortuosity_factor(porosity))

    def effective_diffusivity(self, porosity):
        """D_eff/D = ε/τ²."""
        return np.asarray(porosity, float) / self.tortuosity_factor(porosity)

    def band(self, porosity, of_one_more: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper τ² between which the line lies at the confidence.

        of_one_more : where one more measurement would lie instead, its own scatter included
        """
        at = np.log(np.atleast_1d(np.asarray(porosity, float)))
        # Without a prefactor the line is tied to τ² = 1 at ε = 1, and its variance there is 0.
        design = np.stack([np.ones_like(at), at], axis=-1)
        variance = np.einsum("ni,ij,nj->n", design, self._covariance, design)
        width = self._quantile * np.sqrt(variance + of_one_more * self.scatter**2)
        middle = self.tortuosity_factor(np.exp(at))
        return middle * np.exp(-width), middle * np.exp(width)


def fit_bruggeman(
    porosity: Sequence[float],
    tortuosity_factor: Sequence[float],
    confidence: float = 0.95,
    prefactor: bool = True,
) -> BruggemanFit:
    """Fit the exponent, and the prefactor unless it is to be 1, to a series of pore spaces.

    porosity, tortuosity_factor : (n,) ε and τ²; n must exceed the number of constants fitted
    Raises InputError for too few or too equal porosities, and for spaces that do not percolate.
    """
    space, factor = _checked(porosity, tortuosity_factor, finite=True)
    constants = 2 if prefactor else 1
    freedom = len(space) - constants
    if freedom < 1:
        raise InputError(
            f"a Bruggeman fit of {constants} constants with a confidence band needs at least "
            f"{constants + 1} structures, got {len(space)}"
        )
    if prefactor and np.ptp(space) == 0.0:
        raise InputError(f"a Bruggeman fit needs different porosities, all are {space[0]:g}")
    if not 0.0 < confidence < 1.0:
        raise InputError(f"the confidence is {confidence:g}: expected a share between 0 and 1")

    at, value = np.log(space), np.log(factor)
    used = slice(0, 2) if prefactor else slice(1, 2)
    design = np.stack([np.ones_like(at), at], axis=1)[:, used]
    found = np.linalg.lstsq(design, value, rcond=None)[0]
    scatter = float(np.sqrt(((value - design @ found) ** 2).sum() / freedom))
    covariance = np.zeros((2, 2))
    covariance[used, used] = scatter**2 * np.linalg.inv(design.T @ design)
    line = np.zeros(2)
    line[used] = found
    quantile = float(stdtrit(freedom, 0.5 + 0.5 * confidence))
    off = quantile * np.sqrt(np.diag(covariance))
    return BruggemanFit(
        exponent=float(1.0 - line[1]),
        exponent_interval=(float(1.0 - line[1] - off[1]), float(1.0 - line[1] + off[1])),
        prefactor=float(np.exp(line[0])),
        prefactor_interval=(float(np.exp(line[0] - off[0])), float(np.exp(line[0] + off[0]))),
        scatter=scatter,
        confidence=confidence,
        porosity=(float(space.min()), float(space.max())),
        _covariance=covariance,
        _quantile=quantile,
    )


def _checked(porosity, tortuosity_factor, finite: bool) -> tuple[np.ndarray, np.ndarray]:
    """Both as arrays of one length."""
    space, factor = np.asarray(porosity, float), np.asarray(tortuosity_factor, float)
    if space.shape != factor.shape or space.ndim != 1:
        raise InputError(
            f"porosities {space.shape} and tortuosity factors {factor.shape} must be lists of "
            "one length"
        )
    for value in space:
        if not 0.0 < value < 1.0:
            raise InputError(f"a porosity is {value:g}: expected a share between 0 and 1")
    for value in factor:
        # A hair below 1 is a straight channel with the rounding of its solution.
        if not value > 1.0 - 1e-6:
            raise InputError(
                f"a tortuosity factor τ² is {value:g}: expected at least 1 (D_eff = ε D/τ²)"
            )
        if finite and not np.isfinite(value):
            raise InputError("a tortuosity factor is infinite: that pore space does not percolate")
    return space, factor
