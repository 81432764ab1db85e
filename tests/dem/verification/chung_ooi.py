"""Balls and published results of the eight cases of Chung & Ooi, Granular Matter 13 (2011) 643.

Properties as in the scripts of YADE (examples, benchmarks of Chung & Ooi) and of Kratos
(DEMApplication, basic_benchmarks); the published curves as Kratos read them off the paper's plots.
"""

import numpy as np

from tests.dem.verification.impact import Ball

STEPS = 2000
"""Steps of an impact."""

CLOSE = 1 / STEPS
"""The damping sees velocities half a step old, the tangential spring the stiffness of a step's end:
errors of first order, at most 0.8 / STEPS in all cases here."""

READ_OFF = 0.02
"""Curves were read off plots to about a fiftieth of their height."""

GLASS = Ball(0.01, 4.8e10, 0.20, 2800.0)
LIMESTONE = Ball(0.01, 2.0e10, 0.25, 2500.0)
ALUMINIUM = Ball(0.1, 7.0e10, 0.30, 2699.0)
MAGNESIUM = Ball(0.1, 4.0e10, 0.35, 1800.0)
OXIDE = Ball(0.0025, 3.8e11, 0.23, 4000.0)
CAST_IRON = Ball(0.0025, 1.0e11, 0.25, 7000.0)
SMALL_ALLOY = Ball(0.0025, 7.0e10, 0.33, 2700.0)
STEEL = Ball(1e-5, 2.08e11, 0.30, 7850.0)
POLYETHYLENE = Ball(1e-5, 1.0e9, 0.40, 1400.0)
ALLOY = Ball(0.1, 7.0e10, 0.33, 2700.0)
NYLON = Ball(0.1, 2.5e9, 0.40, 1000.0)
COPPER = Ball(0.1, 1.2e11, 0.35, 8900.0)
HEAVY = Ball(0.5, 7.0e13, 0.33, 2.7e6)
"""Case 8: five times as large as the alloy's ball, a thousand times as stiff and as dense."""

PEAK_FORCE = {"limestone pair": 7108.0, "magnesium on a plane": 7233.0}
"""Cases 1 and 2: largest force [N]."""

GLASS_FORCE = np.array(
    [
        [6.244, 3.128], [10.622, 6.436], [14.569, 9.073], [20.455, 10.704], [25.191, 9.475],
        [29.139, 7.039], [33.373, 3.821],
    ]
)  # fmt: skip
"""Case 1, two glass balls: time [µs], force [kN]."""

ALUMINIUM_FORCE = np.array(
    [
        [84.85, 2.212], [169.57, 5.893], [246.61, 9.100], [355.61, 11.357], [463.95, 9.750],
        [539.54, 6.855], [620.995, 3.237],
    ]
)  # fmt: skip
"""Case 2, aluminium on a plane: time [µs], force [kN]."""

OXIDE_ON_PLANE = np.array(
    [
        [30.0, 0.6837, 616.5, -3.55], [35.0, 0.7372, 582.3, 3.43], [40.0, 0.7809, 544.8, 11.57],
        [50.0, 0.8451, 457.0, 29.35], [60.0, 0.8929, 357.5, 47.79], [70.0, 0.9316, 246.2, 64.58],
        [80.0, 0.9662, 126.3, 78.70], [85.0, 0.9827, 63.1, 84.52],
    ]
)  # fmt: skip
"""Case 4, their simulation: angle [°], v_t'/v_t, spin [rad/s], rebound angle of the contact [°]."""

OXIDE_MEASURED = np.array(
    [
        [9.84, 0.675], [20.22, 0.599], [30.36, 0.690], [39.54, 0.774], [49.60, 0.848],
        [71.07, 0.937], [79.23, 0.970], [85.17, 0.979],
    ]
)  # fmt: skip
"""Case 4, measured on aluminium oxide (Kharaz, Gorham & Salman, Powder Technol. 120 (2001) 281)."""

STEEL_FINITE_ELEMENTS = np.array(
    [[7.124, 0.133, -4.941], [9.118, 2.147, -4.972], [12.356, 5.427, -4.970]]
)
"""Case 5, finite elements that the paper plots: v_t/µv_n before, v_t'/µv_n' after, −Rω'/µv_n."""

ALLOY_REVERSAL = np.array(
    [[0.1762, -0.8200], [0.3524, -0.6335], [0.5507, -0.4447], [0.7709, -0.2428], [0.9692, -0.0277]]
)
"""Case 6: 7/2 µ(1+e) v_n/(Rω), tangential restitution −v_t'/v_t of the contact."""
