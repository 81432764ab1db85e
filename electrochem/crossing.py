"""Where a function of one number changes its sign.

SciPy has the same in `optimize`, whose import takes longer than a whole discharge.
"""

from collections.abc import Callable

_ROUNDS = 200


def crossing(function: Callable[[float], float], low: float, high: float) -> float:
    """The zero of a continuous function between two numbers, to rounding.

    False position that halves the value of an end kept twice (Illinois), with a bisection every
    third round. Raises ValueError where the function has the same sign at both ends.
    """
    at_low, at_high = float(function(low)), float(function(high))
    if at_low * at_high > 0.0:
        raise ValueError(f"no change of sign between {low:g} and {high:g}")
    kept = 0
    for number in range(_ROUNDS):
        if at_low == 0.0 or at_high == 0.0:
            break
        middle = (low * at_high - high * at_low) / (at_high - at_low)
        if number % 3 == 2 or not min(low, high) < middle < max(low, high):
            middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        value = float(function(middle))
        if value * at_low < 0.0:
            high, at_high = middle, value
            at_low *= 0.5 if kept == 1 else 1.0
            kept = 1
        else:
            low, at_low = middle, value
            at_high *= 0.5 if kept == -1 else 1.0
            kept = -1
    return low if abs(at_low) < abs(at_high) else high
