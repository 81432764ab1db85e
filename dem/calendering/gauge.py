"""The thickness that a gauge reads: where a rigid plate of a given pressure would come to rest."""

import numpy as np
from scipy.optimize import brentq

from dem.grains import Grains


def gauge_height(grains: Grains, modulus: float, area: float, pressure: float) -> float:
    """Height [m] at which Hertz contacts of the highest grains carry the pressure [Pa].

    modulus : E* of grain and plate [Pa]; area : footprint [m²]. The grains stay where they are: the
    reading is that of a layer which gives way at its surface alone.
    """
    top = grains.position[:, 2] + grains.radius
    force = pressure * area

    def missing(height: float) -> float:
        overlap = np.maximum(top - height, 0.0)
        return float((4.0 / 3.0 * modulus * np.sqrt(grains.radius) * overlap**1.5).sum()) - force

    # There one grain alone would carry more than the force.
    least = float(grains.radius.min())
    deepest = (0.75 * force / (modulus * np.sqrt(least))) ** (2.0 / 3.0)
    return brentq(missing, float(top.max()) - 1.01 * deepest, float(top.max()), xtol=1e-12)
