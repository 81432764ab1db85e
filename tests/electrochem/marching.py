"""Implicit steps of a cell to given times, without error control."""

from typing import NamedTuple

import numpy as np

from electrochem.porous_electrode.newton import CURRENT, Model, converge
from electrochem.porous_electrode.start import model_of, rest_state, uniform_reaction
from electrochem.porous_electrode.state import Layout
from electrochem.porous_electrode.steps import Record, prepare


class March(NamedTuple):
    """A cell's model and the points it went through."""

    model: Model
    layout: Layout
    record: Record

    def parts(self, point=slice(None)):
        """Views (c, φ_e, φ_s, metal, voltage, j, x) of a point, or of all."""
        return self.layout.parts(self.record.state[point])

    @property
    def voltage(self):
        """(nt,) [V]."""
        return self.parts()[4]


def march(cell, resolution, current, times, stoichiometry) -> March:
    """Steps at a constant current [A/m²] from rest at the stoichiometries to all times [s]."""
    model, layout = model_of(cell, resolution)
    rest = rest_state(cell, model, layout, stoichiometry)
    state = uniform_reaction(model, layout, rest, current)
    assert converge(model, state, 0.0, state, True, CURRENT, current) > 0
    points = len(times) + 1
    record = Record(np.zeros(points), np.zeros((points, layout.size)), np.full(points, current))
    record.state[0] = state
    new, spare = np.zeros((2, layout.size))
    for last, time in enumerate(times):
        known = min(last + 1, 3)
        lead = prepare(model, record, last, known, time, new, spare)
        assert converge(model, new, lead, spare, False, CURRENT, current) > 0
        record.time[last + 1], record.state[last + 1] = time, new
    return March(model, layout, record)
