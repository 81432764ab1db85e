"""Closed forms of conduction and of surfaces; imports nothing of the project."""

import numpy as np


def in_series(conductivities, thicknesses):
    """Conductivity of layers one behind the other."""
    thicknesses = np.asarray(thicknesses, float)
    return float(thicknesses.sum() / (thicknesses / np.asarray(conductivities, float)).sum())


def in_parallel(conductivities, shares):
    """Conductivity of columns side by side."""
    return float(np.dot(conductivities, shares))


def simple_cubic_insulating_spheres(fraction):
    """Relative conductivity around a simple cubic array of insulating spheres.

    Sangani & Acrivos, Proc. R. Soc. A 386 (1983) 263: series in the volume fraction.
    """
    first, second, third, fourth, fifth = (-(2 * i - 1) / (2 * i) for i in range(1, 6))
    coupled = (1 + 0.231 * third * fraction ** (11 / 3)) / (
        1 - 0.405 * second * fraction ** (7 / 3)
    )
    denominator = (
        -1 / first
        + fraction
        + 1.305 * second * fraction ** (10 / 3) * coupled
        + 0.0723 * third * fraction ** (14 / 3)
        + 0.153 * fourth * fraction**6
        + 0.0105 * fifth * fraction ** (22 / 3)
    )
    return 1 - 3 * fraction / denominator


def maxwell_insulating_spheres(fraction):
    """Relative conductivity around dilute insulating spheres (Maxwell 1873), an upper bound."""
    return (1 - fraction) / (1 + fraction / 2)


def sphere_area(radius):
    return 4 * np.pi * radius**2


def cap_area(radius, height):
    """Curved area of a sphere's cap."""
    return 2 * np.pi * radius * height
