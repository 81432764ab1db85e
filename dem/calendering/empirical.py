"""Empirical laws of calendering (S3 eqs 4, 5 and 8, of Meyer et al.), fitted with their bands.

The bands hold what a law leaves unexplained of the pairs that it was fitted to. Pairs of one path
share its electrode: how far another one would lie, only other seeds and footprints tell.
"""

import warnings
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.optimize import OptimizeWarning, curve_fit
from scipy.stats import t as student

CONFIDENCE = 0.95
"""Of the intervals of parameters and the bands of laws, both to two sides."""
MOST_COMPACTION = 0.25
"""Degree of compaction up to which eq. 4 holds."""
_NOT_TOLD_APART = "the pairs do not tell the parameters apart"
_FEWEST = 4
"""Pairs: with two parameters and fewer, an interval says next to nothing."""


class Fit(NamedTuple):
    """A law with the parameters that fit it best.

    names, value, low, high : (k,) of the parameters and their intervals
    pairs : how many were fitted; misfit : root mean square of what is left, of the quantity fitted
    band : of (n,) arguments, the law's value there with the bounds of its band, three of (n,)
    """

    names: tuple[str, ...]
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    pairs: int
    misfit: float
    band: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray, np.ndarray]]


def power_law(density: np.ndarray, load: np.ndarray, start: float) -> Fit | str:
    """q = A (ρ − ρ₀)^B (S3 eq. 4), or why it cannot be fitted.

    density, start : (n,) released and unpressed, load : (n,), in any units, which A then has.
    Errors are taken as shares of the load: the fit is a straight line of the logarithms. Pairs
    compacted beyond MOST_COMPACTION, 1 − ρ₀/ρ, are left out.
    """
    kept = (density > start) & (load > 0) & (1.0 - start / density <= MOST_COMPACTION)
    x, y = np.log(density[kept] - start), np.log(load[kept])
    if len(x) < _FEWEST:
        return _too_few(len(x), f" compacted by no more than {MOST_COMPACTION:g}")

    def line(x: np.ndarray, log_a: float, b: float) -> np.ndarray:
        return log_a + b * x

    fitted = _fitted(line, x, y, np.array([y.mean(), 1.0]))
    if isinstance(fitted, str):
        return fitted
    best, covariance, reach = fitted
    bounds = np.array([best - reach, best, best + reach])
    bounds[:, 0] = np.exp(bounds[:, 0])

    def band(density: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        middle, half = _band(line, np.log(density - start), best, covariance, len(x))
        return np.exp(middle), np.exp(middle - half), np.exp(middle + half)

    misfit = float(np.sqrt(np.mean((y - line(x, *best)) ** 2)))
    return Fit(("A", "B"), bounds[1], bounds[0], bounds[2], len(x), misfit, band)


def saturation(load: np.ndarray, porosity: np.ndarray, start: float) -> Fit | str:
    """ε = ε_min + (ε₀ − ε_min) exp(−q/γ) (S3 eq. 5), or why it cannot be fitted.

    load : (n,), in any unit, which γ then has; porosity : (n,), start : ε₀
    Errors are taken as porosity; γ is fitted by its logarithm, which keeps it positive, and ε_min
    between 0 and ε₀. Where its interval leaves these, the pairs say nothing of it, nor of γ.
    """

    def law(load: np.ndarray, least: float, log_gamma: float) -> np.ndarray:
        return least + (start - least) * np.exp(-load * np.exp(-log_gamma))

    if len(load) < _FEWEST:
        return _too_few(len(load), "")
    guess = np.array([min(0.9 * porosity.min(), 0.9 * start), np.log(np.median(load))])
    fitted = _fitted(law, load, porosity, guess, ((0.0, -np.inf), (start, np.inf)))
    if isinstance(fitted, str):
        return fitted
    best, covariance, reach = fitted
    bounds = np.array([best - reach, best, best + reach])
    if bounds[0, 0] < 0.0 or bounds[2, 0] >= start:
        return _NOT_TOLD_APART
    bounds[:, 1] = np.exp(np.minimum(bounds[:, 1], 700.0))

    def band(load: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        middle, half = _band(law, load, best, covariance, count)
        return middle, middle - half, middle + half

    count = len(load)
    misfit = float(np.sqrt(np.mean((porosity - law(load, *best)) ** 2)))
    return Fit(("epsilon_min", "gamma"), bounds[1], bounds[0], bounds[2], count, misfit, band)


def compaction_factor(fit: Fit, start: float) -> Fit:
    """The same as S3 eq. 8: ε = ε₀ (p + (1 − p) exp(−q/γ)) with p = ε_min/ε₀ (eq. 7).

    Of one electrode, whose ε₀ is known, both are one curve; eq. 8 says more only where a p holds
    for several.
    """
    scale = np.array([1.0 / start, 1.0])
    return fit._replace(
        names=("p", "gamma"),
        value=scale * fit.value, low=scale * fit.low, high=scale * fit.high,
    )  # fmt: skip


def _fitted(law: Callable, x: np.ndarray, y: np.ndarray, guess: np.ndarray, within=None):
    """Best parameters, their covariance and the reach of their intervals; a reason where none."""
    try:
        # What overflows far from the fit is not taken; what is not told apart is said below.
        with np.errstate(over="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", OptimizeWarning)
            best, covariance = curve_fit(
                law, x, y, guess, maxfev=5000, bounds=within or (-np.inf, np.inf)
            )
    except RuntimeError:
        return "no parameters fit the pairs"
    reach = _quantile(len(x)) * np.sqrt(np.diag(covariance))
    if not np.isfinite(reach).all():
        return _NOT_TOLD_APART
    return best, covariance, reach


def _band(law: Callable, x: np.ndarray, best: np.ndarray, covariance: np.ndarray, count: int):
    """The law and half the width of its band, to first order in the parameters' errors."""
    middle, slopes = law(x, *best), []
    for k, error in enumerate(np.sqrt(np.diag(covariance))):
        step = np.zeros(len(best))
        step[k] = max(1e-3 * error, 1e-6)
        slopes.append((law(x, *(best + step)) - law(x, *(best - step))) / (2.0 * step[k]))
    slope = np.array(slopes)
    variance = np.einsum("kn,kl,ln->n", slope, covariance, slope)
    return middle, _quantile(count) * np.sqrt(np.maximum(variance, 0.0))


def _quantile(count: int) -> float:
    return float(student.ppf(0.5 + 0.5 * CONFIDENCE, count - 2))


def _too_few(found: int, which: str) -> str:
    return f"{found} pairs{which}; a fit takes at least {_FEWEST}"
