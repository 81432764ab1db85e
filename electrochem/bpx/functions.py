"""Functions of one variable as BPX files give them: numbers, tables and expressions in x."""

import ast
import operator

import numpy as np
from scipy.interpolate import PchipInterpolator

from electrochem.materials.active_material import Constant

LONGEST = 20_000  # characters of an expression

# Each function with its derivative out of (argument, value).
_FUNCTIONS = {
    "exp": (np.exp, lambda u, y: y),
    "log": (np.log, lambda u, y: 1.0 / u),
    "sqrt": (np.sqrt, lambda u, y: 0.5 / y),
    "sin": (np.sin, lambda u, y: np.cos(u)),
    "cos": (np.cos, lambda u, y: -np.sin(u)),
    "sinh": (np.sinh, lambda u, y: np.cosh(u)),
    "cosh": (np.cosh, lambda u, y: np.sinh(u)),
    "tanh": (np.tanh, lambda u, y: 1.0 - y * y),
}
_SUMS = {ast.Add: operator.add, ast.Sub: operator.sub}
_SIGNS = {ast.UAdd: operator.pos, ast.USub: operator.neg}


class Expression:
    """An expression in x; called with an array, it gives value and exact slope.

    Numbers, x, + − * / **, brackets and exp, log, sqrt, sin, cos, sinh, cosh, tanh. Raises
    ValueError, saying what was found, on anything else.
    """

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            raise ValueError(f"an expression of {len(text)} characters; at most {LONGEST} are read")
        self.text = text
        try:
            self._evaluate = _compiled(ast.parse(text.strip(), mode="eval").body)
        except (SyntaxError, RecursionError, MemoryError) as error:
            raise ValueError(f'"{_short(text)}", which is no expression in x') from error

    def __call__(self, x):
        x = np.asarray(x, dtype=float)
        with np.errstate(all="ignore"):
            value, slope = self._evaluate(x)
        return np.broadcast_to(value, x.shape).copy(), np.broadcast_to(slope, x.shape).copy()


class Table:
    """Values between which monotone cubics run, straight on past both ends; value and slope.

    x : (n,) rising, n ≥ 2; y : (n,). Readers that draw straight lines differ between the nodes by
    the curvature they leave out; Newton's method wants the slope that these cubics have everywhere
    (F. N. Fritsch, J. Butland, SIAM J. Sci. Stat. Comput. 5 (1984) 300). Raises ValueError.
    """

    def __init__(self, x, y) -> None:
        self.x, self.y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        if self.x.ndim != 1 or self.x.shape != self.y.shape or self.x.size < 2:
            raise ValueError('a table whose "x" and "y" are not two or more numbers each')
        if not (np.isfinite(self.x).all() and np.isfinite(self.y).all()):
            raise ValueError("a table with values that are not finite")
        order = np.argsort(self.x, kind="stable")
        self.x, self.y = self.x[order], self.y[order]
        if not (np.diff(self.x) > 0.0).all():
            raise ValueError('a table in which a value of "x" stands twice')
        self._curve = PchipInterpolator(self.x, self.y)
        self._slope = self._curve.derivative()

    def __call__(self, x):
        x = np.asarray(x, dtype=float)
        inside = np.clip(x, self.x[0], self.x[-1])
        slope = self._slope(inside)
        return self._curve(inside) + slope * (x - inside), slope


def function_of(given):
    """A `Constant`, `Table` or `Expression` of what stands in a file. Raises ValueError."""
    if isinstance(given, str):
        return Expression(given)
    if isinstance(given, dict):
        if set(given) != {"x", "y"} or not all(_are_numbers(given[key]) for key in "xy"):
            raise ValueError('an object that is not {"x": [numbers], "y": [numbers]}')
        return Table(given["x"], given["y"])
    if _is_number(given):
        return Constant(float(given))
    raise ValueError(f"{_short(str(given))}, neither a number, a table nor an expression in x")


def given_of(function):
    """What stands in a file for a function read from one; None for a function of another kind."""
    if isinstance(function, Constant):
        return float(function.value)
    if isinstance(function, Table):
        return {"x": function.x.tolist(), "y": function.y.tolist()}
    return function.text if isinstance(function, Expression) else None


def _is_number(given) -> bool:
    return isinstance(given, (int, float)) and not isinstance(given, bool)


def _are_numbers(given) -> bool:
    return isinstance(given, list) and all(_is_number(value) for value in given)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def _compiled(node):
    """x → (value, slope) of a node; the slope of what does not contain x is the number zero."""
    if isinstance(node, ast.Constant) and _is_number(node.value):
        try:
            number = np.float64(node.value)
        except OverflowError as error:
            raise ValueError("a number too large for an expression") from error
        return lambda x: (number, 0.0)
    if isinstance(node, ast.Name) and node.id == "x":
        return lambda x: (x, np.ones_like(x))
    if isinstance(node, ast.UnaryOp) and type(node.op) in _SIGNS:
        sign, inner = _SIGNS[type(node.op)], _compiled(node.operand)
        return lambda x: tuple(sign(part) for part in inner(x))
    if isinstance(node, ast.BinOp):
        return _binary(node.op, _compiled(node.left), _compiled(node.right))
    named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords
    if named and node.func.id in _FUNCTIONS and len(node.args) == 1:
        return _call(*_FUNCTIONS[node.func.id], _compiled(node.args[0]))
    raise ValueError(
        f'"{_short(ast.unparse(node))}" in an expression, where only x, numbers, + - * / ** and '
        f"{', '.join(_FUNCTIONS)} may stand"
    )


def _call(function, derivative, inner):
    def called(x):
        u, slope = inner(x)
        value = function(u)
        return value, derivative(u, value) * slope

    return called


def _binary(kind, left, right):
    if type(kind) in _SUMS:
        join = _SUMS[type(kind)]
        return lambda x: tuple(join(a, b) for a, b in zip(left(x), right(x), strict=True))
    if isinstance(kind, ast.Mult):

        def product(x):
            (a, da), (b, db) = left(x), right(x)
            return a * b, a * db + da * b

        return product
    if isinstance(kind, ast.Div):

        def ratio(x):
            (a, da), (b, db) = left(x), right(x)
            return a / b, (da - a / b * db) / b

        return ratio
    if isinstance(kind, ast.Pow):

        def power(x):
            (a, da), (b, db) = left(x), right(x)
            value = a**b
            if np.ndim(db) == 0:  # an exponent without x, for which log a need not exist
                return value, (b * a ** (b - 1.0) if b != 0.0 else 0.0) * da
            return value, value * (db * np.log(a) + b * da / a)

        return power
    raise ValueError("an operator other than + - * / ** in an expression")
