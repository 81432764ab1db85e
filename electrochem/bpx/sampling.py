"""What is written of functions: tables that straight lines follow, and notes on the rest."""

import numpy as np

MOST_NODES = 20_000
RELATIVE_ERROR = 1e-5  # that straight lines between the nodes of a property may leave


def left_out(beyond: list, where: str, what: str, value, written: str) -> None:
    """Note what the format cannot say, and what stands in the file in its place."""
    beyond.append({"of": where, "what": what, "value": _plain(value), "in the BPX file": written})


def _plain(value):
    """Numbers and lists of them as JSON has them, which knows no infinity."""
    if isinstance(value, (np.ndarray, np.generic)):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return "infinite" if isinstance(value, float) and np.isinf(value) else value


def table_of(
    function, low: float, high: float, absolute: float = 0.0, relative: float = 0.0
) -> dict:
    """{"x", "y"} of a function from low to high, with nodes halved in until straight lines err by
    at most absolute + relative · |y| at their middles.

    Halving stops at `MOST_NODES`: next to an end where the function runs off without bound the
    lines may then err by more.
    """
    x = np.linspace(low, high, 65)
    y = function(x)
    open_ = np.ones(x.size - 1, dtype=bool)
    while open_.any() and x.size < MOST_NODES:
        left = np.flatnonzero(open_)
        middle = 0.5 * (x[left] + x[left + 1])
        value = function(middle)
        error = np.abs(value - 0.5 * (y[left] + y[left + 1]))
        bent = (error > absolute + relative * np.abs(value)) & (middle > x[left])
        added = left[bent] + 1
        open_[left[~bent]] = False
        open_ = np.insert(open_, added, True)
        x, y = np.insert(x, added, middle[bent]), np.insert(y, added, value[bent])
    return {"x": x.tolist(), "y": y.tolist()}
