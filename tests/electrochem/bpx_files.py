"""A BPX file as another program would write it: Chen 2020's cell, out of the paper's numbers."""

import json
from pathlib import Path

import numpy as np
from scipy.interpolate import CubicSpline

from electrochem.porous_electrode import Resolution, discharge

FARADAY = 96485.33212  # [C/mol]
SALT = 1000.0  # [mol/m³]
COARSE = Resolution(8, 4, 10)


def _electrode(radius, thickness, active, porosity, rate_constant, maximum, **more) -> dict:
    return {
        "Particle radius [m]": radius,
        "Thickness [m]": thickness,
        "Surface area per unit volume [m-1]": 3.0 * active / radius,
        "Porosity": porosity,
        "Transport efficiency": porosity**1.5,
        "Reaction rate constant [mol.m-2.s-1]": rate_constant * SALT**0.5 * maximum / FARADAY,
        "Maximum concentration [mol.m-3]": maximum,
        **more,
    }


def chen2020() -> dict:
    """The content of a file of version 1.1; C.-H. Chen et al., J. Electrochem. Soc. 167 (2020)
    080534, with the stoichiometries that its limits of 2.5 and 4.2 V ask."""
    graphite = (
        "1.9793 * exp(-39.3631 * x) + 0.2482 - 0.0909 * tanh(29.8538 * (x - 0.1234))"
        " - 0.04478 * tanh(14.9159 * (x - 0.2769)) - 0.0205 * tanh(30.4444 * (x - 0.6103))"
    )
    nmc = (
        "-0.8090 * x + 4.4875 - 0.0428 * tanh(18.5138 * (x - 0.5542))"
        " - 17.7326 * tanh(15.7890 * (x - 0.3117)) + 17.5842 * tanh(15.9308 * (x - 0.3120))"
    )
    negative = {
        "Diffusivity [m2.s-1]": 3.3e-14, "Conductivity [S.m-1]": 215.0, "OCP [V]": graphite,
        "Minimum stoichiometry": 0.02634579027064577, "Maximum stoichiometry": 0.9106180466524104,
    }  # fmt: skip
    positive = {
        "Diffusivity [m2.s-1]": 4e-15, "Conductivity [S.m-1]": 0.18, "OCP [V]": nmc,
        "Minimum stoichiometry": 0.2638452245913298, "Maximum stoichiometry": 0.853974674630047,
    }  # fmt: skip
    return {
        "Header": {"BPX": "1.1.0", "Title": "LG M50", "Model": "DFN"},
        "Parameterisation": {
            "Cell": {
                "Electrode area [m2]": 0.05135,
                "Number of electrode pairs connected in parallel to make a cell": 2,
                "Lower voltage cut-off [V]": 2.5,
                "Upper voltage cut-off [V]": 4.2,
                "Nominal cell capacity [A.h]": 5,
            },
            "Electrolyte": {
                "Cation transference number": 0.2594,
                "Diffusivity [m2.s-1]": (
                    "8.794e-11 * (x / 1000) ** 2 - 3.972e-10 * (x / 1000) + 4.862e-10"
                ),
                "Conductivity [S.m-1]": (
                    "0.1297 * (x / 1000) ** 3 - 2.51 * (x / 1000) ** 1.5 + 3.329 * (x / 1000)"
                ),
            },
            "Negative electrode": _electrode(
                5.86e-6, 85.2e-6, 0.75, 0.25, 6.48e-7, 33133.0, **negative
            ),
            "Positive electrode": _electrode(
                5.22e-6, 75.6e-6, 0.665, 0.335, 3.42e-6, 63104.0, **positive
            ),
            "Separator": {
                "Thickness [m]": 12e-6, "Porosity": 0.47, "Transport efficiency": 0.47**1.5
            },
        },
        "State": {"Initial conditions": {"Initial electrolyte concentration [mol.m-3]": SALT}},
    }  # fmt: skip


def saved(folder: Path, content: dict, name: str = "cell.json") -> Path:
    """The file of a content."""
    path = folder / name
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def discharged(cell, **how):
    """A discharge on a coarse mesh, at 1C unless told otherwise."""
    return discharge(cell, resolution=COARSE, **(how or {"c_rate": 1.0}))


def voltage_between(first, second):
    """Largest difference [V] of two discharges over their common time; steps need not be alike."""
    at = np.linspace(0.0, 0.98 * min(first.time[-1], second.time[-1]), 400)
    first, second = (CubicSpline(run.time, run.voltage)(at) for run in (first, second))
    return np.abs(first - second).max()
