"""What no list of neighbours can be built of, told in one sentence that names the grain."""

import numpy as np

from dem.body import X
from dem.errors import InputError
from dem.faults import place

_MOST_PAIRS = 500
"""Listed pairs a grain, on average; dense packings of two sizes have ten."""
_MOST_TESTS, _TESTS_A_GRAIN = 1e10, 1e4
"""Comparisons in a search for pairs, in all or a grain, whichever is more; a hundred are usual."""
_MOST_ROWS = 2**31 - 1
"""Rows that the lists' 32-bit numbers can name."""


def refuse_places(body: np.ndarray, size: np.ndarray) -> None:
    """Raise InputError for a grain that no cell can hold: its list would be written anywhere."""
    bad = ~(np.isfinite(body[:, X : X + 3]).all(axis=1) & (size > 0.0))
    bad |= ~np.isfinite(size)
    if bad.any():
        i = int(np.argmax(bad))
        raise InputError(
            f"grain {i} has a radius of {size[i]:.3g} m and stands at "
            f"{place(body[i, X : X + 3])}; expected a positive radius (also full_radius, to which "
            "rubble grows) and a finite place"
        )


def refuse_search(body: np.ndarray, size: np.ndarray, cell_start: np.ndarray) -> None:
    """Raise InputError where cells hold so many grains that a search for pairs would not end.

    cell_start : (cells + 1,), first grain of each cell
    """
    inside = np.diff(cell_start).astype(float)
    # Half a square if all share a cell, 13.5 if they fill many evenly: something between.
    tests = 4.0 * float(inside @ inside)
    if tests <= max(_MOST_TESTS, _TESTS_A_GRAIN * len(body)):
        return
    i, usual = int(np.argmax(size)), float(np.median(size))
    centre = np.median(body[:, X : X + 3], axis=0)
    j = int(np.argmax(np.linalg.norm(body[:, X : X + 3] - centre, axis=1)))
    raise InputError(
        f"about {tests:.1e} pairs of {len(body)} grains would have to be compared: grain {i} is "
        f"the widest with a radius of {size[i]:.3g} m where {usual:.3g} m is usual, and "
        f"grain {j} the farthest out at {place(body[j, X : X + 3])}; expected radii and positions "
        "in metres, and sizes within a factor of 100"
    )


def refuse_rows(rows: int, body: np.ndarray, size: np.ndarray) -> None:
    """Raise InputError where so many pairs are near each other that a length must be wrong.

    size : (n,) [m], how far each grain reaches
    """
    n = len(body)
    if rows <= min(_MOST_PAIRS * n, _MOST_ROWS):
        return
    i = int(np.argmax(size))
    extent = np.ptp(body[:, X : X + 3], axis=0)
    raise InputError(
        f"{rows} pairs of {n} grains are near each other, more than {_MOST_PAIRS} a grain or "
        f"{_MOST_ROWS} in all: radii are up to {size[i]:.3g} m (grain {i}) and the grains "
        f"lie within {extent[0]:.3g} × {extent[1]:.3g} × {extent[2]:.3g} m; expected radii and "
        "positions in the same unit, metres"
    )
