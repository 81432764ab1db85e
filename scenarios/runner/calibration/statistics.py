"""What crushes of several sizes say about one size: its mean, its interval, the size effect."""

from typing import NamedTuple

import numpy as np
from scipy import optimize, stats

CONFIDENCE = 0.95


class AtDiameter(NamedTuple):
    """A figure at the reference diameter, of the power law through all sizes.

    value : its median; error : standard error of its logarithm; freedom : degrees of freedom
    exponent : of the diameter, NaN where one size was crushed; exponent_error : its standard error
    scatter : standard deviation of the logarithm about the law
    """

    value: float
    error: float
    freedom: int
    exponent: float
    exponent_error: float
    scatter: float

    @property
    def interval(self) -> tuple[float, float]:
        """The confidence interval of the value."""
        half = margin(self.error, self.freedom)
        return self.value * float(np.exp(-half)), self.value * float(np.exp(half))


class Weibull(NamedTuple):
    """Weakest link of a volume: P_survive = exp(−(V/V₀)(S/S₀)^m) (Weibull 1951).

    modulus : m with its confidence interval; scale : S₀ [Pa], of the reference volume V₀
    """

    modulus: float
    interval: tuple[float, float]
    scale: float


def margin(error: float, freedom: int) -> float:
    """Half the confidence interval of a mean of a standard error."""
    return float(stats.t.ppf(0.5 + 0.5 * CONFIDENCE, freedom)) * error


def at_diameter(diameter: np.ndarray, value: np.ndarray, reference: float) -> AtDiameter:
    """The power law value ∝ d^b through all crushes, read at the reference diameter.

    diameter : (n,) [m], value : (n,), NaN where a crush has none; at least 3 must have one
    """
    known = np.isfinite(value)
    x, y = np.log(diameter[known] / reference), np.log(value[known])
    sized = np.ptp(x) > 1e-6
    design = np.column_stack([np.ones_like(x), x] if sized else [np.ones_like(x)])
    found = np.linalg.lstsq(design, y, rcond=None)[0]
    freedom = len(y) - design.shape[1]
    scatter = float(np.sqrt(((y - design @ found) ** 2).sum() / freedom))
    error = scatter * np.sqrt(np.diag(np.linalg.inv(design.T @ design)))
    exponent = (float(found[1]), float(error[1])) if sized else (np.nan, np.nan)
    return AtDiameter(float(np.exp(found[0])), float(error[0]), freedom, *exponent, scatter)


def weibull(diameter: np.ndarray, strength: np.ndarray, reference: float) -> Weibull:
    """Maximum likelihood of Weibull's law for strengths (n,) [Pa] of spheres of diameters (n,) [m].

    The interval is where the likelihood, at its best scale, is within χ²/2 of its maximum.
    """
    mean = float(np.exp(np.log(strength).mean()))
    volume, ratio = (diameter / reference) ** 3, strength / mean

    def scale(m: float) -> float:
        return float((volume * ratio**m).mean() ** (1.0 / m))

    def likelihood(m: float) -> float:
        s = scale(m)
        return float((np.log(m * volume / s) + (m - 1) * np.log(ratio / s)).sum()) - len(ratio)

    least, most = 0.1, 300.0
    best = optimize.minimize_scalar(
        lambda log_m: -likelihood(float(np.exp(log_m))),
        bounds=(np.log(least), np.log(most)), method="bounded", options={"xatol": 1e-10},
    )  # fmt: skip
    modulus = float(np.exp(best.x))
    allowed = likelihood(modulus) - 0.5 * float(stats.chi2.ppf(CONFIDENCE, 1))

    def end(limit: float) -> float:
        if likelihood(limit) >= allowed:
            return limit
        return float(optimize.brentq(lambda m: likelihood(m) - allowed, modulus, limit))

    return Weibull(modulus, (end(least), end(most)), mean * scale(modulus))


def covariance(diameter: np.ndarray, values: np.ndarray, reference: float) -> np.ndarray:
    """Covariance (k, k) of the logarithms of k figures (n, k) read at the reference diameter.

    Figures of one crush err together: its strength stands in its secant modulus too.
    """
    known = np.isfinite(values).all(axis=1)
    x, y = np.log(diameter[known] / reference), np.log(values[known])
    columns = [np.ones_like(x), x] if np.ptp(x) > 1e-6 else [np.ones_like(x)]
    design = np.column_stack(columns)
    residual = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    spread = residual.T @ residual / max(len(y) - design.shape[1], 1)
    return spread * float(np.linalg.inv(design.T @ design)[0, 0])
