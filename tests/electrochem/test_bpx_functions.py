"""Numbers, tables and expressions of a BPX file as functions with their slopes."""

import numpy as np
import pytest

from electrochem.bpx.functions import Expression, Table, function_of


@pytest.mark.parametrize(
    "text",
    [
        "2", "x", "-x ** 2 + +x", "x ** 1.5 / (1 + x)", "2 ** x", "x ** x", "exp(-3 * x) * x",
        "log(x) - sqrt(x)", "sin(3 * x) / cos(x)", "sinh(x) - cosh(2 * x) * tanh(4 * (x - 0.3))",
        "1e-3 * (x / 1000) ** 0 - 3.5e2 * (0.1 - x)",
    ],
)  # fmt: skip
def test_expressions_have_their_exact_slope(text):
    x = np.linspace(0.05, 0.95, 37)
    value, slope = Expression(text)(x)
    np.testing.assert_allclose(value, eval(text, vars(np).copy(), {"x": x}) + 0.0 * x, rtol=1e-14)
    step = 1e-6
    difference = (Expression(text)(x + step)[0] - Expression(text)(x - step)[0]) / (2.0 * step)
    # Truncation by step²/6 of the third derivative, rounding by 1e-16/step of the value.
    np.testing.assert_allclose(slope, difference, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize(
    "text",
    [
        "y + 1", "__import__('os')", "x.real", "x[0]", "exp(x, x)", "exp", "exp(x=1)", "abs(x)",
        "lambda: x", "x if x else 1", "x < 1", "x @ x", "x // 2", "1j", "'x'", "True", "(x", "",
        "x\nx", "x; x", "(" * 4000 + "x" + ")" * 4000, "x" * 30000, "1" + "0" * 400,
    ],
)  # fmt: skip
def test_what_is_no_expression_in_x_is_refused(text):
    with pytest.raises(ValueError, match="expression"):
        Expression(text)


def test_expression_runs_no_tower_of_powers():
    value, _ = Expression("9 ** 9 ** 9 ** 9")(np.zeros(2))
    assert np.isinf(value).all()


def test_table_passes_its_nodes_without_overshoot_and_with_one_slope():
    table = Table([0.5, 0.0, 0.2, 0.9], [1.0, 3.0, 3.0, 0.0])
    np.testing.assert_allclose(table(np.array([0.0, 0.2, 0.5, 0.9]))[0], [3.0, 3.0, 1.0, 0.0])
    x = np.linspace(0.0, 0.9, 2001)
    value, slope = table(x)
    assert (np.diff(value) <= 1e-15).all()
    np.testing.assert_allclose(table(x - 1e-9)[1], table(x + 1e-9)[1], atol=1e-6)
    # Straight on beyond both ends.
    beyond, at_end = table(np.array([-0.1, 1.1])), table(np.array([0.0, 0.9]))
    np.testing.assert_allclose(beyond[1], slope[[0, -1]])
    np.testing.assert_allclose(beyond[0], at_end[0] + at_end[1] * [-0.1, 0.2])


def test_functions_of_a_file_are_numbers_tables_or_expressions():
    for wrong in (None, True, [1.0], {"x": [0, 1], "y": [0, "1"]}, {"x": [0], "y": [1]}):
        with pytest.raises(ValueError, match=r"number|object|table"):
            function_of(wrong)
