"""Where a cell plates lithium, or has surfaces beyond what its materials are known for."""

from collections.abc import Iterator

import numpy as np

from electrochem.porous_electrode.cell import Cell
from electrochem.porous_electrode.curve import Curve
from scenarios.runner.discharging.profiles import NEGATIVE, layers_of


def beyond(cell: Cell, curve: Curve) -> Iterator[tuple[int, str]]:
    """The point at which it was worst, and a sentence, for each of them."""
    here = np.array([layer == NEGATIVE for layer in layers_of(curve.model.grid.solid_volume)])
    if here.any():
        solid, liquid = curve.solid_potential[:, :, here], curve.electrolyte_potential[:, :, here]
        least = (solid - liquid).min(axis=(1, 2))
        point = int(least.argmin())
        if least[point] < 0.0:
            yield (
                point,
                f"lithium may plate: the negative fell to {1e3 * least[point]:.3g} mV against the "
                "electrolyte",
            )
    for electrode, material in enumerate(cell.materials):
        surface = curve.surface[:, curve.model.particles.electrode == electrode]
        known = material.stoichiometry_range
        for extreme, at, out in (
            (surface.min(axis=1), np.argmin, lambda x, low=known[0]: x < low),
            (surface.max(axis=1), np.argmax, lambda x, high=known[1]: x > high),
        ):
            point = int(at(extreme))
            if out(extreme[point]):
                yield (
                    point,
                    f"surfaces of {material.name} came to a stoichiometry of {extreme[point]:.3f}; "
                    f"its potential is known from {known[0]:.3g} to {known[1]:.3g}",
                )
