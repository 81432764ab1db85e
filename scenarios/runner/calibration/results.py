"""What a calibration found: values with their uncertainty, and what cannot be met together."""

from dataclasses import dataclass

import numpy as np

from scenarios.runner.calibration.fit import FIGURES, FITTED, Fitted, fitted_names, reached
from scenarios.runner.calibration.rounds import Round
from scenarios.runner.calibration.statistics import AtDiameter, Weibull, margin, weibull
from scenarios.runner.schema.calibration import Calibration

_WORDS = {
    "modulus": "modulus of the particle",
    "strength": "crush strength",
    "secant": "secant modulus at the crush",
}


@dataclass(frozen=True)
class Value:
    """A fitted value [Pa]: its confidence interval, and its range where targets have theirs."""

    name: str
    value: float
    interval: tuple[float, float]
    target_range: tuple[float, float]


@dataclass(frozen=True)
class Figure:
    """What particles of the reference diameter show [Pa], beside the target if there is one."""

    name: str
    shown: AtDiameter
    target: float | None
    fitted: bool


@dataclass(frozen=True)
class Results:
    """All that a calibration says.

    half_speed : relative changes of FIGURES at half the inertial number; None where not asked for
    """

    calibration: Calibration
    fitted: Fitted
    values: tuple[Value, ...]
    figures: tuple[Figure, ...]
    size_effect: Weibull
    half_speed: dict[str, float] | None

    @property
    def best(self) -> Round:
        """The round that comes nearest to the targets."""
        return self.fitted.rounds[self.fitted.best]


def results_of(calibration: Calibration, fitted: Fitted, half: Round | None) -> Results:
    """The results of a fit and of its round at half the speed."""
    best, target = fitted.rounds[fitted.best], calibration.target
    free = fitted_names(calibration)
    targets = (target.particle_modulus, target.crush_strength, target.secant_modulus)
    figures = tuple(
        Figure(name, getattr(best, name), value, index < len(free))
        for index, (name, value) in enumerate(zip(FIGURES, targets, strict=True))
    )
    diameter = np.array([crush.diameter for crush in best.crushes])
    strength = np.array([crush.strength for crush in best.crushes])
    change = None
    if half is not None:
        change = dict(zip(FIGURES, np.expm1(reached(half) - reached(best)).tolist(), strict=True))
    return Results(
        calibration,
        fitted,
        _values(calibration, fitted),
        (*figures, Figure("hertz", best.hertz, None, False)),
        weibull(diameter, strength, target.reference_diameter),
        change,
    )


def _values(calibration: Calibration, fitted: Fitted) -> tuple[Value, ...]:
    """The fitted values, with the scatter of crushes and the ranges of targets put through the
    slopes."""
    best, target = fitted.rounds[fitted.best], calibration.target
    n = len(fitted_names(calibration))
    # Where a figure does not answer to what is fitted, least squares keep to what does.
    inverse = np.linalg.pinv(fitted.slopes[:n, :n], rcond=1e-3)
    scatter = np.sqrt(np.diag(inverse @ best.covariance[:n, :n] @ inverse.T))
    pairs = (
        (target.particle_modulus, target.particle_modulus_uncertainty),
        (target.crush_strength, target.crush_strength_uncertainty),
        (target.secant_modulus, target.secant_modulus_uncertainty),
    )
    ranges = np.array([np.log1p((off or 0.0) / (of or 1.0)) for of, off in pairs[:n]])
    effect = inverse * ranges
    if n < len(FITTED):
        # A yield pressure that a hardness gives is off as the hardness is, and moves the others.
        hardness = np.log1p((target.hardness_uncertainty or 0.0) / target.hardness)
        moved = -inverse @ fitted.slopes[:n, n] * hardness
        effect = np.vstack([np.column_stack([effect, moved]), [*np.zeros(n), hardness]])
        scatter = np.append(scatter, 0.0)
    half = np.array([margin(each, best.strength.freedom) for each in scatter])
    wide = np.sqrt((effect**2).sum(axis=1))
    found = [
        Value(name, value, _about(value, half[index]), _about(value, wide[index]))
        for index, name in enumerate(FITTED)
        for value in [getattr(best.material, name)]
    ]
    cohesion = best.material.bond_cohesion
    found.insert(2, Value("bond_cohesion", cohesion, _about(cohesion, half[1]),
                          _about(cohesion, wide[1])))  # fmt: skip
    young = best.material.young_modulus
    known = ranges[0] if target.modulus_of == "material" else wide[0]
    own = 0.0 if target.modulus_of == "material" else half[0]
    found.insert(0, Value("young_modulus", young, _about(young, own), _about(young, known)))
    return tuple(found)


def _about(value: float, half: float) -> tuple[float, float]:
    return value * float(np.exp(-half)), value * float(np.exp(half))


def misses(results: Results) -> list[str]:
    """What was asked to be fitted and is not met, a sentence each."""
    tolerance = results.calibration.fit.tolerance
    return [
        f"{_WORDS[figure.name]}: {_gpa(figure.shown.value)} instead of {_gpa(figure.target)}"
        for figure in results.figures
        if figure.fitted and abs(figure.shown.value / figure.target - 1) > 1.001 * tolerance
    ]


def remarks(results: Results) -> list[str]:
    """What a user of the material should know, a sentence each."""
    target, best = results.calibration.target, results.best
    found = [f"not met: {text}" for text in misses(results)]
    if target.contact_yield_from == "hardness" and target.secant_modulus is not None:
        found.append(
            f"secant modulus at the crush: {_gpa(best.secant.value)}, while "
            f"{_gpa(target.secant_modulus)} was given and not fitted (factor "
            f"{best.secant.value / target.secant_modulus:.2f})"
        )
    if target.contact_yield_from == "secant_modulus" and target.hardness is not None:
        hardness = best.material.contact_yield_pressure / 2.0
        found.append(
            f"the contacts' yield pressure stands for a hardness of {_gpa(hardness)}, while "
            f"{_gpa(target.hardness)} was given and not fitted (factor "
            f"{hardness / target.hardness:.2f})"
        )
    if target.modulus_of == "material" and target.secant_modulus is not None:
        found.append(
            f"read as that of a Hertz sphere, the whole particle's modulus is "
            f"{_gpa(best.hertz.value)}: {best.hertz.value / target.secant_modulus:.0f} times "
            f"{_gpa(target.secant_modulus)}, which in that reading is not met together with a "
            "brittle crush at this strength"
        )
    if whole := [crush for crush in best.crushes if not crush.crushed]:
        found.append(
            f"{len(whole)} of {len(best.crushes)} particles held until the platens had closed by "
            f"{100 * results.calibration.fit.crush_strain:g} %: their strength is a lower bound"
        )
    if results.half_speed is not None:
        changes = ", ".join(
            f"{_WORDS[name]} {100 * change:+.1f} %" for name, change in results.half_speed.items()
        )
        found.append(f"at half the speed: {changes}")
    modulus = results.size_effect
    found.append(
        f"Weibull modulus of the crush strengths over sizes, by volume: {modulus.modulus:.1f} "
        f"({modulus.interval[0]:.1f} to {modulus.interval[1]:.1f}); of the bonds, as given: "
        f"{best.material.weibull_modulus:g}"
    )
    return found


def _gpa(value: float) -> str:
    return f"{value / 1e6:.4g} MPa" if value < 1e9 else f"{value / 1e9:.4g} GPa"
