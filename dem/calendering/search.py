"""The search for the state of a loading path whose release meets a target.

What a state springs back to follows from the state alone, but it is no smooth function: where
something breaks it jumps, and it scatters. So the search only relies on a target lying between two
released states, and ends when they follow each other on the path.
"""

import numpy as np

from dem.calendering.path import LoadingPath
from dem.calendering.targets import MEASURES, Sample, Target

_INTERPOLATIONS = 4
"""Trials after which scatter, not curvature, is what keeps a target from being met: then halve."""


def bracket(samples: list[Sample], target: Target) -> tuple[Sample, Sample | None]:
    """The first sample that has reached a target, and the last one before it, which has not.

    Both are the start of the path where it has reached the target already.
    """
    released = MEASURES[target.measure].released
    reached = [s for s in samples if released(s) >= target.value]
    if not reached:
        return samples[-1], None
    return samples[max(samples.index(reached[0]) - 1, 0)], reached[0]


def meets(sample: Sample, target: Target, tolerance: float) -> bool:
    """Whether a released state is what was asked for; of a quantity that its load shows already,
    the first that reaches it is."""
    measure = MEASURES[target.measure]
    value = measure.released(sample)
    if measure.shown_loaded:
        return value >= target.value
    return abs(value / target.value - 1) <= tolerance


def next_goal(samples: list[Sample], target: Target, path: LoadingPath, trials: int) -> float:
    """Loaded value of the target's measure from which to release next, given those released."""
    measure = MEASURES[target.measure]
    low, high = bracket(samples, target)
    wanted, at = target.value, path.loaded(measure, low.index)
    if measure.shown_loaded:
        return wanted
    released = measure.released(low)
    if low.index == 0:
        if high is None:
            return measure.guess * wanted
        above = path.loaded(measure, high.index)
        return max(above - (measure.released(high) - wanted) / measure.slope, 0.5 * (at + above))
    if high is None:
        before = samples[-2]
        risen = (released - measure.released(before)) / (at - path.loaded(measure, before.index))
        slope = measure.slope if before.index == 0 else np.clip(risen, *measure.slopes)
        # Scatter may hide that it rises at all: never less than this.
        return at + max((wanted - released) / slope, 0.01 * at)
    share = (wanted - released) / (measure.released(high) - released)
    share = np.clip(share, 0.1, 0.9) if trials < _INTERPOLATIONS else 0.5
    return at + share * (path.loaded(measure, high.index) - at)
