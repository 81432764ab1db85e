"""Zeros of functions of one number, steep, flat and at an end."""

import numpy as np
import pytest

from electrochem.crossing import crossing


@pytest.mark.parametrize(
    ("function", "low", "high", "zero"),
    [
        (lambda x: x**3 - 2.0, 0.0, 2.0, 2.0 ** (1 / 3)),
        (lambda x: np.exp(50.0 * x) - 1.0, -1.0, 3.0, 0.0),
        (lambda x: 0.5 - x, 2.0, -7.0, 0.5),
        (lambda x: np.arctan(1e8 * (x - 0.3)), 0.0, 1.0, 0.3),
        (lambda x: x, 0.0, 1.0, 0.0),
    ],
)
def test_zero_is_found_to_rounding(function, low, high, zero):
    assert crossing(function, low, high) == pytest.approx(zero, rel=4e-16, abs=1e-15)


def test_same_sign_at_both_ends_is_refused():
    with pytest.raises(ValueError, match="no change of sign"):
        crossing(lambda x: x * x + 1.0, -1.0, 1.0)
