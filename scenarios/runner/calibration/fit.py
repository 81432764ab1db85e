"""Fits a material to its targets: Newton in logarithms, a round of crushes a step.

With every length kept, forces go with the moduli and strengths when all of these are scaled alike:
a figure's logarithmic slopes against moduli, bond strength and yield pressure add up to 1, so that
the one against the moduli need not be measured.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scenarios.runner.calibration.rounds import Round
from scenarios.runner.schema.calibration import Calibration
from scenarios.runner.schema.materials import ActiveMaterial

FITTED = ("bond_modulus", "bond_tensile_strength", "contact_yield_pressure")
FIGURES = ("modulus", "strength", "secant")

_TABOR = 2.0
"""Thornton & Ning's limiting pressure over the hardness: π p R δ is H on the area 2 π R δ."""
_LONGEST_STEP = np.log(2.0)
_TRIAL_STEP = 0.15
"""Step in the logarithm that slopes are measured with: large beside what a few crushes scatter."""
_SLOPES = {"material": (0.0, 0.0), "whole_particle": (0.1, 0.3)}
"""How the modulus' logarithm goes with those of strength and yield pressure, about."""
_SLOPES_OF_CRUSH = ((1.2, -0.15), (0.3, 0.4))
"""The same of crush strength and secant modulus, as particles of 300 grains showed."""
_GAIN = 0.6
"""Share of a step that is taken after the first: it closes in where slopes are up to three times
those above."""
MOST_YIELD = 0.2
"""Bound of the yield pressure over Young's modulus: contacts are elastic then, and a hardness of a
tenth of the modulus is about what a perfect crystal would have."""


@dataclass(frozen=True)
class Fitted:
    """Where the fit ended.

    rounds : of every step; best : index of the one that comes nearest; met : whether it is within
    the tolerance; slopes : (3, 3), of the logarithms of FIGURES against those of FITTED
    """

    rounds: tuple[Round, ...]
    best: int
    met: bool
    slopes: np.ndarray


def fitted_names(calibration: Calibration) -> tuple[str, ...]:
    """What is fitted: a yield pressure that a hardness gives is not."""
    return FITTED if calibration.target.contact_yield_from == "secant_modulus" else FITTED[:2]


def wanted(calibration: Calibration) -> np.ndarray:
    """Logarithms of the targets that are fitted, in the order of FIGURES."""
    target = calibration.target
    values = [target.particle_modulus, target.crush_strength, target.secant_modulus]
    return np.log(values[: len(fitted_names(calibration))])


def reached(one: Round) -> np.ndarray:
    """Logarithms of a round's figures, (3,)."""
    return np.log([getattr(one, name).value for name in FIGURES])


def start(calibration: Calibration) -> np.ndarray:
    """Logarithms of FITTED to begin with: an affine bound of the modulus, and orders of size."""
    target = calibration.target
    if target.contact_yield_from == "hardness":
        yielding = _TABOR * target.hardness
    else:
        yielding = min(4.0 * target.secant_modulus, MOST_YIELD * target.particle_modulus)
    return np.log([1.4 * target.particle_modulus, 2.0 * target.crush_strength, yielding])


def material_of(calibration: Calibration, logs: np.ndarray) -> ActiveMaterial:
    """The calibration's material with the logarithms of FITTED put in."""
    modulus, strength, yielding = (float(value) for value in np.exp(logs))
    base, target = calibration.material, calibration.target
    contact = target.particle_modulus if target.modulus_of == "material" else modulus
    return base.model_copy(
        update={
            "young_modulus": contact,
            "bond_modulus": modulus,
            "bond_tensile_strength": strength,
            "bond_cohesion": strength * base.bond_cohesion / base.bond_tensile_strength,
            "contact_yield_pressure": yielding,
        }
    )


def with_homogeneity(strength: np.ndarray, yielding: np.ndarray) -> np.ndarray:
    """Slopes (3, 3) of FIGURES against FITTED, of the columns against strength and yield."""
    return np.column_stack([1.0 - strength - yielding, strength, yielding])


def fit(
    calibration: Calibration, crush_round: Callable[[str, ActiveMaterial], Round], tell
) -> Fitted:
    """Fit with slopes known in advance, then measure them about the result.

    Slopes between two rounds would be of their scatter once these lie near each other.

    crush_round : crushes a named round of a material; tell : shows a line
    """
    target, logs = wanted(calibration), start(calibration)
    n = len(target)
    first = np.array(_SLOPES[calibration.target.modulus_of])
    slopes = with_homogeneity(*np.column_stack([first, *_SLOPES_OF_CRUSH]))
    rounds, places, off = [], [], []
    for number in range(1, calibration.fit.most_rounds + 1):
        one = crush_round(f"Round {number}", material_of(calibration, logs))
        rounds.append(one)
        places.append(logs.copy())
        off.append(reached(one)[:n] - target)
        tell(_said(calibration, one))
        if np.abs(off[-1]).max() <= np.log1p(calibration.fit.tolerance):
            break
        gain = 1.0 if number == 1 else _GAIN
        logs = _next(calibration, logs, gain * off[-1], slopes)
        if np.allclose(logs, places[-1], atol=1e-4):
            # A bound keeps what is left to fit from moving.
            break
    best = int(np.argmin([np.abs(each).max() for each in off]))
    columns = []
    for name in FITTED[1:]:
        logs = places[best].copy()
        logs[FITTED.index(name)] += _TRIAL_STEP
        trial = crush_round(f"Slope against {name}", material_of(calibration, logs))
        columns.append((reached(trial) - reached(rounds[best])) / _TRIAL_STEP)
    met = bool(np.abs(off[best]).max() <= np.log1p(calibration.fit.tolerance))
    return Fitted(tuple(rounds), best, met, with_homogeneity(*columns))


def _next(
    calibration: Calibration, logs: np.ndarray, off: np.ndarray, slopes: np.ndarray
) -> np.ndarray:
    """Newton's step, a yield pressure at its bound left there."""
    free = len(off)
    most = np.log(MOST_YIELD * material_of(calibration, logs).young_modulus)
    step = np.linalg.solve(slopes[:free, :free], off)
    if free == len(FITTED) and logs[-1] >= most - 1e-6 and step[-1] < 0:
        free -= 1
        step = np.linalg.solve(slopes[:free, :free], off[:free])
    ahead = logs.copy()
    ahead[:free] -= np.clip(step, -_LONGEST_STEP, _LONGEST_STEP)
    ahead[-1] = min(ahead[-1], most) if len(off) == len(FITTED) else ahead[-1]
    return ahead


def _said(calibration: Calibration, one: Round) -> str:
    kind = "inside" if calibration.target.modulus_of == "material" else "as a Hertz sphere"
    return (
        f"  bonds {one.material.bond_modulus / 1e9:.4g} GPa, "
        f"{one.material.bond_tensile_strength / 1e6:.4g} MPa, contacts yield at "
        f"{one.material.contact_yield_pressure / 1e9:.4g} GPa: particles of "
        f"{1e6 * calibration.target.reference_diameter:g} um have {one.modulus.value / 1e9:.4g} "
        f"GPa {kind}, crush at {one.strength.value / 1e6:.4g} MPa, secant "
        f"{one.secant.value / 1e9:.4g} GPa"
    )
